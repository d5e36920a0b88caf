"""Which files of the course grade one workbook: found by following imports, without the answers of other workbooks."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath

from autograder.course import FILE_NAME, Course
from autograder.grade.engine import engine_files
from autograder.grade.releases import assignments_of, name_of_code, note_of_check, read_releases
from autograder.public_files import PACKAGES, is_left_behind, is_public

__all__ = ["course_files", "imported_packages"]

# What runs in a place: the command for one notebook, and the words of the places.
STARTS = ("autograder/__main__.py", "autograder/commands/one.py", "autograder/commands/__init__.py",
          "autograder/grade/grading_task.py", "autograder/places/")  # fmt: skip


def course_files(course: Course, workbook: str, root: Path) -> dict[PurePosixPath, bytes]:
    """Return the files that grade a workbook, by their paths below the folder of the course.

    What students have is among them as a whole, and of the rest only what judges the exercises of this workbook. One
    more says that the released notebook was checked, which happens here.

    Raises:
        GradingError: There is no such workbook, or its released notebook is not what the master gives.
    """
    (name,) = assignments_of(course, workbook)
    released = read_releases([name], root)[name]
    roots = PACKAGES
    own = set(course.workbooks[name].points)
    found = {
        PurePosixPath(path): file.read_bytes()
        for path, file in {**dict(_public(roots["course_utils"])), **_private(roots, own)}.items()
    }
    master = f"autograder/masters/{name}.py"
    texts = {f"notebooks/{name}/{name}.ipynb": released, master: (root / master).read_bytes()}
    texts[FILE_NAME] = (root / FILE_NAME).read_bytes()
    every = {**found, **{PurePosixPath(path): content for path, content in texts.items()}}
    return {**every, **dict([note_of_check(name, every, name_of_code(every))])}


def imported_packages(files_of_course: Mapping[PurePosixPath, bytes]) -> set[str]:
    """Return the names of the packages that the instructor's part of these files imports, its own left out."""
    found: set[str] = set()
    for path, content in files_of_course.items():
        if path.suffix == ".py" and path.parts[0] == "autograder":
            for node in ast.walk(ast.parse(content)):
                found |= set(_imported(node))
    return {name.partition(".")[0] for name in found} - set(PACKAGES)


def _imported(node: ast.AST) -> Iterable[str]:
    """Return what a statement imports; a list called `MODULES` names what is imported by its name."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == ["MODULES"]:
        return [str(one.value) for one in ast.walk(node.value) if isinstance(one, ast.Constant)]
    return [node.module] if isinstance(node, ast.ImportFrom) and node.module else []


def _public(package: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(package.rglob("*")):
        name = PurePosixPath(package.name, path.relative_to(package).as_posix())
        if path.is_file() and is_public(name) and not is_left_behind(name):
            yield str(name), path


def _private(roots: Mapping[str, Path], exercises: set[str]) -> dict[str, Path]:
    """Return what grades and judges these exercises; packages that lie around a file are there, too, to be imported."""
    starts: tuple[str, ...] = STARTS
    while True:
        found = engine_files(roots, starts, lambda name: _of_others(name, exercises))
        around = {f"{folder}/__init__.py" for name in found for folder in PurePosixPath(name).parents[:-1]}
        missing = sorted(
            name for name in around - found.keys() if Path(roots[name.partition("/")[0]].parent, name).is_file()
        )
        if not missing:
            return found
        starts = (*starts, *missing)


def _of_others(name: str, exercises: set[str]) -> bool:
    """Say whether a file is about other exercises, and not for students: their answers, and all masters."""
    if name.startswith("autograder/masters/"):
        return True
    parts = PurePosixPath(name).parts
    return len(parts) > 4 and not is_public(PurePosixPath(name)) and parts[3] not in exercises
