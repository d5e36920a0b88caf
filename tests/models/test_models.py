"""The networks have the shapes and the layers that the course describes."""

import pytest
import torch
from torch import nn

from course_utils.models import MLP, Layer, NeuralNetwork
from course_utils.optimizers import SGDOptimizer, zero_grad


def test_a_layer_is_linear_then_relu():
    layer, x = Layer(3, 4), torch.randn(5, 3)
    expected = (x @ layer.linear.weight.T + layer.linear.bias).clamp(min=0)
    assert torch.allclose(layer(x), expected)


def test_the_chosen_layer_class_is_used_where_sizes_are_equal_only():
    made = []

    def layer_class(before, after):
        made.append((before, after))
        return Layer(before, after)

    network = NeuralNetwork([784, *[20] * 20, 10], layer_class)
    assert made == [(20, 20)] * 19
    assert network(torch.zeros(2, 1, 28, 28)).shape == (2, 10)
    assert isinstance(network.layers[-1], nn.Linear)


def test_a_network_needs_two_sizes():
    with pytest.raises(ValueError, match="input and an output"):
        NeuralNetwork([10])


@pytest.mark.parametrize("hidden", [(), (10,), (200, 100)])
def test_an_mlp_returns_log_probabilities(hidden):
    out = MLP(784, 10, hidden)(torch.randn(6, 28, 28))
    assert out.shape == (6, 10)
    assert torch.allclose(out.exp().sum(dim=1), torch.ones(6))


def test_an_mlp_can_do_without_biases():
    assert all(p.ndim == 2 for p in MLP(8, 3, (5,), use_bias=False).parameters())


def test_sgd_equals_torchs():
    ours, theirs = nn.Linear(4, 3), nn.Linear(4, 3)
    theirs.load_state_dict(ours.state_dict())
    mine, reference = SGDOptimizer(ours.parameters(), lr=0.07), torch.optim.SGD(theirs.parameters(), lr=0.07)
    for _ in range(3):
        x = torch.randn(8, 4)
        for model, stepper in ((ours, mine), (theirs, reference)):
            model.zero_grad()
            model(x).square().mean().backward()
            stepper.step()
    for a, b in zip(ours.parameters(), theirs.parameters(), strict=True):
        assert torch.allclose(a, b)


def test_sgd_leaves_a_parameter_without_gradient_alone():
    parameter = torch.ones(2, requires_grad=True)
    SGDOptimizer([parameter]).step()
    assert torch.equal(parameter, torch.ones(2))


def test_zero_grad_empties_gradients_in_place():
    parameter = torch.ones(2, requires_grad=True)
    parameter.sum().backward()
    kept = parameter.grad
    zero_grad([parameter, torch.ones(1, requires_grad=True)])
    assert parameter.grad is kept
    assert not kept.any()
