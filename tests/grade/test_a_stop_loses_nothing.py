"""A run that is killed, or that has more workers, gives the same result as any other; a long one grows nothing."""

import csv
import json
import multiprocessing
import os
import re
import signal
import tempfile
import time
from contextlib import nullcontext
from functools import partial
from pathlib import Path

import pytest

from autograder.grade.classrun import Order, grade_class
from autograder.grade.grading_task import in_this_process
from autograder.grade.local_pool import local_pool
from autograder.sandbox.servers import close_servers
from tests.grade import mini

TIMES = re.compile(rb'"(seconds|duration_s)": ?[0-9.e-]+')


def hand_in_class(folder, course, count):
    kinds = [mini.PERFECT, {**mini.PERFECT, "momentum": mini.HEAVY_BALL}, {"adam": mini.ADAM}, {"momentum": "1 / 0"}]
    for i in range(count):
        mini.hand_in(folder, f"student{i:04d}", mini.solved(course, kinds[i % len(kinds)]))


def table(out):
    """The table without its times."""
    with (out / "grades.csv").open() as file:
        return [{name: value for name, value in row.items() if name != "seconds"} for row in csv.DictReader(file)]


def reports(out):
    """All graded notebooks and the report, without times, by name."""
    found = {path.relative_to(out).as_posix(): path.read_bytes() for path in out.glob("autograded/*/*/*.ipynb")}
    found["report.json"] = (out / "report.json").read_bytes()
    return {name: TIMES.sub(b"", content) for name, content in found.items()}


@pytest.mark.parametrize("kills", [(2,), pytest.param((1, 3), marks=pytest.mark.slow)], ids=["once", "twice"])
def test_a_killed_run_ends_like_an_undisturbed_one(course, submissions, tmp_path, kills):
    hand_in_class(submissions, course, 6)
    out = tmp_path / "out"
    journal = out / ".grading" / "journal.jsonl"
    for lines in kills:
        run = multiprocessing.get_context("fork").Process(
            target=grade_class, args=(Order(submissions, out, course, seed=7), in_this_process)
        )
        run.start()
        while run.is_alive() and not (journal.exists() and journal.read_bytes().count(b"\n") >= lines):
            time.sleep(0.002)
        run.kill()
        run.join()
        assert run.exitcode == -signal.SIGKILL
        assert not (out / "grades.csv").exists()
    with (out / ".grading" / "journal.jsonl").open("ab") as file:
        file.write(b'{"student": "cut of')
    grade_class(Order(submissions, out, course), in_this_process)
    grade_class(Order(submissions, tmp_path / "undisturbed", course, seed=7), in_this_process)
    assert table(out) == table(tmp_path / "undisturbed")
    assert reports(out) == reports(tmp_path / "undisturbed")


def test_what_is_done_is_not_done_again(course, submissions, grade, tmp_path):
    hand_in_class(submissions, course, 3)
    grade()
    before = (tmp_path / "out" / ".grading" / "journal.jsonl").read_bytes()
    mini.hand_in(submissions, "student0001", mini.solved(course, mini.PERFECT))
    grades = grade(seed=None)
    after = (tmp_path / "out" / ".grading" / "journal.jsonl").read_bytes()
    assert after.startswith(before)
    assert after.count(b"\n") == before.count(b"\n") + 1
    assert grades["student0001"].score == 4


def test_another_seed_gives_other_inputs_and_the_same_seed_the_same_numbers(course, submissions, grade, tmp_path):
    hand_in_class(submissions, course, 2)
    numbers = []
    for seed in (1, 2, 1):
        numbers.append(grade(seed=seed)["student0001"].exercises[0].evidence)
    assert numbers[0] == numbers[2] != numbers[1]
    assert numbers[0]


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_one_two_and_four_workers_give_the_same_bytes(course, submissions, tmp_path):
    hand_in_class(submissions, course, 24)
    outs = [tmp_path / f"out{workers}" for workers in (1, 2, 4)]
    for workers, out in zip((1, 2, 4), outs, strict=True):
        grade_class(Order(submissions, out, course, seed=7), partial(local_pool, workers=workers))
    grade_class(Order(submissions, tmp_path / "here", course, seed=7), in_this_process)
    first, *others = [(table(out), reports(out)) for out in [*outs, tmp_path / "here"]]
    assert all(other == first for other in others)


def footprint():
    """What must not grow while nothing runs: descriptors, processes, mounts, temporary files; and memory, in kB."""
    family = [os.getpid(), *children(os.getpid())]
    things = (
        [len(os.listdir(f"/proc/{pid}/fd")) for pid in family],
        len(family),
        [Path(f"/proc/{pid}/mountinfo").read_text().count("\n") for pid in family],
        sorted(os.listdir(tempfile.gettempdir())),
    )
    return things, sum(memory(pid) for pid in family)


def children(pid):
    lists = [path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/children")]
    found = [int(child) for text in lists for child in text.split()]
    return [*found, *(grandchild for child in found for grandchild in children(child))]


def memory(pid):
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(re.search(r"^Pss_Anon:\s+(\d+)", text, re.MULTILINE)[1])


BATCH, BATCHES = 200, 10


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_two_thousand_submissions_on_two_workers_grow_nothing(course, submissions, tmp_path, short_folder, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(short_folder))  # other programs write to /tmp, too
    close_servers()
    found, seconds = [], []
    with local_pool(BATCH * BATCHES, workers=2) as pool:
        for batch in range(BATCHES):
            hand_in_class(submissions, course, BATCH * (batch + 1))
            start = time.perf_counter()
            grades = grade_class(
                Order(submissions, tmp_path / "out", course, seed=7), lambda *_: nullcontext(pool)
            ).grades
            seconds.append(round(time.perf_counter() - start, 1))
            found.append(footprint())
    things, kilobytes = zip(*found, strict=True)
    print(json.dumps({"submissions": len(grades), "seconds per batch": seconds, "kB": kilobytes}))
    assert len(grades) == BATCH * BATCHES
    assert all(one == things[0] for one in things[1:])
    # The grades themselves are kept until the reports are written: a few kB each.
    assert kilobytes[-1] - kilobytes[1] < 20 * BATCH * (BATCHES - 2)
    assert {grade.checked_score for grade in grades} == {4, 3, 2, 0}
