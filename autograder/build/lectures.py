"""Lecture notebooks and pages, made from the guides."""

from __future__ import annotations

import html
from pathlib import Path, PurePosixPath

import nbformat
from nbformat import v4

from autograder.build.lecture_guides import LECTURES, Lecture
from course_utils import widgets
from course_utils.widgets.client_page import page
from course_utils.widgets.demo import Demo
from course_utils.widgets.recorded_page import record, recorded_page

__all__ = ["FOLDER", "differing", "lecture_notebooks", "lecture_page", "write_pages"]

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


def _demo(lecture: Lecture) -> Demo:
    made: Demo = getattr(widgets, lecture.demo)()
    return made


def _notebook(lecture: Lecture) -> bytes:
    code = (
        f"from course_utils.widgets import {lecture.demo}\n"
        "from course_utils.widgets.lecture import show_in_lecture\n\n"
        f"demo = {lecture.demo}()\n"
        "show_in_lecture(demo)"
    )
    cells = [v4.new_code_cell(code, id="demo"), v4.new_markdown_cell(_guide(lecture), id="guide")]
    metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    notebook = v4.new_notebook(cells=cells, metadata=metadata)
    nbformat.validate(notebook)
    text: str = nbformat.writes(notebook, indent=1)
    return (text + "\n").encode()


def _guide(lecture: Lecture) -> str:
    """Return the speaking guide, folded up, so that the hall sees the demo alone."""
    steps = "\n".join(f"<li>{html.escape(step, quote=False)}</li>" for step in lecture.say)
    return (
        f"<details>\n<summary>For the speaker ({lecture.minutes} minutes)</summary>\n<ol>\n{steps}\n</ol>\n</details>"
    )


def lecture_page(lecture: Lecture) -> str:
    """Return the self-contained page of a lecture: live where the browser can compute it, else recorded states."""
    demo = _demo(lecture)
    if demo.scene.client:
        return page(demo)
    return recorded_page(demo.scene.title, demo.scene.alt, record(demo, lecture.sweep))


def write_pages(folder: Path) -> list[Path]:
    """Write the page of every lecture and a page that lists them; return the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    links, paths = [], []
    for lecture in LECTURES:
        path = folder / f"{lecture.file}.html"
        path.write_text(lecture_page(lecture), encoding="utf-8")
        paths.append(path)
        scene = _demo(lecture).scene
        kind = "live" if scene.client else "recorded states"
        links.append(f'<li><a href="{path.name}">{html.escape(scene.title)}</a> ({kind})</li>')
    index = folder / "index.html"
    index.write_text(INDEX.format(links="\n".join(links)), encoding="utf-8")
    return [*paths, index]


INDEX = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Demos for the lecture hall</title>
<style>
body {{ font: 22px/1.6 system-ui, sans-serif; color: #111; max-width: 36em; margin: 1em auto; padding: 0 12px; }}
a:focus-visible {{ outline: 3px solid #0072b2; outline-offset: 2px; }}
</style>
</head>
<body>
<h1>Demos for the lecture hall</h1>
<ul>
{links}
</ul>
</body>
</html>
"""
