"""The simulation of each demo against an oracle that shares no code with it."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from course_utils.widgets import (
    adam_start_demo,
    depth_signal_demo,
    momentum_demo,
    norm_cube_demo,
    race,
    race_demo,
    schedules_demo,
    step_size_demo,
)
from course_utils.widgets.noise import normals, uniforms
from course_utils.widgets.norm_cube import normalise
from course_utils.widgets.schedules import EIGENVALUES, WALKS, rates


def f(x, y):
    return x**2 + y**2 + x * (y + 2) + math.cos(3 * x)


def test_step_size_walks_on_the_function_of_the_exercise():
    demo = step_size_demo(lr=0.1, decay=0.97, steps=12)
    x, y = 3.0, 2.0
    for t in range(12):
        rate = 0.1 * 0.97**t
        x, y = x - rate * (2 * x - 3 * math.sin(3 * x) + y + 2), y - rate * (x + 2 * y)
    np.testing.assert_allclose(demo.arrays["path"][-1], (x, y), rtol=1e-10)
    assert demo.arrays["loss"][-1] == pytest.approx(f(x, y), rel=1e-10)
    # 2/L at the global minimum, where L is the larger eigenvalue of [[2 - 9 cos 3x, 1], [1, 2]].
    assert float(demo.arrays["limit"]) == pytest.approx(0.1811, abs=2e-4)


@pytest.mark.parametrize(
    ("preset", "said"),
    [
        ("too small", "Still moving"),
        ("2-cycle", "2-cycle"),
        ("decay settles it", "Settles at (-1.088, 0.544) with loss -2.281"),
        ("decay stops it too early", "shrunk to nothing"),
        ("diverges", "Diverges"),
        ("local minimum", "1.243"),
    ],
)
def test_step_size_says_what_happens(preset, said):
    demo = step_size_demo()
    demo.preset(preset)
    assert said in demo.text_summary()


def test_momentum_reaches_the_rate_of_the_theory():
    demo = momentum_demo(condition=30.0, steps=400, lr=0.5, beta=0.3)
    distance = demo.arrays["distance"]
    observed = (distance[400, 0] / distance[200, 0]) ** (1 / 200)
    assert float(demo.arrays["rate"]) == pytest.approx(observed, rel=1e-4)


def test_momentum_distances_are_along_the_eigenvectors():
    demo = momentum_demo(condition=9.0, angle=30.0, x=1.0, y=2.0)
    turn = math.radians(30.0)
    flat = abs(math.cos(turn) * 1.0 + math.sin(turn) * 2.0)
    steep = abs(-math.sin(turn) * 1.0 + math.cos(turn) * 2.0)
    np.testing.assert_allclose(demo.arrays["eigenvalues"], (1 / 9, 1.0), rtol=1e-12)
    np.testing.assert_allclose(demo.arrays["distance"][0], (flat, steep), rtol=1e-12)


def test_the_best_momentum_beats_the_best_plain_descent():
    demo = momentum_demo()
    ends = {}
    for preset in ("plain descent, well chosen", "the best momentum"):
        demo.preset(preset)
        ends[preset] = float(demo.arrays["loss"][-1])
    assert ends["the best momentum"] < 1e-15 < ends["plain descent, well chosen"]
    assert "Diverges" in momentum_demo(lr=5.0).text_summary()


class Own:
    def __init__(self, parameters, lr):
        self.parameters, self.lr = parameters, lr

    def step(self):
        for parameter in self.parameters:
            parameter -= self.lr * parameter.grad


def test_an_own_optimizer_races_and_is_ranked():
    demo = race(Own, against=("SGD", "Adam"), lr=0.1)
    assert list(demo.arrays["paths"]) == ["SGD", "Adam", "Own"]
    np.testing.assert_allclose(demo.arrays["paths"]["Own"], demo.arrays["paths"]["SGD"], rtol=1e-12)
    assert "Own" in demo.text_summary()


def test_a_stub_cannot_race_and_a_diverging_one_is_named():
    class Stub(Own):
        def step(self):
            raise NotImplementedError("step is still to be written")

    with pytest.raises(NotImplementedError, match="still to be written"):
        race(Stub)
    assert "Diverged: SGD" in race_demo(surface="Rosenbrock", lr=1.0, x=-1.2, y=1.0).text_summary()


def test_on_the_axis_of_a_saddle_nobody_leaves_it():
    demo = race_demo()
    demo.preset("saddle, exactly on its axis")
    assert all((path[:, 1] == 0).all() for path in demo.arrays["paths"].values())
    demo.preset("saddle, off its axis")
    assert demo.arrays["paths"]["heavy ball"][-1, 1] == pytest.approx(2.0, abs=0.01)


@pytest.mark.parametrize("gradient", ["constant", "noisy", "alternating", "rare"])
def test_adam_start_is_what_torch_does_and_what_a_loop_does(gradient):
    demo = adam_start_demo(beta1=0.8, beta2=0.97, steps=50, gradient=gradient, seed=3)
    g = demo.arrays["gradients"]
    w = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    adam = torch.optim.Adam([w], lr=1.0, betas=(0.8, 0.97), eps=1e-12)
    m = v = 0.0
    for t in range(50):
        before = w.item()
        w.grad = torch.tensor([g[t]])
        adam.step()
        assert before - w.item() == pytest.approx(demo.arrays["steps"]["both corrected"][t], abs=1e-9)
        m, v = 0.8 * m + 0.2 * g[t], 0.97 * v + 0.03 * g[t] ** 2
        plain = m / (math.sqrt(v) + 1e-12)
        assert plain == pytest.approx(demo.arrays["steps"]["none corrected"][t], abs=1e-9)
        assert plain == pytest.approx(demo.arrays["excess"][t] * demo.arrays["steps"]["both corrected"][t], abs=1e-6)


@pytest.mark.parametrize(
    ("kind", "scheduler"),
    [
        ("cosine", lambda o: torch.optim.lr_scheduler.CosineAnnealingLR(o, 100)),
        ("exponential", lambda o: torch.optim.lr_scheduler.ExponentialLR(o, 0.01 ** (1 / 100))),
        ("step", lambda o: torch.optim.lr_scheduler.MultiStepLR(o, [50, 75], 0.1)),
        ("constant", lambda o: torch.optim.lr_scheduler.ConstantLR(o, 1.0)),
    ],
)
def test_schedules_are_those_of_torch(kind, scheduler):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.3)
    schedule, expected = scheduler(optimizer), []
    for _ in range(100):
        expected.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    np.testing.assert_allclose(rates(kind, 0.3, 100, 0), expected, rtol=1e-9)
    warm = rates(kind, 0.3, 100, 10)
    np.testing.assert_allclose(warm[:10], 0.3 * np.arange(1, 11) / 10, rtol=1e-12)


def test_noisy_descent_is_a_plain_loop():
    demo = schedules_demo(steps=30, lr=0.4, warmup=5, noise=0.7, sharpness=3.0, seed=2)
    noise = normals(2, 400 * WALKS * 20).reshape(400, WALKS, 20)
    ends = []
    for walk in range(WALKS):
        w = [1.0] * 20
        for t, lr in enumerate(demo.arrays["rates"]):
            bend = 1 + 2.0 * 0.9**t
            w = [
                wi - lr * bend * h * (wi + 0.7 * noise[t, walk, i])
                for i, (wi, h) in enumerate(zip(w, EIGENVALUES, strict=True))
            ]
        ends.append(sum(h * wi**2 for wi, h in zip(w, EIGENVALUES, strict=True)) / 2)
    ends.sort()
    found = [float(demo.arrays[name][-1]) for name in ("low", "median", "high")]
    np.testing.assert_allclose(found, [ends[0], (ends[3] + ends[4]) / 2, ends[-1]], rtol=1e-9)


def test_a_schedule_that_diverges_says_so_and_warmup_helps_a_sharp_start():
    assert "Diverges" in schedules_demo(kind="constant", lr=3.0).text_summary()
    cold, warm = schedules_demo(), schedules_demo()
    cold.preset("a sharp start, no warmup")
    warm.preset("a sharp start, with warmup")
    assert warm.arrays["median"].max() < cold.arrays["median"].max() / 100


def test_the_drawn_noise_is_normal_and_seeds_are_independent():
    from scipy import stats

    assert stats.kstest(uniforms(0, 20000), "uniform").pvalue > 1e-3
    assert stats.kstest(normals(1, 20000), "norm").pvalue > 1e-3
    seeds = np.stack([normals(seed, 4000) for seed in range(20)])
    correlation = np.corrcoef(seeds) - np.eye(20)
    assert np.abs(correlation).max() < 5 / math.sqrt(4000)
    assert np.abs([np.corrcoef(row[1:], row[:-1])[0, 1] for row in seeds]).max() < 5 / math.sqrt(4000)


TORCH_NORMS = {
    "batch norm": nn.BatchNorm1d(6, affine=False, track_running_stats=False),
    "layer norm": nn.LayerNorm((6, 4), elementwise_affine=False),
    "instance norm": nn.InstanceNorm1d(6),
    "group norm": nn.GroupNorm(2, 6, affine=False),
    "RMS norm": nn.RMSNorm((6, 4), eps=1e-5, elementwise_affine=False),
}


@pytest.mark.parametrize("kind", TORCH_NORMS)
def test_the_cube_is_normalised_as_torch_does_it(kind):
    x = np.random.default_rng(4).normal(size=(4, 6, 4)) * 3 + 1
    expected = TORCH_NORMS[kind](torch.from_numpy(x)).numpy()
    np.testing.assert_allclose(normalise(x, kind), expected, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("kind", TORCH_NORMS)
def test_the_outlined_cells_are_those_that_move_the_looked_at_cell(kind):
    demo = norm_cube_demo(kind=kind, example=1, channel=4)
    x = np.random.default_rng(5).normal(size=(4, 6, 4))
    before = normalise(x, kind)[1, 4, 0]
    moves = np.zeros(x.shape, dtype=bool)
    for at in np.ndindex(*x.shape):
        pushed = x.copy()
        pushed[at] += 1.0
        moves[at] = normalise(pushed, kind)[1, 4, 0] != before
    np.testing.assert_array_equal(demo.arrays["shared"], moves)


def test_only_in_batch_norm_do_other_examples_move():
    said = {kind: norm_cube_demo(kind=kind).text_summary() for kind in TORCH_NORMS}
    assert {kind for kind, text in said.items() if "no other example moved" not in text} == {"batch norm"}


@pytest.mark.parametrize("norm", ["none", "layer norm", "batch norm", "residual", "residual + layer norm"])
def test_the_signal_goes_back_as_autograd_says(norm):
    demo = depth_signal_demo(norm=norm, depth=5, init="He (2)", seed=6)
    h = start = torch.tensor(normals(6, 96 * 64).reshape(96, 64), requires_grad=True)
    matrices = torch.tensor(normals(206, 60 * 64 * 64).reshape(60, 64, 64))
    for k in range(5):
        z = h @ (math.sqrt(2 / 64) * matrices[k])
        if "layer" in norm:
            z = nn.functional.layer_norm(z, (64,))
        elif "batch" in norm:
            z = nn.functional.batch_norm(z, None, None, training=True)
        h = torch.relu(z) + (h if "residual" in norm else 0.0)
    (gradient,) = torch.autograd.grad(h, start, torch.tensor(normals(106, 96 * 64).reshape(96, 64)))
    assert float(demo.arrays["forward"][-1]) == pytest.approx((h**2).mean().item(), rel=1e-6)
    assert float(demo.arrays["backward"][0]) == pytest.approx((gradient**2).mean().item(), rel=1e-6)
    assert len(demo.arrays["forward"]) == 6
