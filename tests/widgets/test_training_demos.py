"""Demos that train, and those on real digits, against torch, plain loops and finite differences."""

import numpy as np
import pytest
import torch
from torch import nn

from course_utils.data.images import MNIST
from course_utils.data.sources import read_sample
from course_utils.seeding import set_seed
from course_utils.widgets import (
    batch_sizes_demo,
    minibatch_demo,
    restarts_demo,
    slice_descent_demo,
    training_race,
    training_race_demo,
    update_cost_demo,
    which_bug_demo,
)
from course_utils.widgets.batch_sizes import smooth
from course_utils.widgets.digit_training import every, first_layers, mnist_images, small_digits
from course_utils.widgets.minibatch_noise import problem
from course_utils.widgets.mnist_slice import slice_surface
from course_utils.widgets.restarts import first_weights
from course_utils.widgets.which_bug import BUGS, case
from tests.widgets.own_optimizer import Own


def test_the_slice_is_the_loss_of_a_model_in_which_two_numbers_are_free():
    ground = slice_surface()
    images, labels = read_sample(MNIST, train=True)
    drawn = torch.from_numpy(np.random.RandomState(2021).choice(len(images), 500))
    x, y = (images[drawn].flatten(1) / 255 - MNIST.mean) / MNIST.std, labels[drawn]
    set_seed(2021)
    model = nn.Linear(784, 10).double()
    start, biases = (part.detach().clone() for part in model.parameters())
    for u, v in ((0.0, 0.0), (2.5, 3.7), (-4.0, 1.0)):
        with torch.no_grad():
            model.weight.copy_(start)
            model.bias.copy_(biases)
            model.weight[0, 378], model.bias[7] = u, v
        loss = nn.functional.cross_entropy(model(x.double()), y)
        model.zero_grad()
        loss.backward()
        assert float(ground.value(u, v)) == pytest.approx(loss.item(), abs=1e-6)
        expected = (model.weight.grad[0, 378].item(), model.bias.grad[7].item())
        assert ground.gradient(u, v) == pytest.approx(expected, abs=1e-6)


def test_the_minimum_of_the_slice_is_one_and_its_hessian_is_right():
    ground, h = slice_surface(), 1e-4
    u, v = ground.optimum
    assert np.abs(ground.gradient(u, v)).max() < 1e-12
    columns = [
        (np.array(ground.gradient(u + a, v + b)) - np.array(ground.gradient(u - a, v - b))) / (2 * h)
        for a, b in ((h, 0), (0, h))
    ]
    np.testing.assert_allclose(columns, ground.hessian, rtol=1e-5)
    grid = ground.value(*np.meshgrid(np.linspace(-4, 4, 30), np.linspace(-4, 4, 30)))
    assert grid.min() > float(ground.value(u, v))


def test_the_task_on_the_slice_can_be_solved_and_its_verdict_counts_right():
    demo = slice_descent_demo(lr=5.0, beta=0.6)
    below = (demo.arrays["momentum_distance"] < 1e-6).all(axis=1)
    step = 1 + int(np.flatnonzero(~below)[-1])
    assert step < 100
    assert f"momentum is below 1e-6 from step {step} on (task solved)" in demo.text_summary()
    assert "diverges" in slice_descent_demo(lr=30.0, beta=1.0).text_summary() or not below.all()
    assert "away after 300 steps" in slice_descent_demo().text_summary()


@pytest.mark.parametrize("batch_size", [1, 8, 64, 511])
def test_the_cloud_has_the_spread_that_theory_says(batch_size):
    seen, expected = [], []
    for seed in range(8):
        demo = minibatch_demo(batch_size=batch_size, seed=seed, budget=512)
        around = demo.arrays["cloud"] - demo.arrays["full"]
        seen.append((around**2).sum(axis=1).mean())
        expected.append(float(demo.arrays["spread"]) ** 2)
    assert np.mean(seen) == pytest.approx(np.mean(expected), rel=0.15)


