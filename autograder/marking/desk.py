"""All that the marking pages show and do, as plain functions of a grading folder; nothing here knows of a browser."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from autograder.course import Course, load_course
from autograder.grade.gradebook_file import check_gradebook
from autograder.grade.release import load_release
from autograder.grade.releases import assignments_of, read_releases
from autograder.grade.types import GradingError
from autograder.grade.visible import visible
from autograder.marking.groups import Group, grouped
from autograder.marking.questions import Question, questions_of
from autograder.marking.signature import key_terms
from autograder.marks.answers import Answer, answers_of, graded_files
from autograder.marks.give import Shown
from autograder.marks.rubric import Item, follow_guide, read_items
from autograder.marks.states import AnswerState, read_states
from autograder.marks.tables import gradebook_in, reading, writing

__all__ = ["Desk", "Place", "Progress", "Sheet", "open_desk"]

Place = tuple[str, str]
# Of a question, as many comments as a list shows at once.
MOST_COMMENTS = 50


@dataclass(frozen=True)
class Sheet:
    """One question with all of its answers.

    Args:
        question: The question.
        students: Whose answers they are, in the order of `answers`.
        answers: The answers.
        groups: Which of them lie together.
        states: The mark of each.
        items: The rubric.
        comments: Comments that were given here, the frequent ones first.
        notes: What is odd: answers without a place in the gradebook, and places without an answer.
    """

    question: Question
    students: tuple[str, ...]
    answers: tuple[Answer, ...]
    groups: tuple[Group, ...]
    states: tuple[AnswerState, ...]
    items: tuple[Item, ...]
    comments: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Progress:
    """A question, and how many of its answers are marked, out of how many."""

    question: Question
    marked: int
    answers: int


@dataclass(frozen=True)
class Desk:
    """A graded class that is open for marking.

    Args:
        grading: The output folder of the grading run.
        course: The course.
        questions: The questions by assignment and cell, in the order of the course.
        secret: From which the keys of students are made.
    """

    grading: Path
    course: Course
    questions: Mapping[Place, Question]
    secret: bytes

    @property
    def gradebook(self) -> Path:
        """The gradebook."""
        return gradebook_in(self.grading)

    def question(self, assignment: str, cell: str) -> Question:
        """Return a question.

        Raises:
            GradingError: There is none.
        """
        try:
            return self.questions[assignment, cell]
        except KeyError:
            raise GradingError(f"there is no question {cell!r} in {assignment!r}; choose one from the list") from None

    def key(self, student: str) -> str:
        """Return what stands for a student on a page, which tells nobody who it is."""
        return hmac.new(self.secret, student.encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:16]

    def progress(self) -> tuple[Progress, ...]:
        """Return the questions with answers, and how far each is."""
        with reading(self.gradebook) as database:
            states = {place: read_states(database, *place).values() for place in self.questions}
        return tuple(
            Progress(self.questions[place], sum(not one.again for one in found), len(found))
            for place, found in states.items()
            if found
        )

    def sheet(self, assignment: str, cell: str) -> Sheet:
        """Return a question with all of its answers; its rubric follows the marking guide.

        Raises:
            GradingError: There is no such question, or the gradebook cannot be used.
        """
        question = self.question(assignment, cell)
        with writing(self.gradebook) as database:
            follow_guide(database, assignment, cell, question.items)
            states = read_states(database, assignment, cell)
            items = read_items(database, assignment, cell)
        found = self.answers(question)
        students = tuple(sorted(set(states) & set(found)))
        answers = tuple(found[student] for student in students)
        terms = key_terms(question.model, question.guide)
        return Sheet(
            question,
            students,
            answers,
            _groups(tuple(_told_apart(one) for one in answers), terms),
            tuple(states[student] for student in students),
            tuple(item for item in items.values() if not item.retired),
            _comments(tuple(states.values())),
            tuple(_notes(question, states, found)),
        )

    def warm(self) -> None:
        """Read and group all answers, so that a page opens at once; errors are left to the page, which reports them."""
        for place in self.questions:
            with suppress(GradingError):
                self.sheet(*place)

    def answers(self, question: Question) -> dict[str, Answer]:
        """Return the answers to a question that lie in graded notebooks, by student."""
        name = question.assignment
        files = graded_files(self.grading, name)
        found = {one: _answers(self.grading, one, name, _version(path)) for one, path in files.items()}
        return {student: answers[question.cell] for student, answers in found.items() if question.cell in answers}

    def states(self, database: sqlite3.Connection, place: Place) -> dict[str, AnswerState]:
        """Return the marks of a question by the keys of students."""
        return {self.key(student): state for student, state in read_states(database, *place).items()}

    def names(self, database: sqlite3.Connection) -> dict[str, str]:
        """Return the names of all students by their keys: first and last name where the gradebook has them, and id."""
        rows = database.execute("SELECT id, first_name, last_name FROM student")
        named = ((row["id"], " ".join(filter(None, (row["first_name"], row["last_name"])))) for row in rows)
        return {self.key(student): visible(f"{name} ({student})" if name else student) for student, name in named}

    def shown(self, place: Place, tags: Mapping[str, str]) -> dict[str, Shown]:
        """Return answers as a page showed them, by student; `tags` are their states by key.

        Raises:
            GradingError: One of them is no longer there, or says something else since it was graded again.
        """
        found = self.answers(self.question(*place))
        students = {self.key(student): student for student in found}
        missing = [key for key in tags if key.partition("-")[0] not in students]
        if missing:
            raise GradingError(
                f"{len(missing)} of these {len(tags)} answers are no longer among the graded notebooks; load the page "
                "again. The marks that were given stay recorded"
            )
        shown: dict[str, Shown] = {}
        for key, tag in tags.items():
            who, _, text = key.partition("-")
            student = students[who]
            if found[student].name != text:
                raise GradingError("an answer has changed, because it was graded again; load the page again to see it")
            shown[student] = Shown(tag, text)
        return shown


def open_desk(grading: Path, root: Path, assignment: str | None = None) -> Desk:
    """Open a graded class for marking.

    Args:
        grading: The output folder of a grading run.
        root: Folder of `course.toml`.
        assignment: Only this assignment; all that were graded if None.

    Raises:
        GradingError: There is no gradebook, it is that of another course, or nobody has handed in.
        CourseError: The course cannot be used.
        BuildError: A master is faulty.
    """
    course = load_course(root)
    path = gradebook_in(grading)
    names = [name for name in assignments_of(course, assignment) if graded_files(grading, name)]
    if not names:
        raise GradingError(f"there are no graded notebooks of {assignment or course.course.id} in {grading}")
    releases = {name: load_release(name, content) for name, content in read_releases(names, root).items()}
    check_gradebook(path, course, releases)
    questions = questions_of(course, root, releases)
    if not questions:
        raise GradingError(f"{', '.join(names)} has no questions that are marked by hand")
    return Desk(grading, course, questions, secrets.token_bytes(32))


@lru_cache(maxsize=20_000)
def _answers(grading: Path, student: str, assignment: str, version: tuple[int, int]) -> dict[str, Answer]:
    """Return what `answers_of` does; it is asked again when the file is another one."""
    return answers_of(grading, student, assignment)


def _version(path: Path) -> tuple[int, int]:
    about = path.stat()
    return about.st_mtime_ns, about.st_size


@lru_cache(maxsize=64)
def _groups(texts: tuple[str, ...], terms: frozenset[str]) -> tuple[Group, ...]:
    return grouped(texts, terms)


def _told_apart(answer: Answer) -> str:
    """Return the text of an answer; one with pictures is like no other."""
    return f"{answer.text}\n(pictures {answer.name})" if answer.pictures else answer.text


def _comments(states: Sequence[AnswerState]) -> tuple[str, ...]:
    counted = Counter(state.comment for state in states if state.comment)
    return tuple(comment for comment, _ in counted.most_common(MOST_COMMENTS))


def _notes(question: Question, states: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[str]:
    gone, unread = sorted(set(found) - set(states)), sorted(set(states) - set(found))
    if gone:
        yield (
            f"{_some(gone)} handed in {question.assignment}, but the gradebook no longer has a place for it: not shown "
            "here. What was marked before stays recorded, and counts again once `autograder grade` has run for them."
        )
    if unread:
        yield f"The graded notebook of {_some(unread)} is not there; run `autograder grade` again to see these answers."


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
