"""The committed files are those that masters and answers give.

`make test-all` builds all of them. Without it: everything but the records; the records of two exercises; and of all
others what they are made from (inputs, right arrays, every sentence) and the numbers of some candidates.
"""

from dataclasses import replace

import numpy as np
import pytest

from autograder.build.everything import build_all, build_texts
from autograder.build.files import drift
from autograder.build.recorded import build_recorded, second_sources, sources
from autograder.catalogue.answer import candidate_of, make_key
from autograder.course import load_course
from course_utils.checks.closeness import close
from course_utils.checks.recorded import load_recorded, load_second
from course_utils.checks.types import KINDS
from course_utils.one_thread import torch_in_one_thread
from tests.build.conftest import ROOT

COURSE = load_course(ROOT)
CHECKED = {exercise: points.auto for exercise, points in COURSE.points.items() if points.auto}
# One with edits of its solution, and one with statements.
WHOLE = ("ema", "sample_minibatch")
# Of the candidates of a kind, so many are worked out.
SOME = 3
TEXTS = ("name", "weight", "reread", "factors", "rtol", "agreement", "uses", "counts_with", "follows", "labels")
VALUES = ("expected", "baselines", "upon")


def test_all_texts_are_those_of_the_masters():
    found = drift(build_texts(COURSE, ROOT), ROOT)
    assert not found, f"run `make notebooks`: {found}"


def test_some_records_are_those_of_the_answers():
    found = drift(build_recorded(COURSE, WHOLE), ROOT, everything=False)
    assert not found, f"run `make notebooks`: {found}"


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_all_files_are_those_that_masters_and_answers_give():
    found = drift(build_all(COURSE, ROOT), ROOT)
    assert not found, f"run `make notebooks`: {found}"


@torch_in_one_thread()
def test_all_records_are_made_from_what_the_answers_say():
    found = [fault for exercise in CHECKED for fault in faults(exercise)]
    assert not found, f"run `make notebooks`: {found}"


def faults(exercise):
    yield from differences(exercise, "recorded", sources(exercise), load_recorded(exercise))
    if second := load_second(exercise):
        yield from differences(exercise, "second", second_sources(exercise), second)


def differences(exercise, record, made, kept):
    """Yield what a record has that its sources do not give."""
    (answer, inputs), (kept_inputs, kept_key) = made, kept
    bare = tuple(replace(part, variants=(), misconceptions=(), changes=()) for part in answer.parts)
    key = make_key(replace(answer, parts=bare), inputs, CHECKED[exercise])
    if not same(dict(inputs), dict(kept_inputs)):
        yield f"{exercise}, {record}: other inputs"
    for part, fresh, known in zip(answer.parts, key.parts, kept_key.parts, strict=True):
        other = [name for name in TEXTS if getattr(fresh, name) != getattr(known, name)]
        other += [name for name in VALUES if not same(getattr(fresh, name), getattr(known, name))]
        other += [kind for kind in KINDS if not all(fits(one, getattr(part, kind)) for one in getattr(known, kind))]
        other = other or [kind for kind in KINDS if not some_give(part, known, kind, inputs)]
        yield from (f"{exercise}, {record}, {part.name}: other {name}" for name in other)
        recorded = {number for one in known.misconceptions for number in one.numbers}
        edits = {number for number, one in enumerate(part.misconceptions) if one.where}
        if record == "recorded" and not edits <= recorded:
            yield f"{exercise}, {part.name}: mistakes that are not recorded"


def same(some, others):
    return some.keys() == others.keys() and all(
        np.shape(one) == np.shape(others[name]) and np.allclose(one, others[name], rtol=1e-9, equal_nan=True)
        for name, one in some.items()
    )


def fits(one, ways):
    """Say whether a recorded candidate says what the way with its number says."""
    number = one.numbers[0]
    return number < len(ways) and (one.ids, one.says, one.share) == (
        ways[number].ids,
        ways[number].says,
        ways[number].share,
    )


def some_give(part, known, kind, inputs):
    """Say whether some recorded candidates hold what their ways give."""
    everyone = getattr(known, kind)
    return all(
        gives(getattr(part, kind)[one.numbers[0]], one, known, inputs)
        for one in everyone[:: max(len(everyone) // SOME, 1)]
    )


def gives(way, one, known, inputs):
    outputs = candidate_of(way, inputs, 0).outputs
    with np.errstate(over="ignore"):  # what is recorded in single precision may be infinite there
        return all(
            name in outputs
            and close(outputs[name].ravel()[known.places[name]].astype(entries.dtype), entries, known, name).all()
            for name, entries in one.outputs.items()
        )
