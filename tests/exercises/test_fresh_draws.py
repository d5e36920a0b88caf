"""What depends on chance is named for all draws of the inputs, and what is said holds for all who get it."""

import pytest

from tests.exercises.matrix import solutions, verdict


# A variance of lengths over 200 draws is off by a tenth as a rule: three of twelve draws hid it from its expectation.
@pytest.mark.parametrize("seed", range(100, 106))
def test_a_variance_of_lengths_is_compared_with_that_of_the_same_draws(seed):
    found = verdict("gradient_noise", solutions("gradient_noise", "MUTANTS")["variance-of-lengths"], seed)
    assert found.misconceptions == ("variance-of-lengths",)


@pytest.mark.parametrize("name", ["velocity-not-kept", "velocity-not-kept (kept and not used)"])
def test_a_velocity_that_is_not_used_is_not_said_to_start_again(name):
    found = verdict("nesterov", solutions("nesterov", "MUTANTS")[name], 1)
    assert found.misconceptions == ("velocity-not-kept",)
    assert "starts again" not in found.message
    assert "as if the velocity were zero" in found.message
