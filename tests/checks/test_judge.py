"""The judge: which verdict, which marks, and which number of each side it shows."""

import math
from dataclasses import replace

import numpy as np
import pytest

from course_utils.checks.judge import agrees, judge_part
from course_utils.checks.labels import Label
from course_utils.checks.types import Besides, Candidate, PartKey, PartObservation, Problem

WEIGHTS = Label("weights", "step")
EXPECTED = {"steps": np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])}
VARIANT = Candidate(("mirrored",), ("From the other side.",), 1.0, {"steps": -EXPECTED["steps"]})
MISTAKE = Candidate(("doubled",), ("Twice as large.",), 0.5, {"steps": 2 * EXPECTED["steps"]})


def key(label=WEIGHTS):
    return PartKey("part", 1.0, EXPECTED, (VARIANT,), (MISTAKE,), {"steps": label}, reread="section 1")


def judged(steps, label=WEIGHTS):
    return judge_part(PartObservation("part", {"steps": np.array(steps, dtype=float)}), key(label), "exercise", 4.0)


@pytest.mark.parametrize(
    ("factor", "verdict", "score", "ids"),
    [
        (1, "correct", 4, ()),
        (-1, "variant", 4, ("mirrored",)),
        (2, "misconception", 2, ("doubled",)),
        (3, "wrong", 0, ()),
    ],
)
def test_exact_then_variant_then_mistake_then_wrong(factor, verdict, score, ids):
    found = judged(factor * EXPECTED["steps"])
    assert (found.verdict, found.score, found.misconceptions) == (verdict, score, ids)
    assert bool(found.evidence) == (verdict in ("misconception", "wrong"))


KEPT = {**EXPECTED, "kept": np.array(1.0)}


@pytest.mark.parametrize(
    ("kept", "ids", "score"), [(1.0, ("doubled",), 2.0), (0.0, ("doubled", "changed"), 1.5), (None, ("doubled",), 2.0)]
)
def test_what_a_mistake_says_nothing_of_is_said_beside_it(kept, ids, score):
    besides = (Besides("kept", "changed", "It is changed, too.", 0.75),)
    known = PartKey("part", 1.0, KEPT, (), (MISTAKE,), {"steps": WEIGHTS}, "section 1", besides=besides)
    arrays = {**MISTAKE.outputs, **({} if kept is None else {"kept": np.array(kept)})}
    found = judge_part(PartObservation("part", arrays), known, "exercise", 4.0)
    assert (found.misconceptions, found.score) == (ids, score)
    assert ("It is changed, too." in found.message) == ("changed" in ids)


def test_a_mistake_that_speaks_of_the_array_is_all_that_is_said():
    mistake = Candidate(("changed",), ("It is changed.",), 0.75, {**EXPECTED, "kept": np.array(0.0)})
    besides = (Besides("kept", "changed", "It is changed, too.", 0.75),)
    known = PartKey("part", 1.0, KEPT, (), (mistake,), {"steps": WEIGHTS}, "section 1", besides=besides)
    found = judge_part(PartObservation("part", mistake.outputs), known, "exercise", 4.0)
    assert (found.misconceptions, found.score) == (("changed",), 3.0)
    assert "too" not in found.message


def test_what_is_shown_is_not_what_a_convention_accepts():
    """Of a mistake within a convention, the number shown is of an array that the convention leaves as it is."""
    expected = {"ramp": np.array([1.0, 2.0]), "rest": np.array([3.0, 4.0])}
    way = Candidate(("ramp-from-zero",), ("From zero.",), 1.0, {**expected, "ramp": np.array([0.0, 1.0])})
    mistake = Candidate(("doubled",), ("Twice.",), 0.5, {"ramp": np.array([0.0, 1.0]), "rest": np.array([6.0, 8.0])})
    labels = {name: Label(name) for name in expected}
    known = PartKey("part", 1.0, expected, (way,), (mistake,), labels, reread="section 1")
    (shown,) = judge_part(PartObservation("part", mistake.outputs), known, "exercise", 4.0).evidence
    assert shown.where.startswith("rest")
    alone = replace(known, misconceptions=(replace(mistake, outputs={**expected, "ramp": np.array([0.0, 2.0])}),))
    (shown,) = judge_part(PartObservation("part", alone.misconceptions[0].outputs), alone, "exercise", 4.0).evidence
    assert shown.where.startswith("ramp")


def test_the_number_shown_is_the_farthest_off_in_the_first_step_that_is_wrong():
    (shown,) = judged([[1, 2], [3.01, 4.5], [50, 6]]).evidence
    assert (shown.where, shown.got, shown.expected) == ("weights after step 2, entry [1]", 4.5, 4.0)


def test_without_steps_it_is_the_farthest_of_all():
    (shown,) = judged([[1, 2], [3.01, 4.5], [50, 6]], Label("weights")).evidence
    assert (shown.where, shown.got, shown.expected) == ("weights, entry [2, 0]", 50.0, 5.0)


def test_numbers_that_look_alike_are_shown_as_changes_since_the_start():
    start = np.array([0.999, 2.0])
    close = PartKey("part", 1.0, EXPECTED, (), (), {"steps": Label("w", "step")}, "", baselines={"steps": start})
    found = judge_part(PartObservation("part", {"steps": EXPECTED["steps"] + 0.001}), close, "exercise", 4.0)
    (shown,) = found.evidence
    assert shown.where == "w after step 1, entry [0], the change since the start"
    assert (shown.got, shown.expected) == pytest.approx((0.002, 0.001))


def test_what_is_no_number_is_farthest_of_all():
    (shown,) = judged([[1, 2], [300, math.nan], [5, 6]]).evidence
    assert shown.where == "weights after step 2, entry [1]"
    assert math.isnan(shown.got)


def test_a_problem_or_nothing_at_all_earns_nothing():
    stub = judge_part(PartObservation("part", problem=Problem("not attempted", "A stub.")), key(), "exercise", 4.0)
    assert (stub.verdict, stub.score, stub.message, stub.evidence) == ("not attempted", 0.0, "A stub.", ())
    assert judge_part(None, key(), "exercise", 4.0).verdict == "crashed"


def test_another_shape_says_both_shapes():
    found = judge_part(PartObservation("part", {"steps": np.zeros((3,))}), key(), "exercise", 4.0)
    assert found.verdict == "wrong"
    assert "(3,)" in found.message
    assert "(3, 2)" in found.message


def test_the_tolerance_does_not_grow_with_a_mistake_that_explodes():
    far = {"steps": EXPECTED["steps"] + np.array([[0, 0], [0, 0], [0, 1e9]])}
    assert not agrees({"steps": far["steps"] + 1.0}, far, key())
    assert agrees(far, far, key())
