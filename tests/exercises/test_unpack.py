"""What a function returned is taken apart as Python would, `a, b = function()`, and no further."""

import itertools

import numpy as np
import pytest
import torch

from course_utils.kits.probe import ProbeFailure
from course_utils.kits.unpack import unpack

NAMES = ("mean", "variance")


@pytest.mark.parametrize(
    "returned",
    [(1.0, 2.0), [1.0, 2.0], np.array([1.0, 2.0]), torch.tensor([1.0, 2.0]), (float(n) for n in (1, 2))],
    ids=["tuple", "list", "array", "tensor", "generator"],
)
def test_two_values_in_any_order_of_their_own(returned):
    assert [float(value) for value in unpack(returned, "f", NAMES)] == [1.0, 2.0]


@pytest.mark.parametrize(
    ("returned", "said"),
    [
        (None, "returned None"),
        (3.0, "one float"),
        ("ab", "one str"),
        ({"mean": 1, "variance": 2}, "one dict"),
        ({1, 2}, "one set"),
        (np.array(1.0), "one ndarray"),
        (torch.tensor(1.0), "one Tensor"),
        ((1, 2, 3, 4), "4 values"),
        (np.zeros(1), "1 values"),
        ((), "0 values"),
        (itertools.count(), "more than 2 values"),
    ],
)
def test_what_is_not_two_values_is_said(returned, said):
    with pytest.raises(ProbeFailure, match=said):
        unpack(returned, "f", NAMES)


def test_a_value_that_says_not_implemented_is_a_stub():
    with pytest.raises(NotImplementedError):
        unpack(NotImplemented, "f", NAMES)
