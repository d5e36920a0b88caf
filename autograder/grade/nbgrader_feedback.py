"""nbgrader's `generate_feedback`, and formgrader's button, write the one feedback page of this course."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbconvert.exporters import Exporter
from nbgrader.converters.base import NbGraderException

from autograder.course import CourseError, load_course
from autograder.grade.folder import open_folder
from autograder.grade.nbgrader_engine import COURSE_ROOT
from autograder.grade.types import GradingError
from autograder.marks.book import read_book
from autograder.report.feedback import feedback_pages
from autograder.report.sheet import Sheet, sheets_of

__all__ = ["FeedbackExporter"]


class FeedbackExporter(Exporter):
    """Writes our page where nbgrader would convert a graded notebook."""

    parent: Any
    file_extension = ".html"

    def from_filename(self, filename: str, resources: Any = None, **_: Any) -> tuple[Any, Any]:
        """Return the page as text.

        Args:
            filename: The graded notebook.
            resources: nbgrader's record of whose it is.

        Raises:
            NbGraderException: The submission is not graded, or what is known of it cannot be read.
        """
        about = resources["nbgrader"]
        root = Path(self.parent.coursedir.root)
        try:
            sheet = self._sheet(root, about["student"], about["assignment"])
        except (GradingError, CourseError) as error:
            raise NbGraderException(str(error)) from error
        resources["output_extension"] = self.file_extension
        pages = dict(feedback_pages(root, [sheet]))
        (page,) = pages.values()
        return page.decode(), resources

    def _sheet(self, root: Path, student: str, assignment: str) -> Sheet:
        course = load_course(COURSE_ROOT)
        with open_folder(root, None) as folder:
            grades = [one for one in folder.last() if (one.student, one.assignment) == (student, assignment)]
        sheets = sheets_of(course, grades, read_book(root, course, [assignment]))
        if not sheets:
            raise GradingError(f"{student} has no grade in {assignment}; autograde it first")
        return sheets[0]
