"""What reads a submission's source can be ended: it costs a flag, and no mark, no worker and no other submission."""

import os
import signal

import pytest

from autograder.grade import flags
from autograder.grade.apart import Ended, apart
from autograder.grade.flags import flags_of
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


def test_the_answer_comes_back():
    assert apart(lambda: {"a": ["x" * 300_000], "b": []}) == {"a": ["x" * 300_000], "b": []}


@pytest.mark.parametrize(
    "work", [forever, fill, lambda: os.kill(os.getpid(), signal.SIGKILL), lambda: 1 / 0, lambda: os._exit(3)]
)
def test_what_comes_to_no_answer_is_ended(work):
    with pytest.raises(Ended, match=r"more than 1 s or 0\.2 GB"):
        apart(work, cpu_s=1, memory_bytes=200_000_000)


def test_it_changes_nothing_here():
    seen = []
    apart(lambda: seen.append(1))
    assert seen == []


def test_flags_come_for_exercises_to_be_written_by_hand():
    found = flags_of(RELEASE, Rebuilt(CELLS), ["batchnorm_module", "walk_moments"], {})
    assert found == {"batchnorm_module": ("line 1 uses torch.nn.BatchNorm1d: class BatchNorm(nn.BatchNorm1d):",)}


def test_code_that_cannot_be_read_in_time_is_said_to_be_so(monkeypatch):
    monkeypatch.setattr(flags, "written_uses", lambda *_: forever())
    monkeypatch.setattr(flags, "apart", lambda work: apart(work, cpu_s=1))
    (line,) = flags_of(RELEASE, Rebuilt(CELLS), ["batchnorm_module"], {})["batchnorm_module"]
    assert line.startswith("The code could not be read: it took more than 1 s")
