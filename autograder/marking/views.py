"""The marking pages as HTML: student texts are made inert, and everything else is escaped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from functools import cache, lru_cache
from itertools import groupby
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from autograder.grade.visible import visible
from autograder.marking.desk import Desk, Sheet
from autograder.marking.groups import Group
from autograder.marks.answers import Answer
from autograder.marks.audit import AUDIT_FILE
from autograder.marks.decisions import decisions_in, overrides_in
from autograder.marks.states import AnswerState, cells_of
from autograder.marks.tables import reading
from autograder.report.markdown import inert_markdown

__all__ = ["exceptions_page", "index_page", "question_page", "state_record"]

TITLES = {"empty": "No answer", "no idea": "No idea"}


def index_page(desk: Desk, root: str) -> str:
    """Return the page with all questions.

    Args:
        desk: The class.
        root: What all addresses begin with: the token.
    """
    rows = groupby(desk.progress(), key=lambda row: row.question.assignment)
    titles = {name: book.title for name, book in desk.course.workbooks.items()}
    assignments = [(name, list(found)) for name, found in rows]
    return _page("index", root, course=desk.course.course, assignments=assignments, titles=titles)


def question_page(desk: Desk, sheet: Sheet, root: str, marker: str) -> str:
    """Return the page of one question.

    Args:
        desk: The class.
        sheet: The question with its answers.
        root: What all addresses begin with.
        marker: Who marks if the page says nothing else.
    """
    places = list(desk.questions)
    here = places.index((sheet.question.assignment, sheet.question.cell))
    return _page(
        "question",
        root,
        sheet=sheet,
        marker=marker,
        model=_drawn(sheet.question.model),
        guide=_drawn(sheet.question.guide),
        question=_drawn(sheet.question.text),
        items=[{**asdict(item), "html": _drawn(item.text)} for item in sheet.items],
        groups=[_group(desk, sheet, number, group) for number, group in enumerate(sheet.groups, start=1)],
        before="/".join(places[here - 1]) if here else "",
        after="/".join(places[here + 1]) if here + 1 < len(places) else "",
    )


def exceptions_page(desk: Desk, root: str, marker: str) -> str:
    """Return the page of exceptions; arguments as `question_page`."""
    with reading(desk.gradebook) as database:
        cells, students = cells_of(database)
    return _page(
        "exceptions",
        root,
        marker=marker,
        file=AUDIT_FILE,
        places=cells,
        checks=[name for name in cells if "/check-" in name],
        students=students,
        decisions=decisions_in(desk.grading),
        overrides=overrides_in(desk.grading),
    )


def state_record(state: AnswerState) -> dict[str, Any]:
    """Return a mark as the script of the page knows it."""
    return {
        "tag": state.tag,
        "points": state.points,
        "items": list(state.items),
        "comment": state.comment,
        "marker": state.marker,
        "at": state.at,
        "again": state.again,
    }


def _group(desk: Desk, sheet: Sheet, number: int, group: Group) -> Mapping[str, Any]:
    counted = f"{group.size} answers" if group.size != 1 else "1 answer"
    title = TITLES.get(group.kind, f"Group {number} of {len(sheet.groups)}")
    alike = ", alike" if group.kind == "alike" and len(group.members) > 1 else ""
    return {"title": f"{title} · {counted}{alike}", "members": list(_members(desk, sheet, group.members))}


def _members(desk: Desk, sheet: Sheet, members: Sequence[Sequence[int]]) -> Iterator[Mapping[str, Any]]:
    for places in members:
        names = (f"{desk.key(sheet.students[place])}-{sheet.answers[place].name}" for place in places)
        answer = sheet.answers[places[0]]
        yield {"ids": " ".join(names), "times": len(places), "html": _answer(answer)}


@lru_cache(maxsize=5000)
def _answer(answer: Answer) -> Markup:
    return Markup(inert_markdown(answer.text, answer.pictures)) if answer.text else Markup()


@lru_cache(maxsize=1000)
def _drawn(text: str) -> Markup:
    return Markup(inert_markdown(text))


def _page(template: str, root: str, **values: Any) -> str:
    return visible(_environment().get_template(f"{template}.html.j2").render(root=root, **values))


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("autograder.marking", "page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
