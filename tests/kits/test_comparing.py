"""Comparisons of probes agree with those of numpy and torch, and stay what they are when those are patched."""

import builtins

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from course_utils.kits.comparing import all_close, array_equal, close, every, flag, tensors_equal

NUMBERS = st.sampled_from([0.0, -0.0, 1.0, 1.0 + 1e-7, 1.0 + 1e-4, -3.0, np.inf, -np.inf, np.nan])
ARRAYS = st.sampled_from([(), (2,), (2, 1)]).flatmap(lambda shape: arrays(np.float64, shape, elements=NUMBERS))


@given(ARRAYS, ARRAYS)
def test_they_agree_with_numpy_and_torch(some, other):
    assert array_equal(some, other) is np.array_equal(some, other)
    assert array_equal(some, other, equal_nan=True) is np.array_equal(some, other, equal_nan=True)
    assert tensors_equal(torch.tensor(some), torch.tensor(other)) == torch.equal(
        torch.tensor(some), torch.tensor(other)
    )
    if some.shape == other.shape:
        with np.errstate(invalid="ignore"):
            assert np.array_equal(close(some, other), np.isclose(some, other))
            assert all_close(some, other) is np.allclose(some, other)


@pytest.mark.parametrize("holds", [True, False, np.True_, np.False_])
def test_a_flag_is_one_number(holds):
    assert (flag(holds).shape, flag(holds).dtype, flag(holds).item()) == ((), np.float64, float(holds))


def test_nothing_put_in_place_of_names_speaks_for_a_difference(monkeypatch):
    for module, name in [(np, "array_equal"), (np, "allclose"), (np, "isclose"), (np, "all"), (np, "asarray")]:
        monkeypatch.setattr(module, name, lambda *_, **__: True)
    for module, name in [(torch, "equal"), (torch, "allclose"), (builtins, "all"), (builtins, "bool")]:
        monkeypatch.setattr(module, name, lambda *_, **__: True)
    monkeypatch.setattr(builtins, "float", lambda *_: 1.0)
    one, two, false = np.zeros(2), np.ones(2), 1 > 2
    found = [array_equal(one, two), all_close(one, two), close(one, two).any().item(), flag(false).item()]
    found += [tensors_equal(torch.zeros(2), torch.ones(2)), every([False])]
    monkeypatch.undo()
    assert found == [False, False, False, 0.0, False, False]
