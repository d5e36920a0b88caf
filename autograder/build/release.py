"""Source notebook -> student notebook, by nbgrader's own `generate_assignment` in a temporary folder."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Mapping
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from traitlets.config import Config

from autograder.build.source import METADATA
from course_utils.handin.answer_frame import TEXT_STUB, framed

__all__ = ["CODE_STUB", "as_bytes", "release"]

CODE_STUB = "# TODO\nraise NotImplementedError"


def release(sources: Mapping[str, NotebookNode]) -> dict[str, NotebookNode]:
    """Return the student's form of some source notebooks, by workbook: no solutions, no outputs.

    Raises:
        RuntimeError: nbgrader refused one; the message is its own.
    """
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, notebook in sources.items():
            path = root / "source" / name / f"{name}.ipynb"
            path.parent.mkdir(parents=True)
            path.write_bytes(as_bytes(notebook))
        return {name: _generate(root, name) for name in sources}


def as_bytes(notebook: NotebookNode) -> bytes:
    """Return the file of a notebook: the same bytes for the same notebook."""
    nbformat.validate(notebook)
    text: str = nbformat.writes(notebook)
    return (text.rstrip("\n") + "\n").encode()


def _generate(root: Path, name: str) -> NotebookNode:
    # Half a second of imports that only a build needs.
    from nbgrader.converters import GenerateAssignment
    from nbgrader.converters.base import NbGraderException
    from nbgrader.coursedir import CourseDirectory

    config = _config(root, name)
    log = logging.getLogger("autograder.build.nbgrader")
    log.setLevel(logging.CRITICAL)
    try:
        GenerateAssignment(coursedir=CourseDirectory(config=config), config=config, log=log).start()
    except (NbGraderException, SystemExit) as error:
        raise RuntimeError(f"nbgrader could not release {name}: {error}") from error
    notebook: NotebookNode = nbformat.read(root / "release" / name / f"{name}.ipynb", as_version=4)
    notebook.metadata = nbformat.from_dict(METADATA)
    return notebook


def _config(root: Path, name: str) -> Config:
    config = Config()
    config.CourseDirectory.root = str(root)
    config.CourseDirectory.assignment_id = name
    config.ClearSolutions.code_stub = {"python": CODE_STUB}
    config.ClearSolutions.text_stub = framed(TEXT_STUB)
    # The gradebook is made when a class is graded, not here.
    config.GenerateAssignment.no_database = True
    config.SaveCells.enabled = False
    return config
