"""A process that something outside has killed is run again, alone; its submission is never blamed."""

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from autograder.sandbox import child
from autograder.sandbox.company import Company
from autograder.sandbox.endings import Killed
from autograder.sandbox.run import run_submission
from autograder.sandbox.types import CellStep, Limits

LIMITS = Limits(cell_s=30.0)
SLOW = "import time\ntime.sleep(1.5)\ny = x + 1"


@pytest.fixture
def killer(monkeypatch):
    """Kills so many of the forks, half a second after each was started, with a real SIGKILL."""
    left = []

    class Watched(child.Watch):
        def __init__(self, pid, limit):
            super().__init__(pid, limit)
            if left:
                threading.Timer(left.pop(), os.kill, (pid, signal.SIGKILL)).start()

    monkeypatch.setattr(child, "Watch", Watched)
    return left


def steps():
    return [CellStep("first", "x = 1"), CellStep("slow", SLOW, "adam"), CellStep("last", "print(y)")]


def test_a_kill_costs_nothing(killer):
    killer += [0.5]
    first, slow, last = run_submission(steps(), LIMITS).cells
    assert [one.status for one in (first, slow, last)] == ["ok", "ok", "ok"]
    assert last.outputs[0]["text"] == "2\n"


def test_a_second_kill_is_no_result(killer):
    killer += [0.5, 0.5]
    with pytest.raises(Killed, match="was ended"):
        run_submission(steps(), LIMITS)
    assert [one.status for one in run_submission(steps(), LIMITS).cells] == ["ok", "ok", "ok"]


@pytest.mark.parametrize(
    "source",
    [
        "import os\nos._exit(9)",
        "import os, signal\nos.kill(os.getpid(), signal.SIGTERM)\nos.kill(os.getpid(), signal.SIGSEGV)\nos._exit(1)",
        "import os\nos.closerange(3, 100)\nimport time\ntime.sleep(60)",
        "x = []\nwhile True:\n    x.append(bytearray(10**7))",
    ],
)
def test_what_a_cell_does_to_itself_is_its_own_fault(source):
    limits = Limits(cell_s=10.0, memory_bytes=300_000_000)
    broken, after = run_submission([CellStep("c", source, "adam"), CellStep("after", "1")], limits).cells
    assert (broken.status != "ok", after.status) == (True, "ok")


def test_who_is_alone_waits_for_the_others_and_lets_nobody_in():
    seen = []

    def beside(name, seconds):
        with Company().beside_others():
            seen.append(f"{name} in")
            time.sleep(seconds)
            seen.append(f"{name} out")

    def alone():
        company = Company()
        with company.beside_others():
            time.sleep(0.2)
            company.be_alone()
            seen.append("alone in")
            time.sleep(0.5)
            seen.append("alone out")

    threads = [threading.Thread(target=beside, args=("early", 0.5)), threading.Thread(target=alone)]
    threads += [threading.Thread(target=beside, args=("late", 0.0))]
    for thread in threads:
        thread.start()
        time.sleep(0.3 if thread is threads[1] else 0.05)
    for thread in threads:
        thread.join()
    assert seen == ["early in", "early out", "alone in", "alone out", "late in", "late out"]


def test_free_memory_is_the_least_that_system_and_container_have_left(tmp_path):
    from autograder.grade.memory import free_memory

    def write(path, text):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        Path(tmp_path / path).write_text(text)

    assert free_memory(tmp_path) is None
    write("proc/meminfo", "MemTotal:  9 kB\nMemAvailable:    4000 kB\n")
    assert free_memory(tmp_path) == 4_096_000
    write("sys/fs/cgroup/memory.max", "max\n")
    write("sys/fs/cgroup/memory.current", "1000\n")
    assert free_memory(tmp_path) == 4_096_000
    write("sys/fs/cgroup/memory.max", "5000\n")
    assert free_memory(tmp_path) == 4000
