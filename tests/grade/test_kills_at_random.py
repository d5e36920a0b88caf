"""A run in which processes are killed at random moments gives the marks of an undisturbed one."""

import csv
import json
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from os import environ, kill, readlink
from pathlib import Path

import pytest

from tests.grade import mini

SUBMISSIONS, KILLS = (int(environ.get(name, value)) for name, value in (("SUBMISSIONS", 150), ("KILLS", 200)))
KINDS = (
    mini.PERFECT,
    {**mini.PERFECT, "momentum": mini.HEAVY_BALL},
    {"adam": mini.ADAM},
    {"momentum": "1 / 0"},
    {"momentum": "import os\nos._exit(3)", "adam": mini.ADAM},
)
DISTURBED = 2.0  # in how many times the length of an undisturbed run all kills fall, on average: a machine may be busy
SQUEEZE_S = 4.0
# How often each kind of process is chosen, where there is one: what submissions run in is what takes memory. All starts
# again with the warm process, in seconds: killed in each of them, nothing would ever be graded.
WEIGHTS = {"fork": 16, "warm": 0.5, "worker": 1, "run": 0.1}


def start(course, submissions, out, log):
    command = [sys.executable, "-m", "autograder", "grade", submissions, "--out", out, "--seed", "7", "--workers", "2"]
    return subprocess.Popen(command, cwd=course, stdout=log, stderr=log)


def family(pid):
    """The run, its workers, their warm processes and the forks in which submissions run, by kind."""
    found, todo = {"run": [pid], "worker": [], "warm": [], "fork": []}, [pid]
    while todo:
        parent = todo.pop()
        for path in Path(f"/proc/{parent}/task").glob("*/children"):
            for child in map(int, read(path).split()):
                todo.append(child)
                found[kind_of(child, begun_by_run=parent == pid)].append(child)
    return {kind: pids for kind, pids in found.items() if pids}


def kind_of(pid, *, begun_by_run):
    """The kind of a process: what lies outside of the walls and was not begun by the run itself grades."""
    if read(Path(f"/proc/{pid}/oom_score_adj")).strip() == b"1000":
        return "fork"
    return "worker" if outside_of_walls(pid) and not begun_by_run else "warm"


def outside_of_walls(pid):
    with suppress(OSError):
        return readlink(f"/proc/{pid}/ns/pid") == readlink("/proc/self/ns/pid")
    return False


def read(path):
    try:
        return path.read_bytes()
    except OSError:
        return b""


def kill_one(run, draw, kinds=tuple(WEIGHTS)):
    """Draw a kind of process and kill one of it with a real SIGKILL; return the kind, nothing where there is none."""
    (kind,) = draw.choices(kinds, [WEIGHTS[name] for name in kinds])
    pids = family(run.pid).get(kind)
    if not pids:
        return []
    with suppress(ProcessLookupError):
        kill(draw.choice(pids), signal.SIGKILL)
    return [kind]


def squeeze(run, draw):
    """For some seconds, kill whatever a submission runs in, as a machine without free memory does."""
    until, killed = time.monotonic() + SQUEEZE_S, []
    while run.poll() is None and time.monotonic() < until:
        killed += kill_one(run, draw, ("fork",))
        time.sleep(0.05)
    return killed


def marks(out):
    with (out / "grades.csv").open() as file:
        return [{name: value for name, value in row.items() if name != "seconds"} for row in csv.DictReader(file)]


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_kills_at_random_moments_cost_no_marks(course, submissions, tmp_path):
    draw = random.Random(17)
    for number in range(SUBMISSIONS):
        mini.hand_in(submissions, f"student{number:03d}", mini.solved(course, KINDS[number % len(KINDS)]))
    killed, ends = [], Counter()
    with (tmp_path / "log").open("wb") as log:
        begin = time.monotonic()
        assert start(course, submissions, tmp_path / "undisturbed", log).wait() == 0
        pauses_per_s = KILLS / (DISTURBED * (time.monotonic() - begin))
    with (tmp_path / "disturbed.log").open("wb") as log:
        while not ends[0]:
            run = start(course, submissions, tmp_path / "out", log)
            while run.poll() is None:
                time.sleep(draw.expovariate(pauses_per_s))
                if len(killed) < KILLS:
                    killed += kill_one(run, draw)
                if len(killed) == KILLS // 2:
                    killed += squeeze(run, draw)
            ends[run.returncode] += 1
    print(json.dumps({"killed": Counter(killed), "ends": ends, "log": (tmp_path / "disturbed.log").stat().st_size}))
    assert marks(tmp_path / "out") == marks(tmp_path / "undisturbed")
    assert set(ends) <= {0, 1, 2, -signal.SIGKILL}
    assert "Traceback" not in (tmp_path / "disturbed.log").read_text(errors="replace")
