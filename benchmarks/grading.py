"""Grading a class of 24: this engine against stock nbgrader, and against the bare cells and probes.

What two cores can give at most is measured as well: the bare cells in two processes that know nothing of each other.

Both sides grade the same submissions of workbook 02 and skip the same training cells. Every number but `*_with_start`
leaves out what happens once per run: on our side starting workers, on nbgrader's nothing, as it starts a kernel per
submission. Each side is measured several times in turn and the best run counts, because other work on the machine can
only slow a run down. The last line is JSON.
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
from pathlib import Path
from typing import Any

from parts.bare import Floor, Here, at_once
from parts.processes import descendants, peak_mb, read
from parts.stock import run_stock, stock_folder, stock_marks
from parts.submissions import SEED, make_class, make_tasks

from autograder.build.notebooks import FOLDER
from autograder.course import find_root
from autograder.demo.classroom import WORKBOOK
from autograder.grade.cluster import local_cluster
from autograder.grade.grading_task import Task
from autograder.grade.types import SubmissionGrade


def run_ours(folder: Path) -> float:
    """Run `autograder grade` on a new output folder, with everything that it starts and writes; return the seconds."""
    with tempfile.TemporaryDirectory() as out:
        command = [sys.executable, "-m", "autograder", "grade", str(folder), "--out", out, "--seed", str(SEED)]
        start = time.perf_counter()
        subprocess.run([*command, "--workers", "2"], check=True, stdout=subprocess.DEVNULL)
        return time.perf_counter() - start


class Workers:
    """Warm workers of this machine, and their memory."""

    def __init__(self, count: int, tasks: Sequence[Task]) -> None:
        self._context = local_cluster(len(tasks), workers=count)
        self._pool = self._context.__enter__()
        self.grades = self.grade(tasks)

    def grade(self, tasks: Sequence[Task]) -> list[SubmissionGrade]:
        """Grade all of it."""
        return [graded.grade for graded in self._pool(tasks)]

    def peak_mb(self) -> float:
        """Return the highest sum of resident memory that one worker and its warm processes have had, in MB."""
        workers = [pid for pid in descendants(os.getpid()) if b"spawn_main" in read(pid, "cmdline")]
        return max(sum(map(peak_mb, [pid, *descendants(pid)])) for pid in workers)

    def close(self) -> None:
        """End them."""
        self._context.__exit__(None, None, None)


def seconds(function: Callable[[], object]) -> float:
    """Return how long a call takes."""
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def measure_ours(tasks: Sequence[Sequence[Task]]) -> tuple[dict[str, float], list[SubmissionGrade]]:
    """Measure the floor once and twice at the same time, one process, one worker and two workers, in turn.

    Every measurement has its own seed, as what was trained with the same hidden inputs before is remembered. The first
    tasks are those with which everything gets warm.
    """
    bare, other, alone, one, two = (
        Floor(tasks), Floor(tasks), Here(tasks), Workers(1, tasks[0]), Workers(2, tasks[0])
    )  # fmt: skip
    sides: dict[str, Callable[[int], float]] = {
        "floor_s": bare.seconds,
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
    found["worker_peak_mb"] = max(one.peak_mb(), two.peak_mb())
    for each in (bare, other, alone, one, two):
        each.close()
    return found, two.grades


def measure_stock(folder: Path, submitted: dict[str, bytes]) -> tuple[dict[str, float], dict[Any, float | None]]:
    """Measure stock nbgrader, one and two at a time, and the whole of our command."""
    students = list(submitted)
    whole = stock_folder(folder / "whole", submitted)
    halves = [stock_folder(folder / f"half-{i}", {name: submitted[name] for name in students[i::2]}) for i in range(2)]
    found = {"nbgrader_s": run_stock([whole]), "nbgrader_parallel_s": run_stock(halves)}
    found["with_start_s"] = min(run_ours(whole / "submitted") for _ in range(2))
    return found, stock_marks(whole)


def main() -> None:
    """Measure, print a table and the line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3, help="how often each side but nbgrader is measured")
    repeats: int = parser.parse_args().repeats
    print(f"load before: {os.getloadavg()[0]:.1f} on {len(os.sched_getaffinity(0))} cores", flush=True)
    released = (find_root() / FOLDER / WORKBOOK / f"{WORKBOOK}.ipynb").read_bytes()
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
        "two_worker_speedup": times["one_worker_s"] / times["two_workers_s"],
        "two_floor_speedup": 2 * times["floor_s"] / times["two_floors_s"],
        "worker_peak_mb": times["worker_peak_mb"],
    }
    print(f"load after: {os.getloadavg()[0]:.1f}")
    print(json.dumps({**{name: round(value, 2) for name, value in result.items()}, "same_marks": mine == marks}))


if __name__ == "__main__":
    main()
