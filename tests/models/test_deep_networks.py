"""The five kinds of layer are what their names say, and the signal is measured without touching the network."""

import copy

import pytest
import torch
from torch import nn

from course_utils.models import Layer, NeuralNetwork
from course_utils.models.deep_networks import NormalizedLayer, deep_layer_types, observe_signal
from course_utils.seeding import set_seed


class Residual(nn.Module):
    def __init__(self, dimensions, *args):
        super().__init__()
        self.linear = nn.Linear(dimensions, dimensions)

    def forward(self, x):
        return torch.relu(self.linear(x)) + x


def kinds():
    return deep_layer_types(
        layer_norm=lambda: nn.LayerNorm(20, elementwise_affine=False),
        batch_norm=lambda n: nn.BatchNorm1d(n, affine=False),
        residual=Residual,
    )


def network(name, depth=20):
    return NeuralNetwork([30, *[20] * depth, 10], kinds()[name])


@pytest.fixture
def batch():
    set_seed(0)
    return torch.randn(64, 30), torch.randint(10, (64,))


def test_normalization_stands_between_the_linear_map_and_relu():
    layer, x = NormalizedLayer(3, 4, nn.LayerNorm(4)), torch.randn(5, 3)
    expected = nn.functional.layer_norm(x @ layer.linear.weight.T + layer.linear.bias, (4,)).clamp(min=0)
    assert torch.allclose(layer(x), expected)


@pytest.mark.parametrize("name", ["plain", "layer norm", "batch norm", "residual", "residual + layer norm"])
def test_all_kinds_but_the_first_layer_are_of_the_class(name, batch):
    model = network(name)
    assert model(batch[0]).shape == (64, 10)
    assert isinstance(model.layers[1], Layer)
    types = {type(layer) for layer in model.layers[2:-1]}
    expected = {"plain": Layer, "residual": Residual, "residual + layer norm": nn.Sequential}.get(name, NormalizedLayer)
    assert types == {expected}
    assert len(model.layers[2:-1]) == 19


def test_each_kind_has_its_normalization_and_its_skip(batch):
    x = torch.randn(64, 20)
    layers = {name: make(20, 20) for name, make in kinds().items()}
    assert isinstance(layers["layer norm"].norm, nn.LayerNorm)
    assert isinstance(layers["batch norm"].norm, nn.BatchNorm1d)
    out = layers["residual + layer norm"](x)
    assert torch.allclose(out, nn.functional.layer_norm(layers["residual + layer norm"][0](x), (20,)))


def test_variances_equal_those_seen_through_hooks(batch):
    model = network("plain", depth=3)
    expected = copy.deepcopy(model)
    seen = []
    for layer in list(expected.layers)[1:-1]:
        layer.register_forward_hook(lambda module, args, out: seen.append(out) or out.retain_grad())
    inputs, labels = batch
    nn.functional.cross_entropy(expected(inputs), labels).backward()
    signal = observe_signal(model, inputs, labels)
    for i, out in enumerate(seen):
        centred = out - out.mean(dim=0)
        assert signal.activation_variance[i] == pytest.approx((centred**2).mean().item(), rel=1e-5)
        # The mean loss of 64 images gives each of them 1/64 of its own gradient.
        own = 64 * out.grad
        assert signal.gradient_variance[i] == pytest.approx(float(own.var(correction=0)), rel=1e-5)


def test_a_signal_that_only_depends_on_the_unit_does_not_count(batch):
    model = network("plain", depth=2)
    with torch.no_grad():
        model.layers[1].linear.weight.zero_()
        model.layers[1].linear.bias.copy_(torch.arange(20.0))
    assert observe_signal(model, *batch).activation_variance == (0.0, 0.0)


def test_observing_changes_nothing(batch):
    model = network("batch norm").eval()
    before = copy.deepcopy(model.state_dict())
    observe_signal(model, *batch)
    assert not model.training
    assert all(parameter.grad is None for parameter in model.parameters())
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def test_a_plain_network_loses_the_signal_and_a_residual_one_keeps_it(batch):
    plain, residual = (observe_signal(network(name), *batch).activation_variance for name in ("plain", "residual"))
    assert plain[-1] < 1e-8 * plain[0]
    assert residual[-1] > residual[0]


def test_attached_statistics_are_named(batch):
    class Attached(nn.Module):
        def __init__(self):
            super().__init__()
            self.mean = torch.zeros(20)

        def forward(self, x):
            self.mean = 0.9 * self.mean + 0.1 * x.mean(dim=0)
            return x - x.mean(dim=0)

    model = NeuralNetwork([30, 20, 20, 10], lambda before, after: NormalizedLayer(before, after, Attached()))
    model(batch[0])
    with pytest.raises(RuntimeError, match="detached"):
        observe_signal(model, *batch)


def test_one_image_does_not_vary(batch):
    with pytest.raises(ValueError, match="at least two"):
        observe_signal(network("plain"), batch[0][:1], batch[1][:1])
