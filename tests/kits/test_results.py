"""Results are told apart by their kind: tensor or not, dtype, graph, shape."""

import numpy as np
import pytest
import torch

from course_utils.kits.probe import ProbeFailure, as_array
from course_utils.kits.results import carries_graph, tensor_statements

PLAIN = torch.ones(2, dtype=torch.float64)


@pytest.mark.parametrize(
    ("value", "failing"),
    [
        (PLAIN, set()),
        (PLAIN.numpy(), {"is_tensor"}),
        ([1.0, 1.0], {"is_tensor"}),
        (PLAIN.float(), {"same_dtype"}),
        (PLAIN.clone().requires_grad_() * 2, {"no_graph"}),
        (PLAIN.float().requires_grad_(), {"same_dtype", "no_graph"}),
    ],
)
def test_each_statement_fails_for_its_own_reason(value, failing):
    assert {name for name, holds in tensor_statements(value).items() if not holds} == failing


def test_one_tracked_value_among_several_is_enough():
    assert carries_graph(1.0, PLAIN.clone().requires_grad_())
    assert not carries_graph(1.0, PLAIN, np.ones(2), None)


@pytest.mark.parametrize(
    ("value", "shape", "said"),
    [
        (np.ones(3), (), "it has shape (3,); expected a single number."),
        (1.0, (2,), "it is a single number; expected shape (2,)."),
        (np.ones((1, 3)), (3,), "it has shape (1, 3); expected shape (3,)."),
    ],
)
def test_a_wrong_shape_is_said_in_words(value, shape, said):
    with pytest.raises(ProbeFailure) as caught:
        as_array(value, "it", shape)
    assert str(caught.value) == said
