"""Grading a class of 24: this engine against stock nbgrader, and against the bare cells and probes.

What two cores can give at most is measured as well: the bare cells in two processes that know nothing of each other.

Both sides grade the same submissions of workbook 02 and skip the same training cells. Every number but `with_start_s`,
`first_verdict_s` and `again_s` leaves out what happens once per run: on our side starting workers, on nbgrader's
nothing, as it starts a kernel per submission. Each side is measured several times in turn and the best run counts,
because other work on the machine can only slow a run down. The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

from autograder.course import NOTEBOOKS, find_root
from autograder.demo.classroom import WORKBOOK
from autograder.grade.local_pool import local_pool
from autograder.grade.tasks import Task
from autograder.grade.types import SubmissionGrade
from benchmarks.parts.bare import Floor, Here, at_once
from benchmarks.parts.processes import descendants, own_mb
from benchmarks.parts.stock import run_stock, stock_folder, stock_marks
from benchmarks.parts.submissions import SEED, make_class, make_tasks


class OurCommand(NamedTuple):
    """What `autograder grade` takes, in seconds.

    Args:
        first_verdict_s: Until the first submission is graded and kept.
        with_start_s: Until all reports are written.
        again_s: When it is started once more, with nothing to do.
    """

    first_verdict_s: float
    with_start_s: float
    again_s: float


def run_ours(folder: Path) -> OurCommand:
    """Run `autograder grade` on a new output folder, with everything that it starts and writes, and again."""
    with tempfile.TemporaryDirectory() as out:
        command = [sys.executable, "-m", "autograder", "grade", str(folder), "--out", out, "--seed", str(SEED)]
        journal = Path(out, ".grading", "journal.jsonl")
        start = time.perf_counter()
        with subprocess.Popen([*command, "--workers", "2"], stdout=subprocess.DEVNULL) as run:
            while run.poll() is None and not (journal.exists() and journal.stat().st_size):
                time.sleep(0.01)
            first = time.perf_counter() - start
            if run.wait():
                raise SystemExit("grading the class failed")
        whole = time.perf_counter() - start
        again = seconds(lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL))
        return OurCommand(first, whole, again)


class Workers:
    """Warm workers of this machine."""

    def __init__(self, count: int, tasks: Sequence[Task]) -> None:
        self._context = local_pool(len(tasks), workers=count)
        self._pool = self._context.__enter__()
        self.grades = self.grade(tasks)

    def grade(self, tasks: Sequence[Task]) -> list[SubmissionGrade]:
        """Grade all of it."""
        return [graded.grade for graded in self._pool(tasks)]

    def close(self) -> None:
        """End them."""
        self._context.__exit__(None, None, None)


def seconds(function: Callable[[], object]) -> float:
    """Return how long a call takes."""
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def most_memory(function: Callable[[], object]) -> float:
    """Return the most memory in MB that all processes below this one take together while a function runs."""
    with ThreadPoolExecutor(1) as threads:
        running, most = threads.submit(function), 0.0
        while not running.done():
            most = max(most, sum(map(own_mb, descendants(os.getpid()))))
            time.sleep(0.1)
        running.result()
    return most


def measure_ours(tasks: Sequence[Sequence[Task]]) -> tuple[dict[str, float], list[SubmissionGrade]]:
    """Measure the floors, the first one also twice at the same time, one process, one worker and two workers, in turn.

    Every measurement has its own seed, as what was trained with the same hidden inputs before is remembered. The first
    tasks are those with which everything gets warm.
    """
    bare, other, forked, alone = Floor(tasks), Floor(tasks), Floor(tasks, forked=True), Here(tasks)
    one, two = Workers(1, tasks[0]), Workers(2, tasks[0])
    sides: dict[str, Callable[[int], float]] = {
        "floor_s": bare.seconds,
        "forked_floor_s": forked.seconds,
        "two_floors_s": lambda number: at_once(number, bare, other),
        "here_s": alone.seconds,
        "one_worker_s": lambda number: seconds(lambda: one.grade(tasks[number])),
        "two_workers_s": lambda number: seconds(lambda: two.grade(tasks[number])),
    }
    rounds = []
    numbers = iter(range(1, len(tasks)))
    for number in numbers:
        again = next(numbers)  # the bare cells run twice
        rounds.append({name: measure(again if name == "two_floors_s" else number) for name, measure in sides.items()})
        print({name: round(value, 2) for name, value in rounds[-1].items()}, flush=True)
    found = {name: min(one_round[name] for one_round in rounds) for name in sides}
    for each in (bare, other, forked, alone, one):
        each.close()
    found["two_workers_mb"] = most_memory(lambda: two.grade(tasks[0]))
    two.close()
    return found, two.grades


def measure_stock(folder: Path, submitted: dict[str, bytes]) -> tuple[dict[str, float], dict[Any, float | None]]:
    """Measure stock nbgrader, one and two at a time, and the whole of our command."""
    students = list(submitted)
    whole = stock_folder(folder / "whole", submitted)
    halves = [stock_folder(folder / f"half-{i}", {name: submitted[name] for name in students[i::2]}) for i in range(2)]
    found = {"nbgrader_s": run_stock([whole]), "nbgrader_parallel_s": run_stock(halves)}
    runs = [run_ours(whole / "submitted")._asdict() for _ in range(2)]
    found.update({name: min(run[name] for run in runs) for name in runs[0]})
    return found, stock_marks(whole)


def main() -> None:
    """Measure, print a table and the line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3, help="how often each side but nbgrader is measured")
    repeats: int = parser.parse_args().repeats
    print(f"load before: {os.getloadavg()[0]:.1f} on {len(os.sched_getaffinity(0))} cores", flush=True)
    released = (find_root() / NOTEBOOKS / WORKBOOK / f"{WORKBOOK}.ipynb").read_bytes()
    submitted = make_class(released)
    ours, grades = measure_ours([make_tasks(released, submitted, SEED + n) for n in range(2 * repeats + 1)])
    with tempfile.TemporaryDirectory() as folder:
        stock, marks = measure_stock(Path(folder), submitted)
    mine = {(grade.student, one.grade_id): one.score for grade in grades for one in grade.checked}
    times = {**ours, **stock}
    for name, value in times.items():
        print(f"{name:22} {value:8.2f}")
    print({key: (mine[key], marks.get(key)) for key in mine if mine[key] != marks.get(key)} or "all marks agree")
    result = {
        "ratio_vs_nbgrader": times["nbgrader_s"] / times["two_workers_s"],
        "ratio_vs_nbgrader_parallel": times["nbgrader_parallel_s"] / times["two_workers_s"],
        "ratio_vs_nbgrader_with_start": times["nbgrader_s"] / times["with_start_s"],
        "floor_ratio": times["here_s"] / times["floor_s"],
        "forked_floor_ratio": times["here_s"] / times["forked_floor_s"],
        "two_worker_speedup": times["one_worker_s"] / times["two_workers_s"],
        "two_floor_speedup": 2 * times["floor_s"] / times["two_floors_s"],
        "first_verdict_s": times["first_verdict_s"],
        "nothing_to_do_s": times["again_s"],
        "two_workers_mb": times["two_workers_mb"],
    }
    print(f"load after: {os.getloadavg()[0]:.1f}")
    print(json.dumps({**{name: round(value, 2) for name, value in result.items()}, "same_marks": mine == marks}))


if __name__ == "__main__":
    main()
