"""Which files make up the student edition, and their content."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from string import Template

from autograder.build.files import Files
from autograder.build.notebooks import build_notebooks
from autograder.course import Course, CourseError
from autograder.public_files import is_left_behind, is_public

__all__ = ["student_files"]

TEMPLATES = Path(__file__).parent / "templates"
# What students get besides the notebooks, which are built afresh.
FOLDERS = ("course_utils", "data_scripts")
SINGLE = ("LICENSE", "docs/conventions.md", "docs/students.md")
# Whoever names the instructor's package is for the instructor.
PRIVATE = b"autograder"


def student_files(course: Course, root: Path) -> Files:
    """Return the student edition: content by path.

    Args:
        course: The course.
        root: Folder of `course.toml`.

    Raises:
        BuildError: A master is faulty.
        CourseError: A file that students need is missing.
    """
    files = {
        path: content for path, content in _shared(root) if PRIVATE not in content or path.suffix == ".safetensors"
    }
    notebooks = build_notebooks(course, root)
    project = _project(root)
    texts = {
        "README.md": _readme(course, project),
        "pyproject.toml": _pyproject(project),
        "environment.yml": _environment(project),
    }
    own = {PurePosixPath(name): text.encode() for name, text in texts.items()}
    return dict(sorted({**files, **notebooks, **own, **dict(_single(root))}.items()))


def _single(root: Path) -> Iterator[tuple[PurePosixPath, bytes]]:
    for name in SINGLE:
        if not (root / name).is_file():
            raise CourseError(f"{root / name} is missing; the student edition needs it")
        yield PurePosixPath(name), (root / name).read_bytes()


def _shared(root: Path) -> Iterator[tuple[PurePosixPath, bytes]]:
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            relative = PurePosixPath(path.relative_to(root).as_posix())
            if path.is_file() and is_public(relative) and not is_left_behind(relative):
                yield relative, path.read_bytes()


def _project(root: Path) -> dict[str, object]:
    try:
        project: dict[str, object] = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    except (OSError, KeyError, tomllib.TOMLDecodeError) as error:
        raise CourseError(f"{root / 'pyproject.toml'} cannot be used for the student edition: {error}") from error
    return project


def _requirements(project: dict[str, object]) -> tuple[list[str], list[str]]:
    extras = project["optional-dependencies"]
    packages = project["dependencies"]
    assert isinstance(extras, dict)
    assert isinstance(packages, list)
    return packages, extras["lab"]


def _readme(course: Course, project: dict[str, object]) -> str:
    rows = "\n".join(
        f"| `notebooks/{name}/{name}.ipynb` | {book.title} | {f'{book.total:g}' if book.points else '–'} |"
        for name, book in sorted(course.workbooks.items())
    )
    where = f"github.com/{course.course.repository}"
    colab = f"In a browser, without any installation: open a notebook on {where} and click *Open in Colab*.\n\n"
    return Template((TEMPLATES / "README.md.in").read_text(encoding="utf-8")).substitute(
        title=course.course.title,
        rows=rows,
        name=project["name"],
        python=project["requires-python"],
        colab=colab if course.course.repository else "",
    )


def _pyproject(project: dict[str, object]) -> str:
    packages, lab = _requirements(project)
    return Template((TEMPLATES / "pyproject.toml.in").read_text(encoding="utf-8")).substitute(
        name=json.dumps(project["name"]),
        version=json.dumps(project["version"]),
        python=json.dumps(project["requires-python"]),
        packages=json.dumps(packages, indent=2),
        lab=json.dumps(lab),
    )


def _environment(project: dict[str, object]) -> str:
    packages, lab = _requirements(project)
    lines = "\n".join(f"      - {package}" for package in (*packages, *lab))
    return Template((TEMPLATES / "environment.yml.in").read_text(encoding="utf-8")).substitute(
        name=project["name"], python=project["requires-python"], lines=lines
    )
