"""Runs of full size are announced, shown by a bar, and otherwise the same runs."""

import pytest

from course_utils.training.long_runs import long_runs


@pytest.mark.parametrize("full", [False, True])
def test_all_runs_are_made_in_their_order(full):
    assert list(long_runs(iter("abc"), minutes=2, full=full)) == ["a", "b", "c"]


def test_nothing_is_printed_without_full(capsys):
    list(long_runs(range(3), minutes=2, full=False))
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(("minutes", "spoken"), [(12, "about 12 minutes"), (0.5, "about 30 seconds")])
def test_the_time_is_printed_before_the_first_run(capsys, minutes, spoken):
    runs = long_runs(range(3), minutes=minutes, full=True)
    next(runs)
    printed = capsys.readouterr().out
    assert "3 runs" in printed
    assert spoken in printed
    runs.close()
