"""The small course, made once; and grading it."""

import tempfile
from pathlib import Path

import pytest

from autograder.grade.classrun import Order, grade_class
from autograder.grade.grading_task import in_this_process
from tests.grade import mini


@pytest.fixture(scope="session")
def course(tmp_path_factory):
    return mini.make_course(tmp_path_factory.mktemp("course"))


@pytest.fixture
def submissions(tmp_path):
    folder = tmp_path / "submitted"
    folder.mkdir()
    return folder


@pytest.fixture
def grade(course, submissions, tmp_path):
    def run(**options):
        order = Order(submissions, tmp_path / "out", course, **{"seed": 7, **options})
        grades = grade_class(order, in_this_process).grades
        return {one.student: one for one in grades}

    return run


@pytest.fixture
def short_folder():
    """Yield a folder whose path is short enough for that of a socket in it."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        yield Path(folder)