def test_the_full_batch_has_no_noise_and_walks_as_plain_descent():
    demo = minibatch_demo(batch_size=512, lr=0.3, budget=2048)
    x, y = problem(0)
    w = np.zeros(2)
    for _ in range(4):
        w = w - 0.3 * sum((xi @ w - yi) * xi for xi, yi in zip(x, y, strict=True)) / 512
    best = np.linalg.solve(x.T @ x, x.T @ y)
    expected = (((x @ w - y) ** 2).mean() - ((x @ best - y) ** 2).mean()) / 2
    np.testing.assert_allclose(demo.arrays["losses"][:, -1], expected, rtol=1e-9)
    assert list(demo.arrays["examples"]) == [0, 512, 1024, 1536, 2048]
    assert list(demo.arrays["cost"]) == [0, 532, 1064, 1596, 2128]


def test_restarts_side_by_side_are_single_networks_in_torch():
    demo = restarts_demo(hidden="20, 20", restarts=3, steps=10, lr=0.1).run()
    x, y = (part[:500] for part in small_digits().tensors())
    layers = first_weights(demo.state)
    for k in range(3):
        model = nn.Sequential(nn.Linear(64, 20), nn.ReLU(), nn.Linear(20, 20), nn.ReLU(), nn.Linear(20, 10))
        with torch.no_grad():
            for linear, (weights, biases) in zip(model[::2], layers, strict=True):
                linear.weight.copy_(weights[k].T)
                linear.bias.copy_(biases[k, 0])
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        for t in range(11):
            loss = nn.functional.cross_entropy(model(x), y)
            assert loss.item() == pytest.approx(demo.arrays["losses"][k, t], rel=1e-4)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    assert int(demo.arrays["parameters"]) == sum(p.numel() for p in model.parameters())


def test_the_noise_of_restarts_is_of_the_size_of_the_weights():
    for noise in (0.1, 1.0, 10.0):
        layers = first_weights({**restarts_demo().state, "noise": noise, "restarts": 10})
        for weights, _ in layers:
            around = (weights - weights.mean(dim=0)).std().item()
            bound = weights.shape[1] ** -0.5
            assert around == pytest.approx(noise * bound / 3**0.5, rel=0.1)


def test_update_cost_measures_every_size_once_the_training_has_run():
    demo = update_cost_demo(largest=200, repeats=1)
    assert "Press Start" in demo.text_summary()
    seen = [int(np.isfinite(demo.arrays["forward"]).sum()) for _ in demo.training()]
    assert seen == [1, 2, 3, 4, 5]
    assert (demo.arrays["forward"] > 0).all()
    assert (demo.arrays["backward"] > 0).all()
    assert "of 200 examples" in demo.text_summary()


def test_batch_sizes_get_equal_time_and_count_their_examples():
    demo = batch_sizes_demo(budget="0.5", lr_1=0.05).run()
    for size, seconds, examples, losses in zip(
        (20, 250, 800), *(demo.arrays[name] for name in ("seconds", "examples", "losses")), strict=True
    ):
        assert 0.5 <= seconds[-1] < 5.0
        assert (np.diff(seconds) > 0).all()
        np.testing.assert_array_equal(examples, size * np.arange(1, len(losses) + 1))
    assert "on this machine" in demo.text_summary()


def test_smoothing_is_a_mean_of_the_last_twenty():
    losses = np.random.default_rng(0).normal(size=50)
    expected = [np.mean(losses[max(0, k - 19) : k + 1]) for k in range(50)]
    np.testing.assert_allclose(smooth(losses), expected, atol=1e-12)


def test_an_own_optimizer_trains_on_the_same_batches_from_the_same_start():
    demo = training_race(Own, lr=0.1, steps=12).run()
    losses = demo.arrays["losses"]
    np.testing.assert_allclose(losses["Own"], losses["SGD"], rtol=1e-5)
    assert losses["SGD"][-1] < losses["SGD"][0]
    both = training_race_demo(lr=0.1, steps=12).run().arrays["losses"]
    np.testing.assert_allclose(both["SGD"], losses["SGD"], rtol=1e-6)


def test_a_rate_is_wrong_for_one_rule_and_right_for_another():
    demo = training_race_demo()
    demo.preset("one small rate")
    first = demo.run().text_summary().split("lr 0.002: ")[1]
    assert first.startswith("RMSProp")


