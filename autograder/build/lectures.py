"""Lecture notebooks, made from the guides."""

from __future__ import annotations

import html
from pathlib import Path, PurePosixPath

import nbformat
from nbformat import v4

from autograder.build.lecture_guides import LECTURES, Lecture

__all__ = ["FOLDER", "differing", "guide", "lecture_notebooks"]

FOLDER = PurePosixPath("notebooks/lectures")


def lecture_notebooks() -> dict[PurePosixPath, bytes]:
    """Return the notebook of each lecture, by its path; the same bytes each time."""
    return {FOLDER / f"{lecture.file}.ipynb": _notebook(lecture) for lecture in LECTURES}


def differing(root: Path) -> list[PurePosixPath]:
    """Return the notebooks below `root` that are missing, that differ from their guide, or that have none."""
    made = lecture_notebooks()
    wrong = [path for path, content in made.items() if not _same(root / path, content)]
    on_disk = {FOLDER / path.name for path in (root / FOLDER).glob("*.ipynb")}
    return wrong + sorted(on_disk - set(made))


def _same(path: Path, content: bytes) -> bool:
    return path.is_file() and path.read_bytes() == content


def _notebook(lecture: Lecture) -> bytes:
    code = (
        f"from course_utils.widgets import {lecture.demo}\n"
        "from course_utils.widgets.lecture import show_in_lecture\n\n"
        f"demo = {lecture.demo}()\n"
        "show_in_lecture(demo)"
    )
    cells = [v4.new_code_cell(code, id="demo"), v4.new_markdown_cell(guide(lecture), id="guide")]
    metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    notebook = v4.new_notebook(cells=cells, metadata=metadata)
    nbformat.validate(notebook)
    text: str = nbformat.writes(notebook, indent=1)
    return (text + "\n").encode()


def guide(lecture: Lecture) -> str:
    """Return the speaking guide, folded up, so that the hall sees the demo alone."""
    steps = "\n".join(f"<li>{html.escape(step, quote=False)}</li>" for step in lecture.say)
    return (
        f"<details>\n<summary>For the speaker ({lecture.minutes} minutes)</summary>\n<ol>\n{steps}\n</ol>\n</details>"
    )
