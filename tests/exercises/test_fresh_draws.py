"""What depends on chance is named for all draws of the inputs, and what is said holds for all who get it."""

import pytest

from tests.exercises.matrix import named, solutions, verdict


# A variance of lengths over 200 draws is off by a tenth as a rule: three of twelve draws hid it from its expectation.
@pytest.mark.parametrize("seed", range(100, 106))
def test_a_variance_of_lengths_is_compared_with_that_of_the_same_draws(seed):
    found = verdict("gradient_noise", solutions("gradient_noise", "MUTANTS")["variance-of-lengths"], seed)
    assert found.misconceptions == ("variance-of-lengths",)


# Draws in which all sums of the unit were positive, and in which the network was never right about its row.
@pytest.mark.parametrize(
    ("exercise", "name", "seed"),
    [("network", "own-activation-not-used", 33), ("training_epoch", "accuracy-in-percent (while training)", 34)],
)
def test_a_draw_tells_the_mistake_apart(exercise, name, seed):
    assert set(verdict(exercise, solutions(exercise, "MUTANTS")[name], seed).misconceptions) == named(name)


@pytest.mark.parametrize("name", ["velocity-not-kept", "velocity-not-kept (kept and not used)"])
def test_a_velocity_that_is_not_used_is_not_said_to_start_again(name):
    found = verdict("nesterov", solutions("nesterov", "MUTANTS")[name], 1)
    assert found.misconceptions == ("velocity-not-kept",)
    assert "starts again" not in found.message
    assert "as if the velocity were zero" in found.message
