"""The loss around a network: directions, planes, noise that holds still, and what scaling changes."""

import copy

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from course_utils.models.loss_landscape import (
    NoisyBatchNorm2d,
    filter_direction,
    gradient_change,
    loss_plane,
    next_noise,
    stretch_convolutions,
)


@pytest.fixture
def net():
    torch.manual_seed(0)
    norm = NoisyBatchNorm2d(4, strength=0.7)
    return nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), norm, nn.Flatten(), nn.Linear(64, 3)).double()


@pytest.fixture
def data():
    generator = torch.Generator().manual_seed(1)
    x = torch.randn(12, 1, 6, 6, generator=generator, dtype=torch.float64)
    return x, torch.arange(12) % 3


def state(net):
    return {name: value.clone() for name, value in net.state_dict().items()}


def unchanged(net, before):
    return all(torch.equal(value, before[name]) for name, value in net.state_dict().items())


def test_noise_holds_still_until_the_next_step(net, data):
    x, _ = data
    first = net(x)
    assert torch.equal(first, net(x))
    next_noise(net)
    assert not torch.allclose(first, net(x))
    assert torch.equal(copy.deepcopy(net)(x), net(x))


def test_noise_shifts_and_scales_each_channel_and_evaluation_has_none(net, data):
    x, _ = data
    z = net[1](net[0](x))
    clean = nn.BatchNorm2d(4).double()(z)
    noisy = net[2](z)
    means, stds = noisy.mean((0, 2, 3)), noisy.std((0, 2, 3))
    assert (means.abs() > 1e-3).all()
    assert (stds > clean.std((0, 2, 3))).all()
    assert (stds < 2 * 1.8).all()
    plain = nn.BatchNorm2d(4).double()
    plain.load_state_dict({k: v for k, v in net[2].state_dict().items() if k != "noise_step"})
    assert torch.equal(net[2].eval()(z), plain.eval()(z))


def test_the_change_of_the_gradient_is_that_of_a_quadratic():
    """For a linear model the change along a short step is the Hessian times the step."""
    torch.manual_seed(2)
    net, x, y = nn.Linear(5, 3).double(), torch.randn(20, 5, dtype=torch.float64), torch.arange(20) % 3
    before = state(net)
    norm, changes = gradient_change(net, x, y, [1e-4, 2e-4])

    def loss(weight, bias):
        return cross_entropy(x @ weight.T + bias, y)

    g = torch.autograd.grad(loss(net.weight, net.bias), [net.weight, net.bias])
    unit = tuple(d / torch.cat([v.flatten() for v in g]).norm() for d in g)
    _, along = torch.autograd.functional.hvp(loss, (net.weight.detach(), net.bias.detach()), unit)
    expected = torch.cat([v.flatten() for v in along]).norm().item() * 1e-4
    assert norm == pytest.approx(torch.cat([v.flatten() for v in g]).norm().item())
    np.testing.assert_allclose(changes, [expected, 2 * expected], rtol=1e-3)
    assert unchanged(net, before)


def test_a_direction_has_filters_as_long_as_those_of_the_net(net):
    direction = filter_direction(net, torch.Generator().manual_seed(3))
    for parameter, d in zip(net.parameters(), direction, strict=True):
        if parameter.ndim < 2:
            assert not d.any()
        else:
            torch.testing.assert_close(d.flatten(1).norm(dim=1), parameter.detach().flatten(1).norm(dim=1))
    other = filter_direction(net, torch.Generator().manual_seed(4))
    assert not torch.allclose(direction[0], other[0])


def test_a_plane_holds_the_losses_at_its_points_and_leaves_the_net_alone(net, data):
    x, y = data
    before = state(net)
    directions = tuple(filter_direction(net, torch.Generator().manual_seed(seed)) for seed in (5, 6))
    losses = loss_plane(net, x, y, directions, np.array([-0.5, 0.0, 1.0]))
    assert unchanged(net, before)
    moved = copy.deepcopy(net)
    with torch.no_grad():
        for parameter, a, b in zip(moved.parameters(), *directions, strict=True):
            parameter += 1.0 * a - 0.5 * b
    assert losses[1, 1] == pytest.approx(cross_entropy(net(x), y).item())
    assert losses[2, 0] == pytest.approx(cross_entropy(moved(x), y).item())
    assert losses.shape == (3, 3)


def test_a_normalized_net_does_not_notice_that_its_convolutions_are_stretched(data):
    x, y = data
    torch.manual_seed(7)
    # Almost no epsilon: with it, small activations would be noticed.
    norm = nn.BatchNorm2d(4, eps=1e-12)
    net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), norm, nn.Flatten(), nn.Linear(64, 3)).double()
    torch.testing.assert_close(stretch_convolutions(net, 5.0)(x), net(x))
    plain = nn.Sequential(net[0], net[1], net[3], net[4])
    assert not torch.allclose(stretch_convolutions(plain, 5.0)(x), plain(x))
    assert cross_entropy(net(x), y).item() == pytest.approx(cross_entropy(stretch_convolutions(net, 0.2)(x), y).item())
