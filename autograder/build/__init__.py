"""Masters and answers -> the student's notebooks, the recorded checks, and nbgrader's source notebooks."""

from autograder.build.checkdata import build_checkdata
from autograder.build.files import drift, write

__all__ = ["build_checkdata", "drift", "write"]
