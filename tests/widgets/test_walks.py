"""Update rules and surfaces against torch, scipy, plain loops and finite differences."""

import numpy as np
import pytest
import torch
from scipy.optimize import minimize

from course_utils.widgets.rates import heavy_ball_optimum, heavy_ball_rate, rate_map
from course_utils.widgets.surfaces import SURFACES, quadratic
from course_utils.widgets.walks import FAR_AWAY, RULES, diverged_at, walk

GROUNDS = [*SURFACES.values(), quadratic(30.0, 20.0)]
TORCH = {
    "SGD": lambda w, lr: torch.optim.SGD([w], lr=lr),
    "heavy ball": lambda w, lr: torch.optim.SGD([w], lr=lr, momentum=0.9),
    "Nesterov": lambda w, lr: torch.optim.SGD([w], lr=lr, momentum=0.9, nesterov=True),
    "EMA momentum": lambda w, lr: torch.optim.SGD([w], lr=lr / 10, momentum=0.9),
    "Adam": lambda w, lr: torch.optim.Adam([w], lr=lr, betas=(0.9, 0.999), eps=1e-8),
}


@pytest.mark.parametrize("rule", TORCH)
@pytest.mark.parametrize("ground", GROUNDS, ids=lambda g: g.name)
def test_a_rule_walks_as_torch_does(rule, ground):
    # The average of gradients is heavy ball with a tenth of the rate.
    w = torch.tensor(ground.start, dtype=torch.float64, requires_grad=True)
    optimizer = TORCH[rule](w, 1e-3)
    expected = [w.detach().numpy().copy()]
    for _ in range(40):
        w.grad = torch.tensor([float(g) for g in ground.gradient(*w.detach().numpy())], dtype=torch.float64)
        optimizer.step()
        expected.append(w.detach().numpy().copy())
    np.testing.assert_allclose(walk(rule, ground, ground.start, 40, 1e-3), expected, rtol=1e-9, atol=1e-12)


def test_rmsprop_walks_as_a_plain_loop_does():
    ground = quadratic(10.0, 30.0)
    w, mean_square = np.array(ground.start), np.zeros(2)
    for _ in range(25):
        g = ground.hessian @ w
        mean_square = 0.9 * mean_square + 0.1 * g**2
        w = w - 0.05 * g / (mean_square + 1e-8) ** 0.5
    np.testing.assert_allclose(walk("RMSProp", ground, ground.start, 25, 0.05)[-1], w, rtol=1e-12)


def test_decay_shrinks_each_step_by_its_power():
    ground, point = quadratic(4.0), np.array([1.0, 1.0])
    expected = [point]
    for t in range(10):
        point = point - 0.5 * 0.8**t * ground.hessian @ point
        expected.append(point)
    np.testing.assert_allclose(walk("SGD", ground, (1.0, 1.0), 10, 0.5, decay=0.8), expected, rtol=1e-12)


# Rules whose steps are as long as the learning rate, whatever the gradient is.
BOUNDED = {"RMSProp", "Adam", "AdaGrad", "Lion"}


@pytest.mark.parametrize("rule", RULES)
def test_a_walk_that_leaves_is_followed_no_further(rule):
    path = walk(rule, SURFACES["Rosenbrock"], (3.0, -3.0), 50, 1e7 if rule in BOUNDED else 1.0)
    lost = diverged_at(path)
    assert lost is not None
    assert np.isnan(path[lost:]).all()
    assert np.abs(path[:lost]).sum(axis=1).max() < FAR_AWAY
    assert diverged_at(walk("SGD", quadratic(2.0), (1.0, 1.0), 5, 0.1)) is None


@pytest.mark.parametrize("ground", GROUNDS, ids=lambda g: g.name)
def test_gradient_and_hessian_are_those_of_the_value(ground):
    h = 1e-5
    rng = np.random.default_rng(0)
    left, right, low, high = ground.window
    for x, y in rng.uniform((left, low), (right, high), size=(20, 2)):
        dx = (ground.value(x + h, y) - ground.value(x - h, y)) / (2 * h)
        dy = (ground.value(x, y + h) - ground.value(x, y - h)) / (2 * h)
        np.testing.assert_allclose(ground.gradient(x, y), (dx, dy), rtol=1e-5, atol=1e-5)
    ox, oy = ground.optimum
    steps = ((h, 0), (0, h))
    columns = [
        (np.array(ground.gradient(ox + a, oy + b)) - np.array(ground.gradient(ox - a, oy - b))) / (2 * h)
        for a, b in steps
    ]
    np.testing.assert_allclose(columns, ground.hessian, rtol=1e-3, atol=2e-2)


@pytest.mark.parametrize("ground", GROUNDS, ids=lambda g: g.name)
def test_nothing_in_the_window_is_lower_than_the_optimum(ground):
    left, right, low, high = ground.window
    x, y = np.meshgrid(np.linspace(left, right, 150), np.linspace(low, high, 150))
    least = float(ground.value(*ground.optimum))
    assert ground.value(x, y).min() >= least - 1e-9
    found = minimize(lambda p: float(ground.value(np.float64(p[0]), np.float64(p[1]))), ground.optimum, tol=1e-12)
    np.testing.assert_allclose(found.x, ground.optimum, atol=2e-4)


def test_the_rate_is_the_spectral_radius_of_the_step():
    rng = np.random.default_rng(1)
    for lr, beta, curvature in rng.uniform((0.01, 0.0, 0.05), (3.0, 1.0, 2.0), size=(50, 3)):
        matrix = np.array([[1 - lr * curvature, -lr * beta], [curvature, beta]])
        expected = np.abs(np.linalg.eigvals(matrix)).max()
        np.testing.assert_allclose(heavy_ball_rate(lr, beta, curvature), expected, rtol=1e-6)


def test_no_pair_on_a_fine_map_is_faster_than_the_optimum():
    lr, beta, best = heavy_ball_optimum(0.02, 1.0)
    lrs, betas = np.geomspace(0.1, 5, 400), np.linspace(0, 1, 401)
    rates = rate_map([0.02, 1.0], lrs, betas)
    assert rates.shape == (401, 400)
    assert rates.min() >= best - 1e-9
    row, column = np.unravel_index(rates.argmin(), rates.shape)
    assert (lrs[column], betas[row]) == pytest.approx((lr, beta), rel=0.03)