def test_pieces_of_work_end_with_the_last():
    assert list(every(iter([{"k": k} for k in range(5)]), seconds=100)) == [{"k": 4}]
    assert list(every(iter([{"k": k} for k in range(3)]), seconds=0)) == [{"k": 0}, {"k": 1}, {"k": 2}]
    assert list(every(iter([]))) == []


def test_each_bug_has_one_case_and_stands_among_four_choices():
    cases = [case(number) for number in range(1, len(BUGS) + 1)]
    assert sorted(bug for bug, _ in cases) == list(range(len(BUGS)))
    for bug, choices in cases:
        assert len(set(choices)) == 4
        assert bug in choices


def test_every_faulty_loop_leaves_the_healthy_band_as_its_answer_says():
    demo, ends = which_bug_demo(reveal=True), {}
    for number in range(1, len(BUGS) + 1):
        demo.set(case=number)
        name = BUGS[case(number)[0]].name
        assert name in demo.text_summary()
        ends[name] = demo.arrays
        outside = (demo.arrays["accuracy"] < demo.arrays["min_accuracy"] - 0.02)[20:].mean()
        assert outside > 0.5, name
    assert ends["the step has the wrong sign"]["loss"][10] > ends["the step has the wrong sign"]["loss"][0]
    assert ends["all weights start at zero"]["loss"][0] == pytest.approx(np.log(10), abs=1e-6)
    assert ends["softmax is applied twice"]["loss"].min() > 1.46
    assert ends["the inputs are not normalised"]["loss"][0] > 2 * np.log(10)
    assert ends["labels are shuffled apart from the images"]["accuracy"][-1] < 0.25
    assert ends["dropout is left on when evaluating"]["loss"][-10:].mean() < 0.8


def test_the_answer_is_hidden_until_it_is_asked_for():
    demo = which_bug_demo(case=1, votes_A=3, votes_B=1)
    assert all(letter in demo.text_summary() for letter in ("A:", "B:", "C:", "D:"))
    demo.set(reveal=True)
    assert demo.text_summary().count(BUGS[case(1)[0]].name) == 1
    assert "of 4 voted for it" in demo.text_summary()


def test_the_images_for_the_browser_are_the_digits_and_those_of_mnist():
    from sklearn.datasets import load_digits

    known = {tuple(image) for image in load_digits(return_X_y=True)[0].astype(int).tolist()}
    digits = small_digits()
    assert {tuple(image) for image in digits.pixels.tolist()} <= known
    images, labels = read_sample(MNIST, train=True)
    mnist = mnist_images()
    np.testing.assert_array_equal(mnist.labels, labels[:500])
    pooled = images[7].double().reshape(14, 2, 14, 2).mean(dim=(1, 3)).flatten() / 255 * 63
    np.testing.assert_allclose(mnist.pixels[7], pooled, atol=0.5001)
    for one in (digits, mnist):
        x, _ = one.tensors()
        assert float(x.mean()) == pytest.approx(0, abs=0.02)
        assert float(x.std()) == pytest.approx(1, abs=0.02)
        assert len(one.record()["pixels"]) == x.numel() < 1e5


def test_first_layers_are_as_a_linear_layers():
    (weights, biases), (last, _) = first_layers(3, (64, 32, 10))
    assert (weights.shape, biases.shape, last.shape) == ((64, 32), (32,), (32, 10))
    assert np.abs(weights).max() < 1 / 8
    assert weights.std() == pytest.approx(1 / 8 / 3**0.5, rel=0.05)
    assert not np.array_equal(weights, first_layers(4, (64, 32, 10))[0][0])


def test_a_rule_that_is_lost_is_named_and_not_ranked():
    demo = training_race_demo(steps=30)
    losses = {
        "SGD": np.full(30, 0.5),
        "Adam": np.full(30, 99.0),
        "RMSProp": np.array([*np.full(20, 0.1), *np.full(10, np.nan)]),
    }
    demo.arrays = {"losses": losses}
    assert demo.text_summary().endswith("SGD 0.5. Diverged: Adam, RMSProp.")


def test_a_capped_loss_is_not_shown_as_a_value():
    demo = which_bug_demo(case=1)
    assert demo.arrays["loss"][-1] == 50
    assert "50.00" not in demo.text_summary()
    assert "above 50 at the end" in demo.text_summary()
