"""The numpy layers against torch, and their backward passes against central differences."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from course_utils.numpy_networks.gradient_check import eval_numerical_gradient, eval_numerical_gradient_array, rel_error
from course_utils.numpy_networks.layers import (
    affine_backward,
    affine_forward,
    dropout_backward,
    dropout_forward,
    relu_backward,
    relu_forward,
    softmax_loss,
)

RNG = np.random.default_rng(0)


def test_affine_is_torchs_linear_map_of_flat_images():
    x, w, b = RNG.normal(size=(4, 2, 3)), RNG.normal(size=(6, 5)), RNG.normal(size=5)
    out, _ = affine_forward(x, w, b)
    expected = functional.linear(torch.tensor(x).flatten(1), torch.tensor(w).T, torch.tensor(b))
    np.testing.assert_allclose(out, expected.numpy(), rtol=1e-12)


def test_affine_gradients_pass_the_check():
    x, w, b = RNG.normal(size=(4, 2, 3)), RNG.normal(size=(6, 5)), RNG.normal(size=5)
    dout = RNG.normal(size=(4, 5))
    found = affine_backward(dout, affine_forward(x, w, b)[1])
    wanted = (
        eval_numerical_gradient_array(lambda z: affine_forward(z, w, b)[0], x, dout),
        eval_numerical_gradient_array(lambda z: affine_forward(x, z, b)[0], w, dout),
        eval_numerical_gradient_array(lambda z: affine_forward(x, w, z)[0], b, dout),
    )
    assert max(rel_error(*pair) for pair in zip(found, wanted, strict=True)) < 1e-7


@pytest.mark.parametrize(("w", "b"), [((5, 2), (2,)), ((6, 2), (1, 2)), ((6, 2), (3,))])
def test_affine_says_which_shapes_do_not_fit(w, b):
    with pytest.raises(ValueError, match=r"6 values per example"):
        affine_forward(np.ones((4, 2, 3)), np.ones(w), np.ones(b))


def test_relu_and_its_gradient():
    x = np.array([[-1.0, 0.0, 2.0]])
    out, cache = relu_forward(x)
    np.testing.assert_array_equal(out, [[0.0, 0.0, 2.0]])
    np.testing.assert_array_equal(relu_backward(np.array([[5.0, 6.0, 7.0]]), cache), [[0.0, 0.0, 7.0]])
    assert np.isfinite(relu_backward(np.array([[np.inf, 0.0, 7.0]]), cache)).all()


@pytest.mark.parametrize("keep", [0.25, 0.7, 1.0])
def test_dropout_keeps_the_mean_and_passes_the_check(keep):
    x = RNG.uniform(1, 2, size=(200, 50))
    param = {"mode": "train", "p": keep, "seed": 3}
    out, _ = dropout_forward(x, param)
    assert (out != 0).mean() == pytest.approx(keep, abs=0.02)
    assert out.mean() == pytest.approx(x.mean(), rel=0.05)
    small, dout = x[:3, :4], RNG.normal(size=(3, 4))
    _, small_cache = dropout_forward(small, param)
    wanted = eval_numerical_gradient_array(lambda z: dropout_forward(z, param)[0], small.copy(), dout)
    np.testing.assert_allclose(dropout_backward(dout, small_cache), wanted, atol=1e-9)


def test_dropout_does_nothing_in_test_mode():
    x = RNG.normal(size=(3, 4))
    out, cache = dropout_forward(x, {"mode": "test", "p": 0.3})
    np.testing.assert_array_equal(out, x)
    np.testing.assert_array_equal(dropout_backward(x, cache), x)


def test_dropout_drops_other_values_each_time_unless_seeded():
    x = np.ones((20, 20))
    first, second = (dropout_forward(x, {"mode": "train", "p": 0.5})[0] for _ in range(2))
    assert (first != second).any()
    one, other = (dropout_forward(x, {"mode": "train", "p": 0.5, "seed": 1})[0] for _ in range(2))
    np.testing.assert_array_equal(one, other)


def test_dropout_without_a_seed_follows_numpys_global_one():
    x = np.ones((20, 20))
    outs = []
    for _ in range(2):
        np.random.seed(5)
        outs.append(dropout_forward(x, {"mode": "train", "p": 0.5})[0])
    np.testing.assert_array_equal(*outs)


@pytest.mark.parametrize(
    "param", [{"mode": "eval", "p": 0.5}, {"mode": "train", "p": 0.0}, {"mode": "train", "p": 1.5}]
)
def test_dropout_refuses_what_it_does_not_know(param):
    with pytest.raises(ValueError, match=r"expected 'train'|probability to keep"):
        dropout_forward(np.ones(3), param)


def test_the_softmax_loss_is_torchs_and_passes_the_check():
    scores, y = RNG.normal(size=(6, 4)) * 3, RNG.integers(0, 4, size=6)
    loss, gradient = softmax_loss(scores, y)
    assert loss == pytest.approx(functional.cross_entropy(torch.tensor(scores), torch.tensor(y)).item(), rel=1e-12)
    assert rel_error(gradient, eval_numerical_gradient(lambda z: softmax_loss(z, y)[0], scores)) < 1e-6


def test_the_softmax_loss_stays_finite_for_extreme_scores():
    scores = np.array([[1e4, -1e4, 0.0], [-1e4, 1e4, 0.0]])
    loss, gradient = softmax_loss(scores, np.array([1, 1]))
    assert loss == pytest.approx(1e4)
    np.testing.assert_allclose(gradient, [[0.5, -0.5, 0.0], [0.0, 0.0, 0.0]])


@pytest.mark.parametrize(("y", "said"), [([0, 3], "0 to 2"), ([-1, 0], "0 to 2"), ([0], r"\(N,\)")])
def test_the_softmax_loss_refuses_labels_that_do_not_fit(y, said):
    with pytest.raises(ValueError, match=said):
        softmax_loss(np.ones((2, 3)), np.array(y))


def test_float32_stays_float32():
    x, w, b = (np.ones(shape, dtype=np.float32) for shape in ((2, 3), (3, 4), (4,)))
    out, cache = affine_forward(x, w, b)
    activated, relu_cache = relu_forward(out)
    dropped, mask = dropout_forward(activated, {"mode": "train", "p": 0.5, "seed": 0})
    _, gradient = softmax_loss(dropped, np.array([0, 1]))
    back = relu_backward(dropout_backward(gradient, mask), relu_cache)
    arrays = (out, activated, dropped, gradient, back, *affine_backward(back, cache))
    assert {array.dtype for array in arrays} == {np.dtype(np.float32)}
