"""The process that grades what was handed in: lanes that take from the queue, each with a worker of its own.

Nothing is lost with it. The queue is in the database, and whoever starts next takes up what was not finished.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from autograder.catalogue.words import words_of
from autograder.course import CourseError, load_course
from autograder.grade.local_pool import one_at_a_time
from autograder.grade.releases import assignments_of, read_releases
from autograder.grade.settings import settings_of
from autograder.grade.tasks import ATTEMPTS, Pool, Task
from autograder.grade.types import GradingError, Submission
from autograder.grade.workers import workers_for
from autograder.sandbox.walls import linux
from autograder.serve.files import content_of, place
from autograder.serve.hand_ins import HandIn
from autograder.serve.job import STATUS, Job
from autograder.serve.queue import finish, give_back, give_up, take, take_up_again
from autograder.serve.tables import open_engine

__all__ = ["Grader", "main", "make_grader", "run"]

log = logging.getLogger(__name__)

LOOK_EVERY_S = 0.3
# After something that a person has to mend, such as a full disk or walls that are missing.
TRY_AGAIN_S = 15.0
# Below the process that answers, which has little to do and must do it at once.
NICENESS = 5
MANY = 10_000


@dataclass
class Grader:
    """What all lanes share.

    Args:
        job: What to grade.
        engine: The database.
        make_task: Makes of a hand-in what a pool grades.
    """

    job: Job
    engine: Engine
    make_task: Callable[[HandIn], Task]
    finishing: threading.Lock = field(default_factory=threading.Lock)
    troubles: dict[str, str] = field(default_factory=dict)

    def lane(self, name: str) -> None:
        """Grade one hand-in after the other, for ever; after a failure of the machine, with a new pool."""
        while True:
            try:
                with self.pool() as pool:
                    while True:
                        self.one(name, pool)
                        self.say(name, "")
            except Exception as error:
                log.exception("grading stands still")
                self.say(name, _first_line(error))
                time.sleep(TRY_AGAIN_S)

    def pool(self) -> AbstractContextManager[Pool]:
        """Open the place where one hand-in at a time is graded."""
        return one_at_a_time(MANY, self.job.walls)

    def one(self, name: str, pool: Pool) -> None:
        """Grade the next hand-in, or wait a moment where there is none."""
        found = take(self.engine)
        if found is None:
            time.sleep(LOOK_EVERY_S)
        elif found.taken > ATTEMPTS:
            self.surely(name, partial(give_up, self.engine, found.number))
        else:
            self.grade(name, pool, found)

    def grade(self, name: str, pool: Pool, found: HandIn) -> None:
        """Grade a hand-in; where this machine cannot grade, it waits again."""
        try:
            task = self.make_task(found)
        except OSError as error:
            log.error("hand-in %d cannot be read: %s", found.number, error)
            self.surely(name, partial(give_up, self.engine, found.number))
            return
        try:
            (graded,) = pool([task])
        except Exception as error:
            mended = isinstance(error, GradingError)
            self.surely(name, partial(give_back, self.engine, found.number, counts=not mended))
            raise
        if graded.grade.key:
            with self.finishing:
                self.surely(name, partial(finish, self.engine, found.number, graded.grade, sentence))
        else:
            log.error("hand-in %d: %s", found.number, graded.grade.problem)
            self.surely(name, partial(give_up, self.engine, found.number))

    def surely(self, name: str, write: Callable[[], None]) -> None:
        """Write something down; if there is no room or no database, try again until it works."""
        while True:
            try:
                write()
                return
            except SQLAlchemyError as error:
                log.exception("the database cannot be written to")
                self.say(name, _first_line(error))
                time.sleep(TRY_AGAIN_S)

    def place_for_ever(self) -> None:
        """Put what was handed in where the final run looks for it."""
        while True:
            try:
                place(self.engine, Path(self.job.folder), Path(self.job.submitted))
                self.say("placing", "")
                time.sleep(2 * LOOK_EVERY_S)
            except (GradingError, SQLAlchemyError, OSError) as error:
                log.exception("placing stands still")
                self.say("placing", _first_line(error))
                time.sleep(TRY_AGAIN_S)

    def say(self, name: str, trouble: str) -> None:
        """Write down why a lane stands still, or that it does not."""
        if self.troubles.get(name, "") != trouble:
            self.troubles[name] = trouble
            said = "\n".join(dict.fromkeys(line for line in self.troubles.values() if line))
            try:
                (Path(self.job.folder) / STATUS).write_text(said)
            except OSError as error:
                log.warning("%s cannot be written: %s", STATUS, error)


def make_grader(job: Job) -> Grader:
    """Return what grades the hand-ins of a service.

    Raises:
        GradingError: The course or the database cannot be used.
    """
    course = load_course(Path(job.root))
    engine = open_engine(job.database, course.course.id)
    releases = read_releases(assignments_of(course, None), Path(job.root))

    def make_task(found: HandIn) -> Task:
        content = content_of(Path(job.folder), found.sha256)
        submission = Submission(found.student, found.workbook, f"{found.workbook}.ipynb", content)
        settings = settings_of(course, found.seed, job.walls)
        return Task(f"hand-in {found.number}", submission, releases[found.workbook], settings)

    return Grader(job, engine, make_task)


def run(job: Job) -> None:
    """Grade what is handed in until this process is ended; errors as `make_grader`."""
    grader = make_grader(job)
    log.info("%d unfinished hand-ins are taken up again", take_up_again(grader.engine))
    (Path(job.folder) / STATUS).write_text("")
    threading.Thread(target=grader.place_for_ever, daemon=True).start()
    lanes = 1 if job.walls == "weak" else job.workers or workers_for(MANY)
    for number in range(1, lanes):
        threading.Thread(target=partial(grader.lane, f"lane {number}"), daemon=True).start()
    grader.lane("lane 0")


def _first_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]


def sentence(exercise: str, mistake: str) -> str:
    """Return the words of a misconception; its id where the answer has no words of its own for it."""
    return words_of(exercise, mistake) or mistake


def main() -> None:
    """Be the process: it ends with the service that started it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    if sys.platform == "linux":
        linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)
    os.nice(NICENESS)
    logging.basicConfig(level=logging.INFO, format="grading: %(message)s")
    job = Job(**json.loads(sys.stdin.readline()))
    try:
        run(job)
    except (GradingError, CourseError) as error:
        (Path(job.folder) / STATUS).write_text(str(error))
        sys.exit(f"error: {error}")
