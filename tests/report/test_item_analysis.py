"""Difficulty and discrimination, against numpy, and where they say nothing."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from autograder.report.item_analysis import FEWEST, difficulty, discrimination

SCORES = st.lists(st.tuples(st.integers(0, 8), st.integers(0, 40)), min_size=FEWEST, max_size=40)


@given(SCORES)
def test_discrimination_is_numpy_s_correlation_with_the_rest(pairs):
    item = np.array([one for one, _ in pairs]) / 4
    rest = np.array([other for _, other in pairs]) / 4
    found = discrimination(item.tolist(), (item + rest).tolist())
    if np.ptp(item) == 0 or np.ptp(rest) == 0:
        assert found is None
    else:
        assert abs(found - np.corrcoef(item, rest)[0, 1]) < 1e-9


def test_an_exercise_that_only_the_weak_solve_discriminates_against_the_strong():
    assert discrimination([1, 1, 1, 0, 0, 0], [2, 2, 3, 8, 9, 9]) < -0.9
    assert discrimination([0, 0, 0, 1, 1, 1], [1, 1, 2, 9, 9, 10]) > 0.9


def test_few_students_or_equal_marks_say_nothing():
    assert discrimination([0, 1, 1, 0], [1, 5, 6, 2]) is None
    assert discrimination([1] * 9, list(range(9))) is None


def test_difficulty_is_the_share_of_the_marks_that_is_missing():
    assert difficulty([0, 1, 2, 2], 2) == 1 - 5 / 8
    assert difficulty([], 2) is None
    assert difficulty([0.0], 0) is None
