"""The processor time of a submission is measured from outside: code that lies about it inside is not believed."""

import sys
from dataclasses import replace

import numpy as np
import pytest

from autograder.sandbox.run import run_submission
from autograder.sandbox.types import CellStep, Limits, ProbeStep
from course_utils.checks.observe import conclude_part
from course_utils.checks.recorded import load_recorded
from course_utils.kits.probe import WITHIN_BUDGET, load_probe

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processor time is seen on Linux only")
BUDGET_S = 2.0
HEAD = """
import os, signal, time
import numpy as np
clock = time.thread_time
def burn(seconds):
    until = clock() + seconds
    while clock() < until:
        pass
"""
USES = {
    "lies about its time": (
        "time.process_time = time.perf_counter = time.thread_time = lambda: 0.0\n"
        "os.times = lambda: os.times_result((0, 0, 0, 0, 0))\n"
        "def train_and_predict(x, y, test):\n    burn(3)\n    return np.zeros(len(test))",
        0.0,
    ),
    "in a process that nobody waits for": (
        "signal.signal(signal.SIGCHLD, signal.SIG_IGN)\n"
        "def train_and_predict(x, y, test):\n"
        "    ours, theirs = os.pipe()\n"
        "    if os.fork() == 0:\n        burn(3)\n        os.write(theirs, b'x')\n        os._exit(0)\n"
        "    os.read(ours, 1)\n    time.sleep(0.5)\n    return np.zeros(len(test))",
        0.0,
    ),
    "in a process that is waited for": (
        "def train_and_predict(x, y, test):\n"
        "    child = os.fork()\n"
        "    if child == 0:\n        burn(3)\n        os._exit(0)\n"
        "    os.waitpid(child, 0)\n    return np.zeros(len(test))",
        0.0,
    ),
    "only sleeps": ("def train_and_predict(x, y, test):\n    time.sleep(3)\n    return np.zeros(len(test))", 1.0),
}


@pytest.mark.parametrize("way", USES)
def test_a_budget_is_kept_to_or_not_whatever_is_said_inside(way):
    source, within = USES[way]
    inputs, _ = load_recorded("capstone")
    steps = [CellStep("train", HEAD + source, "capstone"), ProbeStep("capstone", inputs)]
    (seen,) = run_submission(steps, Limits(cell_s=60.0)).observations["capstone"].parts
    assert seen.problem is None, seen.problem
    part = replace(load_probe("capstone").parts[0], budget_s=BUDGET_S)
    claimed = replace(seen, outputs={**seen.outputs, WITHIN_BUDGET: np.array(1.0)})
    assert conclude_part(part, claimed, inputs).outputs[WITHIN_BUDGET] == within, seen.cpu_s
