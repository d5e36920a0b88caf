"""A class: collect, leave out what is done, grade the rest in a pool, keep every result, write the reports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib import import_module
from itertools import chain
from pathlib import Path
from threading import Thread

from rapidfuzz import fuzz, process

from autograder.course import Course, load_course
from autograder.grade.class_grades import ClassGrades
from autograder.grade.collect import Collected, Found, collect, load
from autograder.grade.earlier_grades import Change, Earlier, changes_between
from autograder.grade.extensions import FILE_NAME as EXTENSIONS
from autograder.grade.files import errors_for_people
from autograder.grade.folder import STATE, OutFolder, feedback_path, notebook_path, open_folder
from autograder.grade.gradebook_file import CONFIG_NAME, check_gradebook
from autograder.grade.gradebook_file import FILE_NAME as GRADEBOOK
from autograder.grade.kept import file_states, is_kept, keep, name_of
from autograder.grade.keys import submission_basis, submission_key
from autograder.grade.late import read_late_rules
from autograder.grade.other_assignments import known_of_other_assignments
from autograder.grade.release import Release, load_release
from autograder.grade.releases import assignments_of, read_releases
from autograder.grade.settings import Settings, settings_of
from autograder.grade.student_name import Identify, StudentName
from autograder.grade.tasks import OpenPool, Task
from autograder.grade.types import GradingError, SubmissionGrade
from autograder.report.earlier import read_earlier
from autograder.sandbox.host import Strictness
from autograder.sandbox.types import Limits

__all__ = ["Order", "Watcher", "grade_class"]

# How like the name of an exercise a word has to be for us to ask whether that is meant, in percent.
NEAR = 60


class Watcher:
    """Follows a run; this one ignores all that it is told."""

    def begin(self, submissions: int) -> None:
        """Take the number of submissions."""

    def know(self, grade: SubmissionGrade, *, fresh: bool) -> None:
        """Take a grade as it is known; `fresh` says whether it was graded now."""

    def outdated(self) -> None:
        """Learn, once, that finished work is graded again because the course or a version that it needs changed."""


@dataclass(frozen=True)
class Order:
    """What to grade, and where to.

    Args:
        submissions: Folder in nbgrader's layout STUDENT/ASSIGNMENT/NOTEBOOK.ipynb.
        out: Output folder.
        root: Folder of `course.toml`.
        assignment: The only assignment to grade; None for all of the course. What is known of the others stays in the
            reports.
        only: The only student to grade; None for all. What is known of the others stays in the reports.
        exercise: The only exercise to grade again; None for all. What is known of the others stays as it is.
        identify: Returns the names of students; None if there is no roster.
        earlier: Reports (`report.json`) of earlier terms to compare with.
        seed: Seed of the hidden inputs; None for that of the output folder, or a fresh one.
        force: Grade again what is done.
        limits: What one submission may use; those of `course.toml` if None.
        walls: "full", or "weak" to accept that some are missing.
    """

    submissions: Path
    out: Path
    root: Path
    assignment: str | None = None
    only: str | None = None
    seed: int | None = None
    force: bool = False
    limits: Limits | None = None
    walls: Strictness = "full"
    exercise: str | None = None
    identify: Identify | None = None
    earlier: tuple[Path, ...] = ()


def grade_class(order: Order, open_pool: OpenPool, watcher: Watcher | None = None) -> ClassGrades:
    """Grade a class.

    Args:
        order: What to grade.
        open_pool: Opens the place where submissions are graded.
        watcher: Is told about each step of the run.

    Raises:
        GradingError: The run cannot start or continue; finished grades are kept.
    """
    course = load_course(order.root)
    _check_order(order, course)
    chosen = assignments_of(course, order.assignment)
    collected = _collect(order, chosen)
    names = sorted({found.assignment for found in collected.found})
    contents = read_releases(names, order.root)
    releases = {name: load_release(name, content) for name, content in contents.items()}
    _check_exercise(order, releases)
    with open_folder(order.out, order.seed, whole=order.only is None and order.exercise is None) as folder:
        run = _ClassRun(
            order=order,
            course=course,
            folder=folder,
            settings=settings_of(course, folder.seed, order.walls, order.limits),
            releases=releases,
            contents=contents,
            watcher=watcher or Watcher(),
        )
        run.all(collected.found, open_pool)
        others = known_of_other_assignments(folder, order.submissions, order.root, chosen)
        run.keep(others.grades)
        called, strangers = _names(order, run.sorted())
        grades = ClassGrades(
            course=course,
            releases=(*releases.values(), *others.releases),
            grades=run.sorted(),
            strays=(*collected.strays, *others.complaints, *strangers),
            seed=folder.seed,
            changes=run.changes(),
            only=order.exercise or "",
            fresh=frozenset(run.fresh),
            names=called,
        )
        _report(folder, grades, order.earlier)
    return grades


def _names(order: Order, grades: Sequence[SubmissionGrade]) -> tuple[Mapping[str, StudentName], list[str]]:
    """Return the names of the class, and a line for everybody who is not on the roster."""
    if order.identify is None:
        return {}, []
    students = sorted({grade.student for grade in grades})
    names = order.identify(students)
    return names, [f"{student} has handed in and is not on the roster." for student in students if student not in names]


def _report(folder: OutFolder, grades: ClassGrades, earlier: Sequence[Path]) -> None:
    """Write the reports, unless those that are there were made from the same."""
    file = folder.path / STATE / "reports"
    if is_kept(file, _reports_name(folder, grades, earlier)):
        return
    _check_place(folder.path, grades.course, {release.name: release for release in grades.releases}, earlier)
    from autograder.grade.record import record  # seconds that a run with nothing to do does not need

    with errors_for_people(folder.path):
        record(folder.path, grades, earlier)
    keep(file, _reports_name(folder, grades, earlier))


def _reports_name(folder: OutFolder, grades: ClassGrades, earlier: Sequence[Path]) -> str:
    """Return a name of what reports are made of, of the marks in the gradebook, and of the reports themselves."""
    written = ("index.html", "grades.csv", "changes.csv", "report.json", GRADEBOOK, CONFIG_NAME, EXTENSIONS)
    notebooks = [notebook_path(grade) for grade in grades.grades]
    pages = [feedback_path(grade) for grade in grades.grades]
    paths = [*(folder.path / name for name in (*written, *notebooks, *pages)), *earlier]
    known = [grade.to_json().decode() for grade in grades.grades]
    course = grades.course.model_dump_json()
    releases = [release.digest for release in grades.releases]
    changes = [asdict(change) for change in grades.changes]
    names = {student: asdict(name) for student, name in sorted(grades.names.items())}
    states = file_states(paths)
    return name_of(states, known, course, releases, grades.strays, grades.seed, changes, grades.only, names)


def _check_place(folder: Path, course: Course, releases: Mapping[str, Release], earlier: Iterable[Path]) -> None:
    """Refuse an output folder whose results are another course's, and rules and reports that cannot be used.

    Raises:
        GradingError: Something of these was found.
    """
    read_late_rules(folder, course)
    for path in earlier:
        read_earlier(path, course.course.id)
    check_gradebook(folder / GRADEBOOK, course, releases)


@dataclass
class _ClassRun:
    """What is known so far."""

    order: Order
    course: Course
    folder: OutFolder
    settings: Settings
    releases: Mapping[str, Release]
    contents: Mapping[str, bytes]
    watcher: Watcher
    grades: dict[tuple[str, str], SubmissionGrade] = field(default_factory=dict)
    noticed: bool = False
    fresh: set[tuple[str, str]] = field(default_factory=set)

    def all(self, found: Sequence[Found], open_pool: OpenPool) -> None:
        """Grade what is not done, and keep every result as it arrives."""
        self.watcher.begin(len(found))
        tasks = self.tasks(found)
        first = next(tasks, None)
        if first is None:
            return
        judged = self.releases[first.submission.assignment].checked
        with open_pool(len(found), judged) as pool:
            _check_place(self.folder.path, self.course, self.releases, self.order.earlier)
            # Seconds of imports that a run with nothing to do does not need, while the processes of the pool start.
            ready = Thread(target=lambda: import_module("autograder.grade.record").get_ready(), daemon=True)
            ready.start()
            for graded in pool(chain([first], tasks)):
                self.folder.keep(graded)
                self.know(graded.grade, fresh=True)
            ready.join()  # two threads that import parts of one package at once fail

    def tasks(self, found: Sequence[Found]) -> Iterator[Task]:
        """Yield what is not done; submissions are read one at a time, as they are asked for."""
        for one in found:
            release = self.releases[one.assignment]
            submission = load(one, release, self.settings.submission_bytes)
            basis = submission_basis(submission, release, self.settings)
            key = submission_key(basis, self.settings)
            chosen = self.order.only in (None, one.student) and self.order.exercise in (None, *release.checked)
            done = self.folder.done(key) or (None if chosen else self.folder.latest(basis))
            if done is not None and not (chosen and self.order.force):
                self.know(done, fresh=False)
            elif chosen:
                self.notice(basis)
                yield Task(
                    key=key,
                    submission=submission,
                    release=self.contents[one.assignment],
                    settings=self.settings,
                    basis=basis,
                    earlier=self.earlier(basis),
                )

    def notice(self, basis: str) -> None:
        """Tell the watcher when the first submission is graded again that nobody asked for."""
        unasked = not self.order.force and self.order.exercise is None and not self.noticed
        if unasked and self.folder.latest(basis) is not None:
            self.noticed = True
            self.watcher.outdated()

    def earlier(self, basis: str) -> Earlier | None:
        """Return what one exercise is to be put into; None where all of a submission is to be graded."""
        known = self.folder.latest(basis) if self.order.exercise is not None else None
        if known is None or self.order.exercise is None:
            return None
        return Earlier(self.order.exercise, known, self.folder.notebook(known).read_bytes())

    def changes(self) -> tuple[Change, ...]:
        """Return whose marks changed with the last correction of the course."""
        found = [(self.folder.journal.before(grade), grade) for grade in self.sorted()]
        return changes_between((before, grade) for before, grade in found if before is not None)

    def keep(self, grades: Iterable[SubmissionGrade]) -> None:
        """Take grades of what is not graded now into the reports."""
        self.grades.update({(grade.student, grade.assignment): grade for grade in grades})

    def know(self, grade: SubmissionGrade, *, fresh: bool) -> None:
        """Take a grade into the reports."""
        self.grades[grade.student, grade.assignment] = grade
        if fresh:
            self.fresh.add((grade.student, grade.assignment))
        self.watcher.know(grade, fresh=fresh)

    def sorted(self) -> tuple[SubmissionGrade, ...]:
        """Return the grades by assignment and student."""
        return tuple(sorted(self.grades.values(), key=lambda grade: (grade.assignment, grade.student)))


def _check_exercise(order: Order, releases: Mapping[str, Release]) -> None:
    if order.exercise is not None and all(order.exercise not in release.checked for release in releases.values()):
        raise GradingError(f"{order.exercise!r} is in none of these assignments: {', '.join(releases)}")


def _check_order(order: Order, course: Course) -> None:
    if order.out.resolve() == order.submissions.resolve():
        raise GradingError(f"{order.out} holds the submissions; give another folder with --out")
    points = None if order.exercise is None else course.points.get(order.exercise)
    if order.exercise is not None and points is None:
        near = process.extractOne(order.exercise, list(course.points), scorer=fuzz.ratio, score_cutoff=NEAR)
        advice = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(course.points)}"
        raise GradingError(f"there is no exercise {order.exercise!r}; {advice}")
    if points is not None and not points.auto:
        raise GradingError(f"{order.exercise!r} is marked by hand, in formgrader; no check can grade it again")


def _collect(order: Order, wanted: Sequence[str]) -> Collected:
    collected = collect(order.submissions, wanted)
    students = {found.student for found in collected.found}
    if order.only is not None and order.only not in students:
        raise GradingError(f"there is no submission of {order.only!r} in {order.submissions}")
    return collected
