"""Inputs that are drawn for grading tell apart what the recorded ones do."""

from dataclasses import replace

import pytest

from autograder.catalogue import fresh_inputs
from autograder.catalogue.answer import load_answer
from autograder.catalogue.fresh_inputs import faults_of_fresh_inputs
from tests.exercises.matrix import EXERCISES

# Coincidences that are known, by exercise and id.
KNOWN = {
    # The weights of a spatial norm are judged by the student's own batch norm.
    ("spatial_norms", "momentum-ignored"),
    # Within two conventions at once, for some draws.
    ("loss_along_gradient", "start-included"),
    # Half and twice a default of 1e-8.
    ("rmsprop_update", "constant-in-default-of-epsilon"),
    # Twice or half of 1e-5, where the variances of a draw are large.
    ("layernorm", "constant-in-eps"),
    # It shows with the default number of steps, where mistakes are not compared.
    ("newton_schulz", "other-defaults"),
    # The rows are all alike, so an accuracy is 0 or 1.
    ("training_epoch", "name-in-accuracies"),
}


@pytest.mark.slow
@pytest.mark.parametrize("exercise", EXERCISES)
def test_fresh_inputs_hide_nothing(exercise):
    found = [line for seed in (1, 2, 3) for line in faults_of_fresh_inputs(exercise, seed)]
    known = [name for other, name in KNOWN if other == exercise]
    assert [line for line in found if not any(name in line for name in known)] == []


def test_inputs_that_hide_a_mistake_are_named_with_exercise_part_and_seed(monkeypatch):
    answer = load_answer("momentum")

    def without_gradients(rng):
        return {name: 0 * a if name.startswith("gradients") else a for name, a in answer.generate(rng).items()}

    monkeypatch.setattr(fresh_inputs, "load_answer", lambda exercise: replace(answer, generate=without_gradients))
    found = list(faults_of_fresh_inputs("momentum", 7))
    assert found
    assert all(line.startswith("momentum, MomentumOptimizer, seed 7: ") for line in found)


def test_the_line_of_an_edit_that_is_hidden_is_named(monkeypatch):
    answer = load_answer("momentum")

    def one_step(rng):
        return {name: a[:1] if name.startswith("gradients") else a for name, a in answer.generate(rng).items()}

    monkeypatch.setattr(fresh_inputs, "load_answer", lambda exercise: replace(answer, generate=one_step))
    # After one step from rest nobody can say what is kept from one step to the next.
    assert any("answer.py:" in line or "_mistakes.py:" in line for line in faults_of_fresh_inputs("momentum", 7))
