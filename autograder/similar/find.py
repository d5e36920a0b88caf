"""Read the solutions of a class and compare them, exercise by exercise. Nothing is run."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.course import load_course
from autograder.grade.collect import Found, collect, load
from autograder.grade.files import errors_for_people, write_all
from autograder.grade.read import Unreadable, read_notebook, tidy
from autograder.grade.rebuild import rebuild
from autograder.grade.release import Release, load_release
from autograder.grade.releases import assignments_of, read_releases
from autograder.report.cells import defused
from autograder.report.pages import page
from autograder.similar.compare import LEAST_TOKENS, THRESHOLD, Pair, Solution, similar_pairs
from autograder.similar.normalise import normalise

__all__ = ["Likeness", "find_similar", "write_report"]

COLUMNS = ("assignment", "exercise", "student", "other_student", "similarity", "tokens", "others_as_close", "compared")
MAX_SOURCE = 20_000


@dataclass(frozen=True)
class Likeness:
    """What was found in a class: the pairs, how many submissions were read, and a line for each that was not."""

    pairs: tuple[Pair, ...]
    submissions: int
    unread: tuple[str, ...]


def find_similar(
    submissions: Path, root: Path, assignment: str | None = None, threshold: float = THRESHOLD
) -> Likeness:
    """Compare the solutions of a class.

    Args:
        submissions: Folder in nbgrader's layout STUDENT/ASSIGNMENT/NOTEBOOK.ipynb.
        root: Folder of `course.toml`.
        assignment: The only assignment to compare; None for all of the course.
        threshold: Least similarity, 0 to 1.

    Raises:
        GradingError: There is no such folder or assignment.
    """
    course = load_course(root)
    collected = collect(submissions, assignments_of(course, assignment))
    contents = read_releases(sorted({found.assignment for found in collected.found}), root)
    by_exercise: defaultdict[tuple[str, str], list[Solution]] = defaultdict(list)
    unread = list(collected.strays)
    for found in collected.found:
        release = load_release(found.assignment, contents[found.assignment])
        try:
            for solution in _solutions(found, release, course.limits.submission_bytes):
                by_exercise[solution.assignment, solution.exercise].append(solution)
        except Unreadable as error:
            unread.append(f"{found.student}, {found.assignment}: {error}")
    pairs = (pair for ones in by_exercise.values() for pair in similar_pairs(ones, threshold))
    return Likeness(tuple(pairs), len(collected.found) - len(unread) + len(collected.strays), tuple(unread))


def _solutions(found: Found, release: Release, max_bytes: int) -> Iterator[Solution]:
    submission = load(found, release, max_bytes)
    if submission.problem:
        raise Unreadable(submission.problem, "not attempted")
    rebuilt = rebuild(release, read_notebook(submission.content, max_bytes)[0])
    for exercise in release.checked:
        mine = [cell for cell in rebuilt.cells if cell.code and cell.exercise == exercise and cell.role != "check"]
        given = [cell for cell in release.cells if cell.exercise == exercise and cell.role == "solution"]
        source, stub = ("\n".join(cell.source for cell in cells) for cells in (mine, given))
        source = tidy(source, MAX_SOURCE)
        yield Solution(found.student, found.assignment, exercise, source, normalise(source, stub))


def write_report(folder: Path, found: Likeness) -> None:
    """Write `similar.html` and `similar.csv`.

    Raises:
        GradingError: The folder cannot be written to.
    """
    html = page("similar", found=found, least=LEAST_TOKENS)
    with errors_for_people(folder):
        write_all(folder, [("similar.html", html), ("similar.csv", _table(found.pairs))])


def _table(pairs: Sequence[Pair]) -> bytes:
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    for pair in pairs:
        place = (pair.one.assignment, pair.one.exercise, pair.one.student, pair.other.student)
        numbers = (f"{pair.similarity:.3f}", len(pair.one.tokens), pair.others, pair.of)
        table.writerow((*map(defused, place), *numbers))
    return text.getvalue().encode()
