"""nbgrader's `autograde`, and with it formgrader's button, through the same engine; set up by `nbgrader_config.py`.

nbgrader converts a notebook twice, with one exporter: to clean it, and to run it. This exporter grades in the first
pass, from the bytes of the file, so that no file is too odd to be read, and hands the result through in the second.
"""

from __future__ import annotations

import shutil
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context
from nbconvert.exporters import NotebookExporter
from nbgrader.converters.base import NbGraderException
from traitlets import Enum
from traitlets.config import Config

from autograder.build.master_faults import BuildError
from autograder.build.notebooks import MASTERS, source_notebook
from autograder.course import CourseError, find_root, load_course
from autograder.grade.collect import Found, load
from autograder.grade.folder import OutFolder, open_folder
from autograder.grade.gradebook import enter_class
from autograder.grade.grading_task import in_this_process
from autograder.grade.keys import submission_basis, submission_key
from autograder.grade.late import read_late_rules
from autograder.grade.release import load_release
from autograder.grade.releases import assignments_of, read_releases
from autograder.grade.settings import settings_of
from autograder.grade.tasks import Task
from autograder.grade.types import GradingError, SubmissionGrade
from autograder.marks.decisions import apply_decisions
from autograder.marks.keep import keep_marks
from autograder.public_files import PACKAGES
from autograder.report.markdown import inert_cell, inert_markdown

__all__ = ["COURSE_ROOT", "EngineExporter", "cell_for_marking", "engine_config"]

# The course of a course folder inside it, or that of this installation.
COURSE_ROOT = find_root()
KEPT = ("timestamp.txt",)
FORMGRADER = str(files("nbgrader") / "server_extensions" / "formgrader" / "templates")


def engine_config() -> Config:
    """Return what nbgrader has to be told."""
    config = Config()
    config.Autograde.exporter_class = f"{__name__}.EngineExporter"
    config.Autograde.sanitize_preprocessors = []
    config.Autograde.autograde_preprocessors = []
    config.GenerateFeedback.exporter_class = "autograder.grade.nbgrader_feedback.FeedbackExporter"
    config.HTMLExporter.filters = {"markdown2html": f"{__name__}.cell_for_marking"}
    # Of two templates with one name, the first counts: ours asks no other machine for anything.
    config.HTMLExporter.extra_template_basedirs = [str(PACKAGES["autograder"] / "grade" / "formgrader"), FORMGRADER]
    return config


@pass_context
def cell_for_marking(context: Context, source: str) -> str:
    """Return a cell as `inert_cell` does; in formgrader with the model answer and the guide below an answer in words.

    Pages for students are made with the same filter, and have neither.
    """
    graded = (context.get("cell") or {}).get("metadata", {}).get("nbgrader", {})
    resources = context.get("resources") or {}
    html = inert_cell(context, source)
    if "submission_id" not in resources or not (graded.get("grade") and graded.get("solution")):
        return html
    return html + _guide(str(resources["assignment_id"]), str(graded["grade_id"]))


def _guide(assignment: str, cell: str) -> str:
    """Return the model answer and the marking guide of a question as HTML; nothing where the course has none."""
    master = COURSE_ROOT / MASTERS / f"{assignment}.py"
    source = _questions(assignment, master.stat().st_mtime_ns if master.is_file() else 0).get(cell, "")
    return f"<hr><blockquote>{inert_markdown(source)}</blockquote>" if source else ""


@lru_cache(maxsize=16)
def _questions(assignment: str, changed: int) -> dict[str, str]:
    """Return the cells with model answers by the gradebook's names; they are read again when the master changes."""
    if not changed:
        return {}
    try:
        cells = source_notebook(assignment, COURSE_ROOT).cells
    except (BuildError, CourseError):
        return {}
    graded = ((cell.metadata.get("nbgrader", {}), cell.source) for cell in cells)
    return {one["grade_id"]: text for one, text in graded if one.get("grade") and one.get("solution")}


class EngineExporter(NotebookExporter):
    """Grades a submission where nbgrader would convert it."""

    parent: Any
    walls: Any = Enum(["full", "weak"], "full", help="'weak' accepts that walls around student code are missing").tag(
        config=True
    )

    def from_filename(self, filename: str, resources: Any = None, **_: Any) -> tuple[Any, Any]:
        """Return the graded notebook as text.

        Args:
            filename: In the first pass the submitted file, in the second the graded one.
            resources: nbgrader's record of whose it is.

        Raises:
            NbGraderException: Grading cannot continue, for a reason outside the submission.
        """
        path = Path(filename)
        if self.parent._sanitizing:
            try:
                self._grade(path, resources["nbgrader"])
            except (GradingError, CourseError, BuildError) as error:
                raise NbGraderException(str(error)) from error
            path = self._destination(resources["nbgrader"]) / path.name
        resources["output_extension"] = self.file_extension
        return path.read_text(encoding="utf-8"), resources

    def _grade(self, path: Path, about: dict[str, str]) -> None:
        course = load_course(COURSE_ROOT)
        name = about["assignment"]
        content = read_releases(assignments_of(course, name), COURSE_ROOT)[name]
        release = load_release(name, content)
        with open_folder(Path(self.parent.coursedir.root), None) as folder:
            settings = settings_of(course, folder.seed, self.walls)
            submission = load(Found(about["student"], path.parent), release, settings.submission_bytes)
            basis = submission_basis(submission, release, settings)
            task = Task(submission_key(basis, settings), submission, content, settings, basis)
            grade = _known(folder, task)
            enter_class(about["db_url"], (release,), (grade,), read_late_rules(folder.path, course))
            apply_decisions(folder.path)
            keep_marks(folder.path)
            _drop_all_but(self._destination(about), (*KEPT, path.name))

    def _destination(self, about: dict[str, str]) -> Path:
        return Path(self.parent._format_dest(about["assignment"], about["student"]))


def _known(folder: OutFolder, task: Task) -> SubmissionGrade:
    done = folder.done(task.key)
    if done is not None:
        return done
    with in_this_process(1) as pool:
        (graded,) = pool([task])
    folder.keep(graded)
    return graded.grade


def _drop_all_but(folder: Path, names: tuple[str, ...]) -> None:
    """Remove what nbgrader copied from beside the submitted notebook: nothing of it was used, and it is untrusted."""
    for path in folder.iterdir():
        if path.name in names:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
