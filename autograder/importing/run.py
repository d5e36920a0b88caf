"""An import from end to end: list, recognise, match, choose, place; and a line for everything left over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path

from autograder.course import NOTEBOOKS, Course, load_course
from autograder.grade.gradebook_file import FILE_NAME, check_gradebook
from autograder.grade.large_files import AS_LARGE
from autograder.grade.release import Release, load_release
from autograder.grade.releases import assignments_of
from autograder.grade.types import GradingError
from autograder.importing.attempts import (
    Attempt,
    Claimed,
    choose,
    late_without_time,
    left,
    look,
    to_look_at,
    two_people,
)
from autograder.importing.download import open_download
from autograder.importing.file_sorting import Sorted, left_aside, sort_files
from autograder.importing.missing_notebooks import missing, owner, without_notebook
from autograder.importing.origin import Origin
from autograder.importing.people import FOLDINGS, TEST_STUDENT, is_student_id
from autograder.importing.placement import Told, check_out, place_submission
from autograder.importing.roster import Ambiguous, Roster, Unknown, read_roster
from autograder.importing.types import Attempts, Bounds, Refused, Who

__all__ = ["ImportOrder", "ImportReport", "Imported", "import_submissions"]

# Nobody hands in more notebooks than this.
MOST_FILES = 200


@dataclass(frozen=True)
class ImportOrder:
    """What to import, and where to.

    Args:
        source: A zip or a folder.
        out: The folder of submissions.
        root: Folder of `course.toml`.
        assignment: The only assignment to import; None for all of the course.
        roster: A csv of the class; None if there is none.
        attempts: Which of several attempts counts.
        replace: Whether a submission that is there makes room, and moves to the folder of replaced ones.
        zone: The zone in which the platform shows times; that of this machine if None.
        bounds: How much is read; if None, as much as `course.toml` allows of a notebook.
    """

    source: Path
    out: Path
    root: Path
    assignment: str | None = None
    roster: Path | None = None
    attempts: Attempts = "latest"
    replace: bool = False
    zone: tzinfo | None = None
    bounds: Bounds | None = None


@dataclass(frozen=True)
class Imported:
    """A submission that is in its place now: "new", "same" (it was there before) or "replaced" (another one was)."""

    student: str
    assignment: str
    layout: str
    what: str
    file: str
    when: datetime | None
    done: int


@dataclass(frozen=True)
class ImportReport:
    """What an import did.

    Args:
        imported: The submissions, by student and assignment.
        problems: A line for everything that was not imported, or that somebody has to look at.
        notes: Lines on what was left aside and need not be looked at.
    """

    imported: tuple[Imported, ...]
    problems: tuple[str, ...]
    notes: tuple[str, ...]


def import_submissions(order: ImportOrder) -> ImportReport:
    """Import a download into nbgrader's layout.

    Args:
        order: What to import, and where to.

    Raises:
        GradingError: Nothing can be imported: the download, the roster or the folder cannot be used.
        CourseError: The course cannot be used.
    """
    course = load_course(order.root)
    assignments_of(course, order.assignment)
    roster = read_roster(order.roster) if order.roster else None
    check_out(order.out)
    check_gradebook(order.out.resolve().parent / FILE_NAME, course, {})
    bounds = order.bounds or Bounds(file_bytes=course.limits.submission_bytes)
    with open_download(order.source, bounds) as source:
        files = sort_files(source, course.assignments, roster, order.zone)
        run = _Import(order, _releases(course, order.root), roster, bounds)
        run.problems += files.problems
        run.no_notebooks(files)
        for student, claimed in sorted(run.by_student(files.claimed).items()):
            run.student(student, claimed)
    run.missing()
    return ImportReport(tuple(run.imported), tuple(run.problems), tuple(run.notes))


@dataclass
class _Import:
    order: ImportOrder
    releases: Mapping[str, Release]
    roster: Roster | None
    bounds: Bounds

    def __post_init__(self) -> None:
        self.imported: list[Imported] = []
        self.problems: list[str] = []
        self.notes: list[str] = list(self.roster.notes) if self.roster else []

    def no_notebooks(self, files: Sorted) -> None:
        """List whoever handed in files, and no notebook among them."""
        lines, others = without_notebook(
            files.others,
            files.claimed,
            lambda one, who: owner(one, who, self.roster, self._id),
            self.order.assignment or "",
        )
        self.problems += lines
        self.notes += left_aside((*files.rest, *others))

    def missing(self) -> None:
        """Note who on the roster has no submission of what was imported."""
        names = {self.order.assignment} if self.order.assignment else {one.assignment for one in self.imported}
        if self.roster:
            self.notes += filter(None, (missing(self.roster, self.order.out, name) for name in sorted(names)))

    def by_student(self, claimed: Iterable[Claimed]) -> dict[str, list[Claimed]]:
        """Find out who everybody is."""
        found: defaultdict[str, list[Claimed]] = defaultdict(list)
        for one in claimed:
            for who in one.claim.people:
                if one.claim.layout == "Canvas" and FOLDINGS[0](who.name) in TEST_STUDENT:
                    self.notes.append(f"{one.member.name}: the test student of Canvas; not imported.")
                    continue
                try:
                    found[self._id(who)].append(one)
                except Unknown as error:
                    name = who.name or (who.ids[0][1] if who.ids else "")
                    self.problems.append(f"{one.member.name}: {name!r} ({one.claim.layout}) {error}; not imported.")
        return found

    def student(self, student: str, claimed: list[Claimed]) -> None:
        """Choose and place what one student handed in."""
        if len(claimed) > MOST_FILES:
            self.problems.append(f"{student}: {len(claimed)} notebooks; only {MOST_FILES} were looked into.")
        by_assignment: defaultdict[str, list[Attempt]] = defaultdict(list)
        for one in claimed[:MOST_FILES]:
            attempt = self._look(one)
            if attempt is not None:
                by_assignment[attempt.looked.assignment].append(attempt)
        for assignment, attempts in sorted(by_assignment.items()):
            if two_people(attempts):
                files = ", ".join(one.member.name for one in attempts)
                self.problems.append(f"{student}: several people are called so; name them in --roster. ({files})")
            else:
                self._place(student, assignment, attempts)

    def _id(self, who: Who) -> str:
        if self.roster is not None:
            try:
                return self.roster.find(who).id
            except Ambiguous:
                raise
            except Unknown as error:
                raise Unknown(f"{error}{self.roster.near(who.name)}") from error
        if not is_student_id(who.fallback):
            raise Unknown("cannot be a student's id; give --roster")
        return who.fallback

    def _look(self, one: Claimed) -> Attempt | None:
        wanted = self.order.assignment or ""
        try:
            attempt = look(one, wanted, self.releases, self.bounds.file_bytes)
        except Refused as error:
            self.problems.append(f"{one.member.name} {error}; not imported.")
            return None
        found, hint = attempt.looked.assignment, wanted or one.claim.assignment
        if not found:
            why = attempt.looked.problem or "no cell of it is an exercise of this course"
            self.problems.append(f"{one.member.name} is not a workbook of this course: {why}; not imported.")
            return None
        if hint and found != hint:
            self.problems.append(f"{one.member.name} is {found}, not {hint}; not imported.")
            return None
        return attempt

    def _place(self, student: str, assignment: str, attempts: list[Attempt]) -> None:
        chosen = choose(attempts, self.order.attempts)
        try:
            content = chosen.member.read(AS_LARGE * self.bounds.file_bytes)
            claim = chosen.claim
            told = Told(late_without_time(chosen), Origin(claim.layout, claim.label) if claim.label else None)
            done = place_submission(
                self.order.out, student, assignment, content, claim.when, told, replace=self.order.replace
            )
        except (Refused, GradingError) as error:
            self.problems.append(f"{chosen.member.name}: {error}; not imported.")
            return
        name = f"{student}/{assignment}"
        if done.what == "kept":
            self.problems.append(
                f"{name}: another submission is there and stays; {chosen.member.name} was not imported. "
                "With --replace it takes the place, and the other one is kept aside."
            )
            return
        if done.earlier:
            self.notes.append(f"{name}: the submission that was there is now {done.earlier}.")
        self.problems += to_look_at(name, chosen, attempts)
        self.notes += left(name, chosen, attempts, self.order.attempts)
        file = chosen.member.name
        self.imported.append(
            Imported(student, assignment, chosen.claim.layout, done.what, file, chosen.claim.when, chosen.looked.done)
        )


def _releases(course: Course, root: Path) -> dict[str, Release]:
    found: dict[str, Release] = {}
    for name in course.assignments:
        path = root / NOTEBOOKS / name / f"{name}.ipynb"
        try:
            found[name] = load_release(name, path.read_bytes())
        except OSError as error:
            raise GradingError(f"the released notebook {path} cannot be read; run `autograder build`") from error
    return found
