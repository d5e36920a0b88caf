"""The student edition of the course: what students get, as a folder and as one file."""

from autograder.edition.files import student_files
from autograder.edition.solutions import solution_files
from autograder.edition.write import write_edition

__all__ = ["solution_files", "student_files", "write_edition"]
