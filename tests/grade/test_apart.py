"""What reads a submission's source can be ended: it costs a flag, and no mark, no worker and no other submission."""

import os
import signal
import subprocess
import sys
import time

import pytest

from autograder.grade import flags
from autograder.grade.apart import Apart, Ended
from autograder.grade.flags import flags_of, read_code
from autograder.grade.release import Release
from autograder.grade.types import Cell, Rebuilt

USES = "class BatchNorm(nn.BatchNorm1d):\n    pass"
CELLS = (
    Cell("imports", "plain", True, "from torch import nn"),
    Cell("batchnorm_module", "solution", True, USES, exercise="batchnorm_module"),
    Cell("signal_depth", "manual", False, "", exercise="signal_depth"),
)
RELEASE = Release("x", (CELLS[0], Cell("batchnorm_module", "solution", True, "", exercise="batchnorm_module")), "", "")


def forever():
    while True:
        pass


def fill():
    kept = []
    while True:
        kept.append(bytearray(10**7))


@pytest.fixture
def asking():
    """Return a function that makes such processes, all of which end with the test."""
    made = []

    def make(work, **limits):
        made.append(Apart(work, **limits))
        return made[-1]

    yield make
    for one in made:
        one.end()


def test_the_answer_comes_back(asking):
    answer = {"a": ["x" * 300_000], "b": []}
    assert asking(lambda question: question).ask(answer) == answer


@pytest.mark.parametrize(
    "work", [forever, fill, lambda: os.kill(os.getpid(), signal.SIGKILL), lambda: 1 / 0, lambda: os._exit(3)]
)
def test_what_comes_to_no_answer_is_ended_and_the_next_one_is_answered(work, asking):
    apart = asking(lambda harmful: work() if harmful else "read", cpu_s=1, memory_bytes=200_000_000)
    assert apart.ask(False) == "read"
    with pytest.raises(Ended, match=r"more than 1 s or 0\.2 GB"):
        apart.ask(True)
    assert apart.ask(False) == "read"


def test_it_changes_nothing_here(asking):
    seen = []
    asking(seen.append).ask(1)
    assert seen == []


def test_one_process_answers_and_has_its_limits_for_each_question(asking):
    def work(cpu_s):
        end = time.process_time() + cpu_s
        while time.process_time() < end:
            pass
        return os.getpid()

    apart = asking(work, cpu_s=1)
    assert len({apart.ask(0.4) for _ in range(4)} - {os.getpid()}) == 1


def test_one_that_was_ended_meanwhile_or_has_grown_makes_room_for_another(asking):
    kept = []

    def work(size):
        kept.append(bytes(size) + b"1")
        return os.getpid()

    apart = asking(work, memory_bytes=200_000_000)
    first = apart.ask(1)
    os.kill(first, signal.SIGKILL)
    os.waitid(os.P_PID, first, os.WEXITED | os.WNOWAIT)
    second, same = apart.ask(1), apart.ask(100_000_000)
    assert first != second == same != apart.ask(1)


def test_a_fork_asks_a_process_of_its_own(asking):
    apart = asking(lambda question: os.getppid())
    assert apart.ask(0) == os.getpid()
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(theirs, str(apart.ask(0) == os.getpid()).encode())
        apart.end()
        os._exit(0)
    os.close(theirs)
    assert os.read(ours, 10) == b"True"
    os.waitpid(child, 0)
    os.close(ours)
    assert apart.ask(0) == os.getpid()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere it ends when nobody asks any longer")
def test_nothing_is_left_of_it_when_the_one_that_asks_is_killed():
    code = (
        "import os, signal\n"
        "from autograder.grade.apart import Apart\n"
        "apart = Apart(lambda question: os.getpid())\n"
        "print(apart.ask(0), flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    # It holds no descriptor of the other one, and so does not keep anybody waiting for the end of its output.
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    end = time.monotonic() + 30
    while os.path.exists(f"/proc/{done.stdout.strip()}") and time.monotonic() < end:
        time.sleep(0.01)
    assert done.stdout.strip()
    assert not os.path.exists(f"/proc/{done.stdout.strip()}")


def test_flags_come_for_exercises_to_be_written_by_hand():
    reading = read_code(RELEASE, Rebuilt(CELLS), ["batchnorm_module", "walk_moments"])
    found = flags_of(reading, {})
    assert found == {"batchnorm_module": ("line 1 uses torch.nn.BatchNorm1d: class BatchNorm(nn.BatchNorm1d):",)}


def test_code_that_cannot_be_read_in_time_is_said_to_be_so(monkeypatch, asking):
    monkeypatch.setattr(flags, "_READER", asking(lambda _: forever(), cpu_s=1))
    (line,) = flags_of(read_code(RELEASE, Rebuilt(CELLS), ["batchnorm_module"]), {})["batchnorm_module"]
    assert line.startswith("The code could not be read: it took more than 1 s")
