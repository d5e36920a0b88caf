"""Limits by exercise: from course.toml to the cell and the probe that they hold for."""

import pytest

from autograder.course import CourseError, load_course
from autograder.grade.submission import settings_of
from autograder.sandbox.run import run_submission
from autograder.sandbox.types import CellStep, Limits
from tests.grade import mini

OWN = "\n[limits]\ncell_s = 7\n\n[limits.exercises]\nadam = { cell_s = 40 }\nmomentum = { probe_s = 3 }\n"


def course(tmp_path, text):
    (tmp_path / "course.toml").write_text(text)
    return load_course(tmp_path)


def test_an_exercise_has_its_own_limits_where_the_course_says_so(tmp_path):
    limits = settings_of(course(tmp_path, mini.COURSE + OWN), 0, "full").limits
    assert [limits.cell_seconds(name) for name in ("adam", "momentum", None)] == [40, 7, 7]
    assert [limits.probe_seconds(name, 25) for name in ("adam", "momentum")] == [25, 3]


def test_a_limit_for_an_exercise_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(CourseError, match=r"limits\.exercises names typo"):
        course(tmp_path, mini.COURSE + "\n[limits.exercises]\ntypo = { cell_s = 1 }\n")


def test_a_cell_is_ended_by_the_limit_of_its_exercise():
    cells = [CellStep("slow", "while True: pass", "adam"), CellStep("after", "1")]
    slow, after = run_submission(cells, Limits(cell_s=60.0, cell_s_of={"adam": 1.0})).cells
    assert (slow.status, after.status) == ("timeout", "ok")
    assert "within 1 s" in slow.message
