"""What is said does not depend on the order in which Python keeps sets: it is the same in every process."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SAY = """
import numpy as np
from course_utils.checks.judge import judge
from course_utils.checks.recorded import load_recorded
from course_utils.checks.text import render
from course_utils.checks.types import Observation, PartObservation
from course_utils.exercises import exercise_ids

for exercise in exercise_ids():
    key = load_recorded(exercise)[1]
    for share in (0.3, 0.7):
        rng = np.random.default_rng(1)
        parts = [
            PartObservation(part.name, {n: a + 0.37 * (rng.random() < share) for n, a in part.expected.items()})
            for part in key.parts
        ]
        print(render(judge(Observation(exercise, tuple(parts)), key)))
"""


def said(seed):
    environment = {**os.environ, "PYTHONHASHSEED": str(seed), "PYTHONPATH": str(Path(__file__).parents[2])}
    run = subprocess.run([sys.executable, "-c", SAY], env=environment, capture_output=True, text=True, check=True)
    return run.stdout


@pytest.fixture(scope="module")
def first():
    return said(0)


@pytest.mark.parametrize("seed", [1, 2])
def test_messages_are_the_same_in_every_process(first, seed):
    assert "Right: " in first
    assert "Not right: " in first
    assert said(seed) == first
