"""The answers of the graded notebooks: what a student wrote, without frame and stub, and the pictures in it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from autograder.grade.gradebook_file import FILE_NAME
from autograder.grade.visible import visible
from course_utils.handin.answer_frame import answer_in

__all__ = ["Answer", "answers_of", "graded_files"]


@dataclass(frozen=True)
class Answer:
    """An answer in words.

    Args:
        text: What was written, as Markdown; untrusted, empty if there is nothing.
        pictures: What was pasted into it, as nbformat's attachments.
    """

    text: str
    pictures: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def __hash__(self) -> int:
        return hash(self.name)

    @cached_property
    def name(self) -> str:
        """A short name of this text with these pictures: another one is another answer."""
        content = json.dumps([self.text, self.pictures], sort_keys=True)
        return hashlib.sha256(content.encode("utf-8", "replace")).hexdigest()[:16]


def graded_files(grading: Path, assignment: str) -> dict[str, Path]:
    """Return the graded notebooks of an assignment that are there, by student."""
    folder = _folder(grading) / "autograded"
    return {path.parts[-3]: path for path in sorted(folder.glob(f"*/{assignment}/{assignment}.ipynb"))}


def answers_of(grading: Path, student: str, assignment: str) -> dict[str, Answer]:
    """Return the answers of one student, by the gradebook's name of their cells; none if no notebook can be read.

    Args:
        grading: The output folder of a grading run, or the gradebook in it.
        student: The student.
        assignment: The assignment.
    """
    path = _folder(grading) / "autograded" / student / assignment / f"{assignment}.ipynb"
    try:
        cells = json.loads(path.read_bytes())["cells"]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return {str(record["metadata"]["nbgrader"]["grade_id"]): _answer(record) for record in cells if _is_marked(record)}


def _folder(grading: Path) -> Path:
    return grading.parent if grading.name == FILE_NAME and grading.is_file() else grading


def _is_marked(record: Mapping[str, Any]) -> bool:
    graded = record.get("metadata", {}).get("nbgrader", {})
    return bool(graded.get("grade") and graded.get("solution"))


def _answer(record: Mapping[str, Any]) -> Answer:
    source = record["source"] if isinstance(record["source"], str) else "".join(record["source"])
    return Answer(visible(answer_in(source)), record.get("attachments", {}))
