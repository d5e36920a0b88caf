"""Grading a class of 24: this engine against stock nbgrader, and against the bare cells and probes.

Both sides grade the same submissions of workbook 02 and skip the same training cells. Every number but `*_with_start`
leaves out what happens once per run: on our side starting workers, on nbgrader's nothing, as it starts a kernel per
submission. Each side is measured several times in turn and the best run counts, because other work on the machine can
only slow a run down. The last line is JSON.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from autograder.build.notebooks import FOLDER
from autograder.course import find_root, load_course
from autograder.demo.classroom import CLASS, WORKBOOK
from autograder.grade.cluster import local_cluster
from autograder.grade.course_folder import prepare_folder
from autograder.grade.plan import plan
from autograder.grade.read import read_notebook
from autograder.grade.rebuild import rebuild
from autograder.grade.release import load_release
from autograder.grade.submission import settings_of
from autograder.grade.types import Submission, SubmissionGrade
from autograder.grade.work import Task, work
from autograder.sandbox.types import CellStep, Step

SUBMISSIONS = 24
ROUNDS = 3
SEED = 0
STOCK = """
c = get_config()
c.Execute.skip_cells_with_tag = "experiment"
"""
# These would measure time limits and a parser, and not grading.
LEFT_OUT = ("endless_loop", "not_a_notebook")


def make_class(released: bytes) -> dict[str, bytes]:
    """Return 24 submissions by student: those of the demo class, more than once."""
    chosen = [demo for demo in CLASS if demo.name not in LEFT_OUT]
    found = {}
    for i in range(SUBMISSIONS):
        notebook = json.loads(released)
        for cell in notebook["cells"]:
            cell["source"] = chosen[i % len(chosen)].sources.get(cell["id"], cell["source"])
        found[f"{chosen[i % len(chosen)].name}_{i:02d}"] = json.dumps(notebook).encode()
    return found


def make_tasks(released: bytes, submitted: dict[str, bytes]) -> list[Task]:
    """Return what a worker gets."""
    settings = settings_of(load_course(), SEED, "full")
    submissions = [Submission(student, WORKBOOK, f"{WORKBOOK}.ipynb", data) for student, data in submitted.items()]
    return [Task(one.student, one, released, settings) for one in submissions]


def stock_folder(folder: Path, submitted: dict[str, bytes]) -> Path:
    """Make a course folder of stock nbgrader."""
    prepare_folder(folder, find_root())
    (folder / "nbgrader_config.py").write_text(STOCK)
    hand_in(folder / "submitted", submitted)
    return folder


def hand_in(folder: Path, submitted: dict[str, bytes]) -> None:
    """Write the submissions as nbgrader lays them out."""
    for student, content in submitted.items():
        path = folder / student / WORKBOOK / f"{WORKBOOK}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_bytes(content)


def run_stock(folders: Sequence[Path]) -> float:
    """Run `nbgrader autograde` in all folders at the same time; return the seconds."""
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "OMP_NUM_THREADS": "1"}
    start = time.perf_counter()
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "nbgrader", "autograde", WORKBOOK, "--force"],
            cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        for folder in folders
    ]  # fmt: skip
    for process in running:
        process.wait()
    return time.perf_counter() - start


def stock_marks(folder: Path) -> dict[tuple[str, str], float | None]:
    """Return nbgrader's marks by student and cell."""
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as book:
        return {
            (submission.student_id, grade.cell.name): grade.auto_score
            for submission in book.assignment_submissions(WORKBOOK)
            for grade in submission.notebooks[0].grades
            if grade.cell.name.startswith("check-")
        }


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
        return [SubmissionGrade.from_json(result.grade) for result in self._pool(tasks)]

    def peak_mb(self) -> float:
        """Return the highest sum of resident memory that one worker and its warm processes have had, in MB."""
        workers = [pid for pid in descendants(os.getpid()) if b"spawn_main" in read(pid, "cmdline")]
        return max(sum(map(peak_mb, [pid, *descendants(pid)])) for pid in workers)

    def close(self) -> None:
        """End them."""
        self._context.__exit__(None, None, None)


