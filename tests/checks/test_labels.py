"""Where NaN is a sign for something else, what is said to the student is that, and words about NaN stay with NaN."""

import numpy as np

from course_utils.checks.judge import judge_part
from course_utils.checks.labels import Label
from course_utils.checks.types import PartKey, PartObservation

KEY = PartKey(
    "part", 1.0, {"slope": np.array([1.0, 2.0])}, (), (), {"slope": Label("slope", nan="no graph")}, "section 1"
)


def judged(key, *values):
    return judge_part(PartObservation("part", {"slope": np.array(values)}), key, "exercise", 1.0)


def test_the_meaning_of_nan_is_said_in_its_place():
    found = judged(KEY, 1.0, np.nan)
    assert found.message == "slope: no graph (1 of 2 values). Read again: section 1."
    assert str(found.evidence[0]) == "slope (nan: no graph), entry [1]: yours nan, expected 2"


def test_numbers_and_infinity_are_spoken_of_without_it():
    assert str(judged(KEY, 1.0, 3.0).evidence[0]) == "slope, entry [1]: yours 3, expected 2"
    assert judged(KEY, np.inf, 2.0).message.startswith("slope: 1 of 2 values are infinite.")


def test_infinity_may_have_a_meaning_of_its_own():
    key = PartKey(
        "part", 1.0, KEY.expected, (), (), {"slope": Label("slope", nan="no graph", infinite="refused")}, "section 1"
    )
    assert judged(key, 1.0, np.inf).message.startswith("slope: refused (1 of 2 values).")
    assert judged(key, 1.0, np.nan).message.startswith("slope: no graph (1 of 2 values).")
    assert str(judged(key, 1.0, np.inf).evidence[0]) == "slope (infinite: refused), entry [1]: yours inf, expected 2"


def test_a_nan_without_a_meaning_is_a_nan():
    key = PartKey("part", 1.0, KEY.expected, (), (), {"slope": Label("slope")}, "section 1")
    assert judged(key, np.nan, np.nan).message.startswith("slope: 2 of 2 values are NaN.")
