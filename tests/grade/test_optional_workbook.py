"""An optional workbook that a student skips costs nothing: marks and totals are those of a course without it."""

import shutil
from pathlib import Path

import pytest

from autograder.build.notebooks import release_notebook
from autograder.build.release import as_bytes
from autograder.grade.classrun import Order, grade_class
from autograder.grade.grading_task import in_this_process
from tests.grade import mini

ROOT = Path(__file__).parents[2]
NAME = "06_today"


def optional_tables():
    """Return the tables of the optional workbook, which are the last of `course.toml`."""
    text = (ROOT / "course.toml").read_text()
    return text[text.index(f"[workbooks.{NAME}]") :]


@pytest.fixture(scope="module")
def courses(tmp_path_factory):
    """Return a course without the optional workbook, and the same course with it."""
    without, with_it = (mini.make_course(tmp_path_factory.mktemp("course")) for _ in range(2))
    with (with_it / "course.toml").open("a") as file:
        file.write("\n" + optional_tables())
    shutil.copy(ROOT / "autograder" / "masters" / f"{NAME}.py", with_it / "autograder" / "masters")
    path = with_it / "notebooks" / NAME / f"{NAME}.ipynb"
    path.parent.mkdir(parents=True)
    path.write_bytes(as_bytes(release_notebook(NAME, with_it)))
    return without, with_it


def graded(root, submissions, out):
    """Return the marks by exercise and in all, and the lines of `grades.csv` without the last column, seconds."""
    grades = grade_class(Order(submissions, out, root, seed=7), in_this_process).grades
    exercises = {(one.student, each.exercise): (each.score, each.max_score) for one in grades for each in one.exercises}
    totals = {(one.student, one.assignment): one.score for one in grades}
    return exercises, totals, [line.rsplit(",", 1)[0] for line in (out / "grades.csv").read_text().splitlines()]


def test_a_submission_without_the_optional_workbook_keeps_its_marks(courses, submissions, tmp_path):
    heavy = mini.solved(courses[0], {**mini.PERFECT, "momentum": mini.HEAVY_BALL})
    mini.hand_in(submissions, "heavy", heavy)
    mini.hand_in(submissions, "perfect", mini.solved(courses[0], mini.PERFECT))
    before, after = (
        graded(root, submissions, tmp_path / name) for root, name in zip(courses, ("without", "with"), strict=True)
    )
    assert before == after
    assert before[1] == {("heavy", mini.NAME): 3, ("perfect", mini.NAME): 4}
