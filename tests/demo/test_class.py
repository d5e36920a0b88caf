"""The demo class is graded as it was meant to be: every verdict, and what stands in the way of each mark."""

import pytest

from autograder.build.notebooks import release_notebook
from autograder.demo.classroom import CLASS, WORKBOOK
from autograder.demo.run import run_demo
from autograder.demo.sources import CHECKED, PERFECT
from tests.build.conftest import ROOT


def test_the_perfect_student_answers_every_cell_of_the_workbook():
    solved = {
        cell.id for cell in release_notebook(WORKBOOK, ROOT).cells if cell.metadata.get("nbgrader", {}).get("solution")
    }
    assert set(PERFECT) == solved


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    grades = run_demo(ROOT, tmp_path_factory.mktemp("demo")).grades
    return {grade.student: {one.exercise: one for one in grade.checked} for grade in grades}


@pytest.mark.parametrize("demo", CLASS, ids=lambda demo: demo.name)
def test_a_submission_gets_the_verdicts_that_it_was_made_for(demo, graded):
    found = graded[demo.name]
    assert set(found) == CHECKED
    for exercise, grade in found.items():
        wanted = demo.expected.get(exercise, "correct")
        assert wanted in {grade.verdict, *grade.misconceptions}, (exercise, grade)
