"""D6 by an independent oracle: torch's modules for batch normalization, their losses and gradients along a step."""

import numpy as np
import pytest
import torch
from torch import nn

from course_utils.widgets import smoothness_demo
from course_utils.widgets.digit_training import RULES, first_layers, small_digits
from course_utils.widgets.smoothness import EPS, IMAGES, KINDS, SIZES
from tests.widgets.conftest import make

SETTINGS = {"trained": 12, "rule": "heavy ball", "batch_size": 20, "lr": 0.05, "seed": 4}


def images():
    pixels, labels = small_digits().pixels, small_digits().labels
    return torch.tensor((pixels - pixels.mean()) / pixels.std()), torch.tensor(labels)


def network(kind, seed, stretch=1.0):
    """Return the network as modules; the scale of the normalization stays 1."""
    (hidden, shifts), (last, biases) = (map(torch.tensor, layer) for layer in first_layers(seed, SIZES))
    first = nn.Linear(64, 32, bias=kind == "without").double()
    norm = nn.BatchNorm1d(32, eps=EPS).double()
    norm.weight.requires_grad_(False)
    end = nn.Linear(32, 10).double()
    with torch.no_grad():
        first.weight.copy_(stretch * hidden.T)
        (norm if kind == "batch norm" else first).bias.copy_(shifts)
        end.weight.copy_(last.T)
        end.bias.copy_(biases)
    return nn.Sequential(first, *([norm] if kind == "batch norm" else []), nn.ReLU(), end)


def learned(net):
    return [parameter for parameter in net.parameters() if parameter.requires_grad]


def loss_and_gradient(net):
    x, y = images()
    loss = nn.functional.cross_entropy(net(x[:IMAGES]), y[:IMAGES])
    return loss.item(), torch.cat([g.flatten() for g in torch.autograd.grad(loss, learned(net))])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shown", ["equal length", "equal rate"])
def test_loss_and_smoothness_are_those_of_modules(kind, shown):
    demo = smoothness_demo(trained=0, reach=1.5, stretch=1.3, seed=4, shown=shown)
    net = network(kind, 4, stretch=1.3)
    start, gradient = loss_and_gradient(net)
    found = demo.arrays[kind]
    assert found["norm"] == pytest.approx(gradient.norm().item())
    assert found["loss"][0] == pytest.approx(start)
    length = 1.5 * (1.0 if shown == "equal length" else gradient.norm().item())
    assert found["distance"][-1] == pytest.approx(length)
    with torch.no_grad():
        moved = nn.utils.parameters_to_vector(learned(net)) - length * gradient / gradient.norm()
        nn.utils.vector_to_parameters(moved, learned(net))
    end, there = loss_and_gradient(net)
    assert found["loss"][-1] == pytest.approx(end)
    assert found["smoothness"][-1] == pytest.approx(((there - gradient).norm() / length).item())


@pytest.mark.parametrize("rule", RULES)
def test_the_plain_network_trains_as_in_the_race_of_update_rules(rule):
    settings = {**SETTINGS, "rule": rule}
    race = make("training_race_demo", steps=settings.pop("trained"), **settings).run()
    ours = smoothness_demo(**{**SETTINGS, "rule": rule}).arrays["without"]["losses"]
    np.testing.assert_allclose(ours, race.arrays["losses"][rule], atol=1e-4)


def test_both_networks_begin_alike_and_learn():
    arrays = smoothness_demo(trained=200).arrays
    for kind in KINDS:
        assert arrays[kind]["losses"].shape == (200,)
        assert arrays[kind]["loss"][0] < 0.1 * arrays[kind]["losses"][0]


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_stretching_changes_the_smoothness_of_the_normalized_network_but_not_its_loss(seed):
    one, short, long = (
        smoothness_demo(trained=200, reach=0.5, stretch=a, seed=seed).arrays["batch norm"] for a in (1.0, 0.3, 3.0)
    )
    np.testing.assert_allclose([short["loss"][0], long["loss"][0]], one["loss"][0], rtol=0.05)
    assert short["smoothness"][0] > 4 * one["smoothness"][0]
    assert long["smoothness"][0] < one["smoothness"][0] / 3


def test_the_verdict_quotes_both_networks_and_who_is_rougher():
    assert "9.9 times rougher without" in smoothness_demo(trained=200).text_summary()
    assert "1.2 times rougher with." in smoothness_demo(trained=200, reach=0.5, stretch=0.3).text_summary()
