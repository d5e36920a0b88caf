"""`autograder one`: grade one notebook, and report the result to people or to another program."""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from autograder.grade.workers import begin_workers, exercises_in
from autograder.sandbox.host import Strictness

if TYPE_CHECKING:
    from autograder.grade.types import Graded

__all__ = ["one"]


def one(
    notebook: Annotated[Path, typer.Argument(help="The notebook that was handed in.")],
    workbook: Annotated[str | None, typer.Option(help="Which workbook it is; without this, its cells decide.")] = None,
    student: Annotated[str, typer.Option(help="The student; the hidden inputs depend on it.")] = "student",
    seed: Annotated[int | None, typer.Option(help="Seed of the hidden inputs; drawn if not given.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one object of JSON and nothing else.")] = False,
    weak_walls: Annotated[
        bool, typer.Option("--weak-walls", help="Run student code even where this machine cannot build every wall.")
    ] = False,
) -> None:
    """Grade one notebook behind walls, on fresh inputs. Exit with 1 if grading itself failed, with 2 if nothing ran."""
    if not weak_walls and notebook.is_file():
        begin_workers(exercises_in(workbook or notebook.stem))  # seconds, in which this process imports the rest
    from autograder.course import CourseError
    from autograder.grade.types import GradingError

    chosen = secrets.randbits(128) if seed is None else seed
    try:
        graded = _grade(notebook, workbook, student, chosen, "weak" if weak_walls else "full")
    except (GradingError, CourseError) as error:
        typer.echo(json.dumps({"error": str(error)}) if as_json else f"error: {error}", err=not as_json)
        raise typer.Exit(2) from error
    typer.echo(json.dumps(_record(graded, chosen), ensure_ascii=False) if as_json else _words(graded))
    if not graded.grade.key:
        raise typer.Exit(1)


def _grade(notebook: Path, workbook: str | None, student: str, seed: int, walls: Strictness) -> Graded:
    from autograder.course import find_root, load_course
    from autograder.grade.local_pool import one_at_a_time
    from autograder.grade.release import load_release
    from autograder.grade.releases import assignments_of, read_releases
    from autograder.grade.settings import settings_of
    from autograder.grade.tasks import Task
    from autograder.grade.types import GradingError, Submission
    from autograder.importing.workbook import look_into

    course = load_course(find_root())
    contents = read_releases(assignments_of(course, workbook), find_root())
    settings = settings_of(course, seed, walls)
    try:
        content = notebook.read_bytes()
    except OSError as error:
        raise GradingError(
            f"{notebook} cannot be read ({error.strerror}); give the notebook that was handed in"
        ) from error
    releases = {name: load_release(name, text) for name, text in contents.items()}
    looked = look_into(content, notebook.name, workbook or "", releases, settings.submission_bytes)
    if not looked.assignment:
        known = ", ".join(releases)
        raise GradingError(f"{notebook} is not one of the workbooks {known}; say which with --workbook")
    submission = Submission(student, looked.assignment, notebook.name, content)
    task = Task(notebook.name, submission, contents[looked.assignment], settings)
    with one_at_a_time(1, walls) as pool:
        (graded,) = pool([task])
    return graded


def _record(graded: Graded, seed: int) -> dict[str, Any]:
    """Return all that is known of a grade; what is for the instructor only is in `flags` and `pointed`."""
    grade = graded.grade
    most = sum(each.max_score for each in grade.exercises)
    known = {name: value for name, value in grade.to_record().items() if name not in ("key", "basis")}
    return {"score": round(grade.score, 4), "max_score": round(most, 4), "seed": seed, **known}


def _words(graded: Graded) -> str:
    from autograder.report.words import marks, text_of

    grade = graded.grade
    most = sum(each.max_score for each in grade.exercises)
    lines = [f"{grade.assignment}: {marks(grade.score)} of {marks(most)}", *grade.notes]
    return "\n".join([*lines, *(text_of(each).rstrip() for each in grade.exercises)])
