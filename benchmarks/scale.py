"""Ten thousand submissions on fifty workers, simulated from parts that are measured here.

Measured on a class of 24: what a worker takes for a submission, what the client takes to read one and to keep its
grade, what the reports take for each, and what Dask's scheduler takes for a task of that size that does nothing. The
simulation then lets a client, a scheduler and workers do this work at the same time: each of the first two serves one
submission at a time, and a worker asks for the next one when it is done. The last line is JSON.
"""

from __future__ import annotations

import heapq
import json
import os
import pickle
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from distributed import LocalCluster

from autograder.build.notebooks import FOLDER
from autograder.course import find_root, load_course
from autograder.demo.classroom import WORKBOOK
from autograder.grade.class_grades import ClassGrades
from autograder.grade.cluster import existing_cluster
from autograder.grade.folder import open_folder
from autograder.grade.grading_task import grade_task, settle
from autograder.grade.keys import submission_basis, submission_key
from autograder.grade.record import record
from autograder.grade.release import load_release
from autograder.grade.tasks import Task
from autograder.grade.types import Graded
from benchmarks.parts.processes import own_mb
from benchmarks.parts.submissions import SEED, make_class, make_tasks

SUBMISSIONS = 10_000
WORKERS = (2, 10, 25, 50, 100, 200, 400)
EMPTY_TASKS = 200


@dataclass(frozen=True)
class Parts:
    """What one submission takes, in seconds, and its size in bytes.

    Args:
        worker_s: In a worker.
        read_s: In the client, before it is graded.
        keep_s: In the client, when its grade arrives.
        report_s: In the client, at the end.
        scheduler_s: On the way through Dask's scheduler and back.
        task_bytes: As it is sent to a worker.
        grade_bytes: As it comes back.
    """

    worker_s: float
    read_s: float
    keep_s: float
    report_s: float
    scheduler_s: float
    task_bytes: int
    grade_bytes: int


def each(function: Callable[[], object], count: int) -> float:
    """Return the seconds of a call, divided by the number of submissions in it."""
    start = time.perf_counter()
    function()
    return (time.perf_counter() - start) / count


def do_nothing(task: Task, graded: Graded) -> Graded:
    """Be a worker that knows the grade."""
    return graded


def scheduler_seconds(task: Task, graded: Graded) -> float:
    """Return what a submission takes on the way to a Dask worker and back, where nothing is graded."""
    with (
        LocalCluster(n_workers=1, threads_per_worker=1, processes=True, dashboard_address=None) as cluster,
        existing_cluster(
            EMPTY_TASKS, scheduler=cluster.scheduler_address, do=partial(do_nothing, graded=graded)
        ) as pool,
    ):
        list(pool([task] * 10))
        return each(lambda: list(pool([task] * EMPTY_TASKS)), EMPTY_TASKS)


def measure() -> Parts:
    """Measure the parts on a class of 24."""
    released = (find_root() / FOLDER / WORKBOOK / f"{WORKBOOK}.ipynb").read_bytes()
    release, submitted = load_release(WORKBOOK, released), make_class(released)
    tasks = make_tasks(released, submitted, SEED)
    settle()
    for task in make_tasks(released, submitted, SEED + 1):
        grade_task(task)
    graded: list[Graded] = []
    worker_s = each(lambda: graded.extend(map(grade_task, tasks)), len(tasks))

    def read() -> None:
        for task in tasks:
            submission_key(submission_basis(task.submission, release, task.settings), task.settings)
            json.loads(task.submission.content)

    with tempfile.TemporaryDirectory() as out, open_folder(Path(out), SEED) as folder:

        def keep() -> None:
            for one in graded:
                folder.keep(one)

        keep_s = each(keep, len(graded))
        grades = tuple(one.grade for one in graded)
        known = ClassGrades(load_course(), (release,), grades, (), SEED, (), "")
        report_s = each(lambda: record(folder.path, known), len(graded))
    return Parts(
        worker_s,
        each(read, len(tasks)),
        keep_s,
        report_s,
        scheduler_seconds(tasks[0], graded[0]),
        len(pickle.dumps(tasks[0])),
        len(pickle.dumps(graded[0])),
    )


def simulate(parts: Parts, submissions: int, workers: int) -> float:
    """Return the seconds from the first submission until all grades are kept.

    Two submissions per worker are under way, as in `autograder.grade.cluster`. Client and scheduler serve one after the
    other, in the order in which they arrive; so do the workers, each one at a time.
    """
    client = scheduler = 0.0
    free = [0.0] * workers
    heapq.heapify(free)
    started = min(2 * workers, submissions)
    events = [(0.0, number, "read") for number in range(started)]
    while events:
        now, number, what = heapq.heappop(events)
        if what in ("read", "keep and read"):
            client = max(client, now) + (parts.keep_s if what == "keep and read" else 0.0)
            if what == "keep and read":
                if started == submissions:
                    continue
                started += 1
            client += parts.read_s
            heapq.heappush(events, (client, number, "schedule"))
        elif what == "schedule":
            scheduler = max(scheduler, now) + parts.scheduler_s
            heapq.heappush(events, (scheduler, number, "grade"))
        else:
            done = max(heapq.heappop(free), now) + parts.worker_s
            heapq.heappush(free, done)
            heapq.heappush(events, (done, number, "keep and read"))
    return client


def table(parts: Parts, submissions: int, counts: Sequence[int]) -> list[dict[str, float]]:
    """Return for each number of workers the minutes, and the share of the time in which they are at work."""
    rows = []
    for workers in counts:
        graded_s = simulate(parts, submissions, workers)
        whole = graded_s + submissions * parts.report_s
        busy = submissions * parts.worker_s / workers / graded_s
        rows.append({"workers": workers, "minutes": round(whole / 60, 1), "busy": round(busy, 2)})
    return rows


def main() -> None:
    """Measure the parts, simulate, print a table and the line of JSON."""
    parts = measure()
    limit = parts.worker_s / max(parts.read_s + parts.keep_s, parts.scheduler_s)
    rows = table(parts, SUBMISSIONS, WORKERS)
    for name, value in vars(parts).items():
        print(f"{name:12} {value:10.4f}" if isinstance(value, float) else f"{name:12} {value:10d}")
    for row in rows:
        print(f"{row['workers']:4.0f} workers: {row['minutes']:7.1f} minutes, at work {row['busy']:.0%} of the time")
    print(f"client or scheduler are the limit from {limit:.0f} workers on; the client has {own_mb(os.getpid()):.0f} MB")
    print(json.dumps({"parts": vars(parts), "table": rows, "most_workers": round(limit)}))


if __name__ == "__main__":
    main()
