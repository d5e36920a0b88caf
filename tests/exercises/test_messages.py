"""No message shows the name that an array has inside a probe: every array of every part has a label."""

import re
from dataclasses import replace

import numpy as np
import pytest

from course_utils.checks.judge import judge_part
from course_utils.checks.types import PartObservation
from course_utils.exercises import exercise_ids
from course_utils.kits.probe import load_probe
from tests.exercises.matrix import recorded

PARTS = [(exercise, part.name) for exercise in exercise_ids() for part in load_probe(exercise).parts]
IDS = [f"{exercise}-{name}" for exercise, name in PARTS]


def known(exercise, name):
    """Return what is recorded of a part."""
    return next(part for part in recorded(exercise)[1].parts if part.name == name)


def spoiled(array):
    """Return what may come in the place of an array."""
    moved = array + 1.0 + np.abs(array).max(initial=0)
    yield from (moved, array[None], np.full_like(array, np.nan), np.full_like(array, np.inf), np.zeros_like(array))
    if array.size > 1:
        late = array.copy()
        late.flat[-1] += 1.0 + np.abs(array).max()
        yield late


def messages(exercise, part):
    """Return what is said of each candidate, and of arrays that are like none of them."""
    yield from {" ".join(one.says) for kind in (part.variants, part.misconceptions, part.changes) for one in kind}
    part = replace(part, variants=(), misconceptions=(), changes=())
    for name, array in part.expected.items():
        others = {key: value for key, value in part.expected.items() if key != name}
        for outputs in (others, *({**others, name: other} for other in spoiled(array))):
            seen = PartObservation(part.name, outputs)
            found = judge_part(seen, part, exercise, 1.0)
            yield " ".join([found.message, *map(str, found.evidence)])


@pytest.mark.parametrize(("exercise", "name"), PARTS, ids=IDS)
def test_every_array_has_a_label(exercise, name):
    part = known(exercise, name)
    assert {name for name in part.expected if name not in part.labels} == set()


@pytest.mark.parametrize(("exercise", "name"), PARTS, ids=IDS)
def test_no_message_shows_an_internal_name(exercise, name):
    part = known(exercise, name)
    said = " ".join(label.what + label.then for label in part.labels.values()) + part.reread
    internal = [name for name in part.expected if "_" in name and name not in said]
    shown = {name for text in messages(exercise, part) for name in internal if re.search(rf"\b{name}\b", text)}
    assert shown == set()
