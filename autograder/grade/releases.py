"""Which workbooks can be graded, and their released notebooks as they lie in the course."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path, PurePosixPath

from autograder.course import FILE_NAME, NOTEBOOKS, Course
from autograder.grade.kept import State, code_states, is_kept, keep
from autograder.grade.release import load_release
from autograder.grade.types import GradingError
from autograder.public_files import PACKAGES
from course_utils.exercises import exercise_folder

__all__ = ["assignments_of", "name_of_code", "note_of_check", "read_releases"]

# Below the root: which releases were checked already.
CHECKED = PurePosixPath("build/checked_releases")
Files = Mapping[PurePosixPath, bytes]


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
    code = _name_of_code(code_states())
    return {name: _read(name, root, code) for name in names}


def note_of_check(name: str, course: Files, code: str) -> tuple[PurePosixPath, bytes]:
    """Return the file that says that a release was checked, and its text: a name of all that was looked at.

    It is the same on every machine, so a package carries it and nothing is checked where it grades.

    Args:
        name: The workbook.
        course: Contents of the files of the course, by their paths below its root; of these, the workbook, its master
            and `course.toml` count.
        code: What `name_of_code` returns for the files of the packages.
    """
    texts = _texts(name)
    return CHECKED / name, _name({path: course[path] for path in texts if path in course}, code).encode()


def name_of_code(course: Files) -> str:
    """Return a name of those files of a course that lie in its packages."""
    masters = PurePosixPath("autograder/masters")
    return _name({path: one for path, one in course.items() if path.parts[0] in PACKAGES and path.parent != masters})


def _name(contents: Files, start: str = "") -> str:
    found = hashlib.sha256(start.encode())
    for path, content in sorted(contents.items()):
        found.update(f"{path} {len(content)}\n".encode())
        found.update(content)
    return found.hexdigest()


def _texts(name: str) -> tuple[PurePosixPath, ...]:
    """Return the paths, below the root, of a released notebook, the course and the master."""
    paths = (f"{NOTEBOOKS}/{name}/{name}.ipynb", FILE_NAME, f"autograder/masters/{name}.py")
    return tuple(map(PurePosixPath, paths))


@lru_cache(maxsize=1)
def _name_of_code(states: tuple[State, ...]) -> str:
    """Return the name of the code in these files of the packages; they are read once, as long as none has changed."""
    paths = [Path(path) for path, _, _ in states]
    roots = list(PACKAGES.values())
    below = {path.relative_to(root.parent): path for root in roots for path in paths if path.is_relative_to(root)}
    return name_of_code({PurePosixPath(name.as_posix()): path.read_bytes() for name, path in below.items()})


def _read(name: str, root: Path, code: str) -> bytes:
    path = root / NOTEBOOKS / name / f"{name}.ipynb"
    try:
        content = path.read_bytes()
    except OSError as error:
        raise GradingError(f"the released notebook {path} cannot be read; run `autograder build`") from error
    texts = {text: (root / text).read_bytes() for text in _texts(name) if (root / text).is_file()}
    note, looked_at = note_of_check(name, texts, code)
    if not is_kept(root / note, looked_at.decode()):
        _check(name, root, path, content)
        keep(root / note, looked_at.decode())
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
