"""The questions of a workbook as a marker needs them: the text, the model answer, the guide, and its items."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.build.headings import HEADING
from autograder.build.marking_guide import GuideItem, guide_items, split_guide
from autograder.build.notebooks import read_masters
from autograder.course import Course
from autograder.grade.release import Release
from autograder.grade.types import Cell

__all__ = ["Question", "questions_of"]

FOLDED = "<details>"


@dataclass(frozen=True)
class Question:
    """A question that is marked by hand.

    Args:
        assignment: The assignment.
        cell: Name of the gradebook's cell.
        exercise: Its id in the workbook.
        points: The marks that an answer can have, as `course.toml` says.
        text: The question, as Markdown.
        model: The model answer.
        guide: The marking guide.
        items: The lines of the guide that give marks.
    """

    assignment: str
    cell: str
    exercise: str
    points: float
    text: str
    model: str
    guide: str
    items: tuple[GuideItem, ...]


def questions_of(course: Course, root: Path, releases: Mapping[str, Release]) -> dict[tuple[str, str], Question]:
    """Return the questions of some workbooks by assignment and cell, in the order of the text.

    Args:
        course: The course.
        root: Folder of `course.toml`.
        releases: The released notebooks, by assignment.

    Raises:
        BuildError: A master is faulty: a marking guide that is nonsense, for instance.
    """
    masters = read_masters(course, root, list(releases)) if releases else {}
    return {
        (name, cell.grade_id): _question(name, cell, releases[name].cells[:place], guides)
        for name, master in masters.items()
        for guides in ({one.name: one.source for one in master.cells if one.kind == "question"},)
        for place, cell in enumerate(releases[name].cells)
        if cell.role == "manual"
    }


def _question(assignment: str, cell: Cell, before: Sequence[Cell], guides: Mapping[str, str]) -> Question:
    model, guide = split_guide(guides[cell.exercise])
    return Question(
        assignment=assignment,
        cell=cell.grade_id,
        exercise=cell.exercise,
        points=cell.points,
        text=_text(before),
        model=model,
        guide=guide,
        items=guide_items(guide),
    )


def _text(before: Sequence[Cell]) -> str:
    """Return the text that stands right above an answer, from the last heading of an exercise on; no hints."""
    text = "\n\n".join(reversed([*_above(before)]))
    headings = [found.start() for found in HEADING.finditer(text)]
    return text[headings[-1] :] if headings else text


def _above(before: Sequence[Cell]) -> Iterator[str]:
    for cell in reversed(before):
        if cell.role != "text":
            return
        if not cell.source.startswith(FOLDED):
            yield cell.source
        if HEADING.search(cell.source):
            return
