"""The solutions of workbook 06 about curvature and optimizers, against libraries, plain loops and decompositions."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.catalogue.solution import load_solution
from course_utils.exercises.today.newton_schulz.solutions import ABC, sixteen_bits
from course_utils.exercises.today.sharpness.solutions import carried, without_graph
from tests.exercises.matrix import verdict

SEEDS = st.integers(0, 2**31)
SIZES = st.integers(1, 6)


def solution(exercise, name):
    return load_solution(exercise).objects()[name]


def normal(seed, *shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def network(seed):
    """Return a small network in float64, its parameters, and its loss on random data."""
    torch.manual_seed(seed)
    model = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.Linear(4, 2)).double()
    x, y = normal(seed, 7, 3), normal(seed + 1, 7, 2)
    return list(model.parameters()), lambda: (model(x) - y).square().mean()


def full_hessian(params, loss_fn):
    """Return the Hessian, row by row."""
    gradient = torch.cat([g.flatten() for g in torch.autograd.grad(loss_fn(), params, create_graph=True)])
    rows = [torch.autograd.grad(entry, params, retain_graph=True) for entry in gradient]
    return torch.stack([torch.cat([piece.flatten() for piece in row]) for row in rows])


@settings(deadline=None, max_examples=20)
@given(SEEDS)
def test_the_product_is_that_of_the_full_hessian(seed):
    params, loss_fn = network(seed)
    vectors = [normal(seed + i, *p.shape) for i, p in enumerate(params)]
    product = solution("sharpness", "hessian_vector_product")(loss_fn, params, vectors)
    expected = full_hessian(params, loss_fn) @ torch.cat([v.flatten() for v in vectors])
    torch.testing.assert_close(torch.cat([piece.flatten() for piece in product]), expected)


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("seed", range(3))
def test_the_sharpness_is_the_eigenvalue_that_is_largest_in_size(seed, sign):
    params, loss_fn = network(seed)
    values = sign * torch.linalg.eigvalsh(full_hessian(params, loss_fn))
    torch.set_default_dtype(torch.float64)
    try:
        found = solution("sharpness", "sharpness")(lambda: sign * loss_fn(), params, iterations=400)
    finally:
        torch.set_default_dtype(torch.float32)
    assert found == pytest.approx(float(values[values.abs().argmax()]), rel=1e-6)


def steps(optimizer_class, weights, gradients, **options):
    """Return the weights after steps with given gradients."""
    parameter = torch.nn.Parameter(weights.clone())
    optimizer = optimizer_class([parameter], **options)
    for gradient in gradients:
        parameter.grad = gradient.clone()
        optimizer.step()
    return parameter.detach()


@settings(deadline=None, max_examples=20)
@given(SEEDS, SIZES, SIZES)
def test_adagrad_is_that_of_torch(seed, rows, columns):
    weights, gradients = normal(seed, rows, columns), normal(seed + 1, 6, rows, columns)
    ours = steps(solution("adagrad", "AdaGradOptimizer"), weights, gradients, lr=0.1)
    torch.testing.assert_close(ours, steps(torch.optim.Adagrad, weights, gradients, lr=0.1))


@settings(deadline=None, max_examples=20)
@given(SEEDS, SIZES, st.floats(0.5, 0.95), st.floats(0.5, 0.99), st.floats(0, 0.5))
def test_lion_is_a_plain_loop(seed, size, beta1, beta2, decay):
    weights, gradients = normal(seed, size), normal(seed + 1, 6, size)
    options = {"lr": 0.1, "beta1": beta1, "beta2": beta2, "weight_decay": decay}
    ours = steps(solution("lion", "LionOptimizer"), weights, gradients, **options)
    for i, w in enumerate(weights.tolist()):
        momentum = 0.0
        for g in gradients[:, i].tolist():
            w -= 0.1 * (np.sign(beta1 * momentum + (1 - beta1) * g) + decay * w)
            momentum = beta2 * momentum + (1 - beta2) * g
        assert float(ours[i]) == pytest.approx(w, abs=1e-12)


@settings(deadline=None, max_examples=20)
@given(SEEDS, SIZES, SIZES, st.integers(0, 6))
def test_newton_schulz_applies_its_polynomial_to_the_singular_values(seed, rows, columns, count):
    matrix = 3 * normal(seed, rows, columns)
    u, values, vh = torch.linalg.svd(matrix, full_matrices=False)
    values = values / (values.square().sum().sqrt() + 1e-7)
    for _ in range(count):
        values = ABC[0] * values + ABC[1] * values**3 + ABC[2] * values**5
    found = solution("newton_schulz", "newton_schulz")(matrix, count)
    torch.testing.assert_close(found, u @ torch.diag(values) @ vh)


@settings(deadline=None, max_examples=20)
@given(SEEDS, st.lists(st.floats(0.0031, 1), min_size=2, max_size=6))
def test_five_steps_bring_singular_values_near_one(seed, sizes):
    values = torch.tensor(sizes, dtype=torch.float64)
    shares = (values / values.norm()).clamp_min(0.0031)
    left, right = (torch.linalg.qr(normal(seed + i, len(sizes), len(sizes)))[0] for i in (0, 1))
    found = torch.linalg.svdvals(solution("newton_schulz", "newton_schulz")(left @ torch.diag(shares) @ right))
    assert found.max() < 1.21
    assert found.min() > 0.68


def test_a_matrix_of_zeros_stays_one():
    assert torch.equal(solution("newton_schulz", "newton_schulz")(torch.zeros(2, 3)), torch.zeros(2, 3))


@pytest.mark.skipif(not hasattr(torch.optim, "Muon"), reason="this torch has no Muon")
@settings(deadline=None, max_examples=20)
@given(SEEDS, st.integers(2, 6), st.integers(2, 6))
def test_muon_is_that_of_torch_up_to_its_16_bits(seed, rows, columns):
    weights, gradients = normal(seed, rows, columns).float(), normal(seed + 1, 4, rows, columns).float()
    ours = steps(solution("muon", "MuonOptimizer"), weights, gradients, lr=0.1, mu=0.9)
    theirs = steps(torch.optim.Muon, weights, gradients, lr=0.1, momentum=0.9, weight_decay=0.0)
    # One step is at most 0.12 long along each direction, and 16 bits leave an error of some hundredths of it.
    assert (ours - theirs).abs().max() < 0.15 * (ours - weights).abs().max()


def test_muon_refuses_a_vector():
    with pytest.raises(ValueError, match="matrices"):
        solution("muon", "MuonOptimizer")([torch.nn.Parameter(torch.zeros(3))])


def test_a_gradient_without_a_graph_is_explained():
    found = verdict("sharpness", carried(without_graph), "recorded")
    assert found.score == 0
    assert "has no record of how it was computed" in found.message


def test_rounding_to_16_bits_is_explained():
    found = verdict("newton_schulz", (sixteen_bits,), "recorded")
    assert "fits into 16 bits" in found.message