def read(pid: int, name: str) -> bytes:
    """Return a file of /proc, empty if the process is gone."""
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes()
    except OSError:
        return b""


def descendants(pid: int) -> list[int]:
    """Return all processes below one."""
    lists = [path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/children")]
    children = [int(child) for text in lists for child in text.split()]
    return [*children, *(grandchild for child in children for grandchild in descendants(child))]


def peak_mb(pid: int) -> float:
    """Return the highest resident memory of a process in MB; shared libraries count once per process."""
    lines = read(pid, "status").decode().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def floor(plans: Sequence[Sequence[Step]], orders: Any) -> None:
    """Be a warm process that runs bare cells and probes, all of `plans` for every order; answer with the seconds."""
    from autograder.sandbox.warm import warm_up
    from course_utils.checks.observe import observe_part
    from course_utils.probes.base import load_probe

    shell = warm_up()
    while orders.recv():
        start = time.perf_counter()
        for steps in plans:
            shell.reset(new_session=False)
            for step in steps:
                if isinstance(step, CellStep):
                    shell.run_cell(step.source, store_history=True)
                    continue
                objects = {name: shell.user_ns.get(name) for name in load_probe(step.exercise).objects}
                for part in load_probe(step.exercise).parts:
                    observe_part(part, objects, step.inputs)
        orders.send(time.perf_counter() - start)


class Floor:
    """A process in which `floor` runs."""

    def __init__(self, tasks: Sequence[Task]) -> None:
        release = load_release(WORKBOOK, tasks[0].release)
        sources = [(task.submission.student, read_notebook(task.submission.content, 10**8)[0]) for task in tasks]
        plans = [plan(rebuild(release, cells), SEED, student).steps for student, cells in sources]
        context = multiprocessing.get_context("spawn")
        self._orders, theirs = context.Pipe()
        self._process = context.Process(target=floor, args=(plans, theirs))
        self._process.start()
        self.seconds()

    def seconds(self) -> float:
        """Run all plans once."""
        self._orders.send(True)
        return float(self._orders.recv())

    def close(self) -> None:
        """End it."""
        self._orders.send(False)
        self._process.join()


def seconds(function: Callable[[], object]) -> float:
    """Return how long a call takes."""
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def measure_ours(tasks: Sequence[Task]) -> tuple[dict[str, float], list[SubmissionGrade]]:
    """Measure the floor, one process, one worker and two workers in turn."""
    bare, one, two = Floor(tasks), Workers(1, tasks), Workers(2, tasks)
    list(map(work, tasks[:2]))
    rounds: dict[str, list[float]] = {"floor_s": [], "here_s": [], "one_worker_s": [], "two_workers_s": []}
    for _ in range(ROUNDS):
        rounds["floor_s"].append(bare.seconds())
        rounds["here_s"].append(seconds(lambda: list(map(work, tasks))))
        rounds["one_worker_s"].append(seconds(lambda: one.grade(tasks)))
        rounds["two_workers_s"].append(seconds(lambda: two.grade(tasks)))
        print({name: round(found[-1], 2) for name, found in rounds.items()}, flush=True)
    found = {name: min(all_rounds) for name, all_rounds in rounds.items()}
    found["worker_peak_mb"] = max(one.peak_mb(), two.peak_mb())
    for each in (bare, one, two):
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
    released = (find_root() / FOLDER / WORKBOOK / f"{WORKBOOK}.ipynb").read_bytes()
    submitted = make_class(released)
    ours, grades = measure_ours(make_tasks(released, submitted))
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
        "worker_peak_mb": times["worker_peak_mb"],
    }
    print(json.dumps({**{name: round(value, 2) for name, value in result.items()}, "same_marks": mine == marks}))


if __name__ == "__main__":
    main()
