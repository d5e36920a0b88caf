"""Recorded candidates: a sentence is said only where the outputs point to it, and few entries are enough."""

import numpy as np
import pytest
import torch

from course_utils.checks.recorded import load_recorded
from tests.exercises.matrix import EXERCISES, verdict


class Rebinds:
    """An optimizer that binds a name to new weights and leaves the parameters as they were."""

    def __init__(self, parameters, lr=0.01, mu=0.9):
        self.parameters, self.lr, self.mu = list(parameters), lr, mu
        self.velocities = [torch.zeros_like(p) for p in self.parameters]

    def step(self):
        for i, parameter in enumerate(self.parameters):
            self.velocities[i] = self.mu * self.velocities[i] + (1 - self.mu) * parameter.grad
            parameter = parameter - self.lr * self.velocities[i]


class Nothing(Rebinds):
    def step(self):
        for parameter in self.parameters:
            parameter.data = parameter.data * float("nan")


@pytest.mark.parametrize("seed", ["recorded", 1])
def test_where_nothing_moved_no_formula_is_blamed(seed):
    found = verdict("momentum", (Rebinds,), seed)
    assert (found.verdict, found.score, found.misconceptions) == ("wrong", 0.0, ())
    assert found.message.startswith("Nothing changed")


@pytest.mark.parametrize("seed", ["recorded", 1])
def test_where_all_is_nan_no_formula_is_blamed(seed):
    found = verdict("momentum", (Nothing,), seed)
    assert (found.verdict, found.score, found.misconceptions) == ("wrong", 0.0, ())
    assert "NaN" in found.message


@pytest.mark.parametrize("exercise", EXERCISES)
def test_candidates_hold_a_small_part_of_the_arrays_and_every_sentence_ends(exercise):
    for part in load_recorded(exercise)[1].parts:
        assert all(len(part.places[name]) <= part.expected[name].size for name in part.expected)
        for candidate in (*part.variants, *part.misconceptions, *part.changes):
            assert all(np.ndim(entries) == 1 for entries in candidate.outputs.values())
            assert all(says.rstrip(")").endswith((".", "!", "?")) for says in candidate.says), candidate.says
            assert not any("{" in says or "  " in says for says in candidate.says), candidate.says
