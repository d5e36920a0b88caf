"""A class of twelve and one of two hundred, made once; each test gets a copy to mark."""

import shutil

import pytest

from autograder.marking.desk import open_desk
from tests.marking import classroom

GIVEN = {
    "ada": {"jumps": "It is a cycle of two points, since 0.2 > 2/L = 0.18.", "noise": "It halves."},
    "bea": {"jumps": "It is a cycle of two points since 0.2 > 2/L = 0.18", "noise": "it halves"},
    "cem": {"jumps": "It oscillates.", "noise": "It doubles."},
    "dov": {"jumps": "", "noise": "no idea"},
}


@pytest.fixture(scope="session")
def words(tmp_path_factory):
    """The course, and its small class graded."""
    root = classroom.make_course(tmp_path_factory.mktemp("words"))
    classroom.grade(root, root / "grading", GIVEN)
    return root


@pytest.fixture
def grading(words, tmp_path):
    """A copy of the small class."""
    return shutil.copytree(words / "grading", tmp_path / "grading")


@pytest.fixture
def desk(words, grading):
    return open_desk(grading, words)
