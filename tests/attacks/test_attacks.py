"""No attack and no accident earns a point, changes anything outside, or costs another exercise or submission."""

import functools
import inspect
import json

import numpy as np
import pytest

from autograder.answers.base import load_answer, make_key
from autograder.sandbox.run import run_submission
from autograder.sandbox.types import CellStep, Limits, ProbeStep
from course_utils.checks.judge import judge
from tests.attacks.hostile import NAMES, SMALL, load_hostile
from tests.exercises.solutions import ema as ema_solutions
from tests.exercises.solutions import momentum as momentum_solutions

HONEST_EMA = CellStep("ema", "import numpy as np\n" + inspect.getsource(ema_solutions.plain_loop) + "\nema = plain_loop", "ema")
HONEST_MOMENTUM = CellStep(
    "momentum",
    "import torch\n"
    + inspect.getsource(momentum_solutions.Sgd)
    + inspect.getsource(momentum_solutions.Textbook)
    + "\nMomentumOptimizer = Textbook",
    "momentum",
)
# What the texts of an attack may show of the token: its own words, never what it stole.
SPEAKS_THE_TOKEN = {"script_in_the_output"}


@functools.cache
def material(exercise):
    answer = load_answer(exercise)
    inputs = answer.generate(np.random.default_rng(7))
    return inputs, make_key(answer, inputs, points=1.0)


def probe(exercise):
    return ProbeStep(exercise, material(exercise)[0])


def judged(result, exercise):
    return judge(result.observations[exercise], material(exercise)[1])


def grade(cells, limits):
    steps = [*cells, probe("ema"), HONEST_MOMENTUM, probe("momentum")]
    return run_submission(steps, limits)


def texts(result):
    streams = [output["text"] for cell in result.cells for output in cell.outputs if output["output_type"] == "stream"]
    return "\n".join([*streams, *(cell.message for cell in result.cells), *result.notes])


@pytest.mark.parametrize("name", NAMES)
def test_an_attack_earns_nothing_changes_nothing_and_costs_no_other_exercise(name, outside):
    hostile = load_hostile(name, **outside.places())
    before = outside.state()
    result = grade(hostile.cells, hostile.limits)
    attacked, other = judged(result, "ema"), judged(result, "momentum")
    assert attacked.verdict in hostile.verdicts, (attacked, result.cells)
    assert attacked.score == (1.0 if attacked.verdict == "correct" else 0.0)
    assert hostile.damages_itself or other.verdict == "correct", (other, result.cells, result.notes)
    assert len(result.cells) == len(hostile.cells) + 1
    assert outside.state() == before
    assert name in SPEAKS_THE_TOKEN or outside.token not in texts(result)
    assert len(json.dumps([cell.outputs for cell in result.cells])) < 2 * SMALL["memory_bytes"] / 100


def test_the_next_submission_is_not_disturbed(outside):
    first = grade([HONEST_EMA], Limits())
    for name in ("kills_everything", "changed_settings", "shadows_installed_packages", "background_process"):
        grade(load_hostile(name, **outside.places()).cells, Limits(**SMALL))
    second = grade([HONEST_EMA], Limits())
    assert [judged(second, exercise).score for exercise in ("ema", "momentum")] == [1.0, 1.0]
    for exercise in ("ema", "momentum"):
        one, two = (result.observations[exercise].parts[0].outputs for result in (first, second))
        assert all(np.array_equal(one[key], two[key]) for key in one)
