"""From what a learning platform hands out to nbgrader's layout STUDENT/ASSIGNMENT/ASSIGNMENT.ipynb."""

from autograder.importing.run import ImportOrder, ImportReport, import_submissions

__all__ = ["ImportOrder", "ImportReport", "import_submissions"]
