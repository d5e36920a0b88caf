"""Which workbooks can be graded, and their released notebooks as they lie in the course."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from autograder.course import FILE_NAME, Course
from autograder.grade.kept import file_states, is_kept, keep, name_of
from autograder.grade.release import load_release
from autograder.grade.types import GradingError
from course_utils.exercises import exercise_folder

__all__ = ["assignments_of", "read_releases"]

NOTEBOOKS = "notebooks"
# Below the root: which releases were checked already.
CHECKED = "build/checked_releases"


def assignments_of(course: Course, wanted: str | None) -> tuple[str, ...]:
    """Return the assignments to grade: the wanted one, or all of the course.

    Raises:
        GradingError: The course has no such workbook.
    """
    if wanted is not None and wanted not in course.assignments:
        known = ", ".join(course.assignments)
        raise GradingError(f"there is no assignment {wanted!r} in the course; it has {known}")
    return (wanted,) if wanted else course.assignments


def read_releases(names: Iterable[str], root: Path) -> dict[str, bytes]:
    """Return the released notebooks, by workbook.

    Args:
        names: The workbooks.
        root: Folder of `course.toml`.

    Raises:
        GradingError: One is missing, is not what its master gives, or has a check that nothing can judge.
    """
    return {name: _read(name, root) for name in names}


def _read(name: str, root: Path) -> bytes:
    path = root / NOTEBOOKS / name / f"{name}.ipynb"
    try:
        content = path.read_bytes()
    except OSError as error:
        raise GradingError(f"the released notebook {path} cannot be read; run `autograder build`") from error
    checked = root / CHECKED / name
    made_from = name_of(file_states([path, root / FILE_NAME, root / "autograder" / "masters" / f"{name}.py"]))
    if not is_kept(checked, made_from):
        _check(name, root, path, content)
        keep(checked, made_from)
    return content


def _check(name: str, root: Path, path: Path, content: bytes) -> None:
    """Compare a released notebook with its master, and load what judges its exercises: seconds, once per state."""
    from autograder.build.master_faults import BuildError
    from autograder.build.notebooks import release_notebook
    from autograder.build.release import as_bytes

    try:
        fresh = as_bytes(release_notebook(name, root))
    except BuildError as error:
        raise GradingError(f"the master of {name} is faulty: {str(error).splitlines()[0]}") from error
    if fresh != content:
        raise GradingError(f"the released notebook {path} is not what its master gives; run `autograder build`")
    for exercise in load_release(name, content).checked:
        _check_judge(exercise)


def _check_judge(exercise: str) -> None:
    """Load what judges an exercise, so that a mistake in it is one line and not a class without marks."""
    from autograder.catalogue.answer import load_answer
    from course_utils.kits.probe import load_probe

    for file, load in (("answer.py", load_answer), ("probe.py", load_probe)):
        try:
            place = exercise_folder(exercise) / file
        except KeyError as error:
            raise GradingError(f"nothing can judge {exercise}; `autograder new` starts its files") from error
        if not place.is_file():
            raise GradingError(f"nothing can judge {exercise}; write {place} first")
        try:
            load(exercise)
        except Exception as error:
            raise GradingError(f"{place} has a mistake, nothing was graded: {type(error).__name__}: {error}") from error
