"""D6 by an independent oracle: torch's batch normalization, losses and gradients along a step."""

import numpy as np
import pytest
import torch
from torch import nn

from course_utils.widgets import smoothness_demo
from course_utils.widgets.smoothness import EPS, KINDS, _trained


def torch_network(weights, normed):
    layers = []
    for i, w in enumerate(weights):
        linear = nn.Linear(*w.shape, bias=False).double()
        with torch.no_grad():
            linear.weight.copy_(torch.tensor(w.T))
        layers.append(linear)
        if i < len(weights) - 1:
            norm = [nn.BatchNorm1d(w.shape[1], eps=EPS, affine=False).double()] if normed else []
            layers += [*norm, nn.ReLU()]
    return nn.Sequential(*layers)


def loss_and_gradient(net, x, target):
    loss = (net(x) - target).square().mean() / 2
    gradient = torch.autograd.grad(loss, list(net.parameters()))
    return loss.item(), torch.cat([g.flatten() for g in gradient])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shown", ["equal length", "equal rate"])
def test_loss_and_smoothness_are_those_of_torch(kind, shown):
    demo = smoothness_demo(trained=7, rate=0.1, reach=1.5, stretch=1.3, seed=4, shown=shown)
    weights, x, target = _trained(kind, 7, 0.1, 4)
    net = torch_network([*(1.3 * w for w in weights[:-1]), weights[-1]], kind == "batch norm")
    x, target = torch.tensor(x), torch.tensor(target)
    start, gradient = loss_and_gradient(net, x, target)
    found = demo.arrays[kind]
    assert found["norm"] == pytest.approx(gradient.norm().item())
    assert found["loss"][0] == pytest.approx(start)
    length = 1.5 * (1.0 if shown == "equal length" else gradient.norm().item())
    assert found["distance"][-1] == pytest.approx(length)
    with torch.no_grad():
        moved = nn.utils.parameters_to_vector(net.parameters()) - length * gradient / gradient.norm()
        nn.utils.vector_to_parameters(moved, net.parameters())
    end, there = loss_and_gradient(net, x, target)
    assert found["loss"][-1] == pytest.approx(end)
    assert found["smoothness"][-1] == pytest.approx(((there - gradient).norm() / length).item())


def test_training_descends():
    (_, before), (_, after) = ((n, smoothness_demo(trained=n).arrays["batch norm"]["loss"][0]) for n in (0, 100))
    assert after < 0.2 * before


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_stretching_changes_the_smoothness_of_the_normalized_network_but_not_its_loss(seed):
    one, short, long = (
        smoothness_demo(trained=100, reach=0.5, stretch=a, seed=seed).arrays["batch norm"] for a in (1.0, 0.3, 3.0)
    )
    np.testing.assert_allclose([short["loss"][0], long["loss"][0]], one["loss"][0], rtol=0.02)
    assert short["smoothness"][0] > 4 * one["smoothness"][0]
    assert long["smoothness"][0] < one["smoothness"][0] / 3


def test_the_verdict_quotes_both_networks_and_who_is_rougher():
    assert "50 times rougher without" in smoothness_demo(trained=100).text_summary()
    assert "rougher with." in smoothness_demo(trained=100, reach=0.5, stretch=0.3).text_summary()
