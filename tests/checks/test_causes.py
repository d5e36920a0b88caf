"""A part that builds on another one says so where that one is not right."""

import pytest

from tests.exercises.matrix import solutions, verdict

FORWARD, BACKWARD = next(iter(solutions("layernorm", "CORRECT").values()))
SAID = "This part uses layernorm_forward, which is not right yet: begin there."


def other_cache(x, gamma, beta, ln_param):
    return FORWARD(x, gamma, beta, ln_param)[0] + 1, FORWARD(3 * x + x**2, gamma, beta, ln_param)[1]


def no_gradients(dout, cache):
    return dout, dout[0], dout[0]


def messages(*functions):
    return {part.part: part.message for part in verdict("layernorm", functions, 1).parts}


def test_what_fails_with_what_it_uses_names_it():
    found = messages(other_cache, BACKWARD)
    assert found["layernorm_forward"]
    assert SAID not in found["layernorm_forward"]
    assert found["layernorm_backward"].endswith(SAID)


@pytest.mark.parametrize("functions", [(FORWARD, BACKWARD), (FORWARD, no_gradients)])
def test_where_the_first_part_is_right_nothing_is_said(functions):
    assert SAID not in messages(*functions)["layernorm_backward"]


def test_the_sentence_stands_in_what_is_said_of_the_whole():
    assert SAID in verdict("layernorm", (other_cache, BACKWARD), 1).message
