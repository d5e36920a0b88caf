"""Code that does nothing earns nothing: constants, the arguments themselves, empty modules."""

import pytest
import torch
from torch import nn

from autograder.catalogue.answer import load_answer
from autograder.course import load_course
from autograder.grade.lazy_key import lazy_key
from autograder.grade.plan import draw_inputs
from course_utils.checks.judge import judge
from course_utils.checks.observe import conclude_part, observe_part
from course_utils.checks.types import Observation
from course_utils.kits.probe import load_probe
from tests.build.conftest import ROOT
from tests.exercises.remembered import remembering

CHECKED = [name for name, points in load_course(ROOT).points.items() if points.auto]
# Answers to questions, not code: the one entry that may be right by saying the same of everything.
GUESSES = {"bug_hunt"}


class Identity(nn.Module):
    """A module with a parameter that returns its input."""

    def __init__(self, *arguments, **options):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1))

    def forward(self, x, *arguments, **options):
        return x


class Zero(Identity):
    """A module that returns zeros."""

    def forward(self, x, *arguments, **options):
        return 0 * x


STAND_INS = {
    "nothing": lambda *_, **__: None,
    "zero": lambda *_, **__: 0.0,
    "nan": lambda *_, **__: float("nan"),
    "two zeros": lambda *_, **__: (0.0, 0.0),
    "the first argument": lambda *arguments, **_: arguments[0] if arguments else 0.0,
    "zeros like the first argument": lambda *arguments, **_: arguments[0] * 0 if arguments else 0.0,
    "identity": Identity,
    "zeros": Zero,
}


def earned(exercise, stand_in, inputs, key):
    probe = load_probe(exercise)
    objects = dict.fromkeys(probe.objects, stand_in)
    seen = (conclude_part(part, observe_part(part, objects, inputs), inputs) for part in probe.parts)
    return judge(Observation(exercise, tuple(seen)), key).score


@pytest.mark.parametrize("exercise", [name for name in CHECKED if name not in GUESSES])
def test_code_that_does_nothing_earns_nothing(exercise):
    inputs = draw_inputs(exercise, 5, "nobody")
    key = lazy_key(remembering(load_answer(exercise)), inputs, 100.0)
    found = {name: earned(exercise, stand_in, inputs, key) for name, stand_in in STAND_INS.items()}
    assert {name: score for name, score in found.items() if score} == {}
