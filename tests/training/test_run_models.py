"""Runs that share their passes give what single runs give; classes that do not allow it are run alone."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from course_utils.data import load_fashion_mnist
from course_utils.models import Layer
from course_utils.optimizers import SGDOptimizer
from course_utils.training import run_models
from course_utils.training.setup import prepare
from course_utils.training.stacked import StackedModels


class Momentum(SGDOptimizer):
    def __init__(self, parameters, lr):
        super().__init__(parameters, lr)
        self.velocities = [torch.zeros_like(parameter) for parameter in self.parameters]

    def step(self):
        for parameter, velocity in zip(self.parameters, self.velocities, strict=True):
            velocity.mul_(0.9).add_(parameter.grad, alpha=0.1)
            parameter.data -= self.lr * velocity


class ClippedByGlobalNorm(SGDOptimizer):
    def step(self):
        norm = torch.sqrt(sum((parameter.grad**2).sum() for parameter in self.parameters))
        for parameter in self.parameters:
            parameter -= self.lr * parameter.grad / norm


class BatchNormLayer(nn.Module):
    """Running statistics are put in place as new tensors, as many students write it."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.linear = nn.Linear(inputs, outputs)
        self.register_buffer("running_mean", torch.zeros(outputs))
        self.register_buffer("running_var", torch.ones(outputs))

    def forward(self, x):
        z = self.linear(x)
        mean, var = (z.mean(0), z.var(0, unbiased=False)) if self.training else (self.running_mean, self.running_var)
        if self.training:
            self.running_mean = 0.9 * self.running_mean + 0.1 * mean.detach()
            self.running_var = 0.9 * self.running_var + 0.1 * var.detach()
        return torch.relu((z - mean) / torch.sqrt(var + 1e-5))


class TorchBatchNormLayer(nn.Sequential):
    def __init__(self, inputs, outputs):
        super().__init__(nn.Linear(inputs, outputs), nn.BatchNorm1d(outputs), nn.ReLU())


class LooksAtNumbers(Layer):
    def forward(self, x):
        return super().forward(x) if float(x.abs().max()) > 0 else x


class CountsItsCalls(Layer):
    def __init__(self, inputs, outputs):
        super().__init__(inputs, outputs)
        self.calls = 0

    def forward(self, x):
        self.calls += 1
        return super().forward(x) / self.calls


class DropoutLayer(Layer):
    def forward(self, x):
        return nn.functional.dropout(super().forward(x), 0.2, self.training)


@pytest.fixture(scope="module")
def data():
    train, test = load_fashion_mnist(), load_fashion_mnist(train=False)
    return train.subset(torch.arange(300)), test.subset(torch.arange(100))


def _losses(runs):
    return np.array([run.batch_losses for run in runs])


@pytest.mark.parametrize("layer_type", [Layer, BatchNormLayer, TorchBatchNormLayer])
def test_together_gives_what_single_runs_give(data, layer_type):
    options = {"data": data, "epochs": 2, "batch_size": 64, "learning_rate": 0.02, "seeds": (3, 5)}
    shared = run_models(Momentum, layer_type, together=True, **options)
    single = run_models(Momentum, layer_type, together=False, **options)
    assert [run.settings.get("together") for run in shared] == [2, 2]
    assert [run.settings["seed"] for run in shared] == [3, 5]
    # float32: sums in another order; the order of the images and the first weights are the same bits.
    np.testing.assert_allclose(_losses(shared), _losses(single), rtol=1e-4)
    np.testing.assert_allclose([run.valid_loss for run in shared], [run.valid_loss for run in single], rtol=1e-4)
    for one, other in zip(shared, single, strict=True):
        for name, value in one.model.state_dict().items():
            torch.testing.assert_close(value, other.model.state_dict()[name], rtol=1e-3, atol=1e-4)


def test_a_stacked_pass_equals_single_passes_in_float64(data):
    """Losses, gradients and running statistics against torch's autograd, network by network."""
    options = {"learning_rate": 0.1, "device": "cpu", "data": data, "label": None, "epochs": 1, "batch_size": 32}
    models = [prepare(SGDOptimizer, BatchNormLayer, [8, 8, 8], seed=s, **options).model.double() for s in (1, 2, 3)]
    x = torch.randn(3, 32, 1, 28, 28, dtype=torch.float64)
    y = torch.randint(10, (3, 32))
    for record in (False, True):
        stack = StackedModels(models, record=record)
        for _ in range(2):
            losses, gradients = stack.losses_and_gradients(x, y)
        for index, model in enumerate(models):
            twin = prepare(SGDOptimizer, BatchNormLayer, [8, 8, 8], seed=0, **options).model.double()
            twin.load_state_dict(model.state_dict())
            twin(x[index])
            loss = nn.functional.cross_entropy(twin(x[index]), y[index])
            loss.backward()
            torch.testing.assert_close(losses[index], loss.detach(), rtol=1e-12, atol=0)
            for name, parameter in twin.named_parameters():
                torch.testing.assert_close(gradients[name][index], parameter.grad, rtol=1e-9, atol=1e-14)
            for name, buffer in twin.named_buffers():
                torch.testing.assert_close(stack.buffers[name][index], buffer, rtol=1e-12, atol=1e-14)


def test_several_optimizers_share_the_passes(data):
    options = {"data": data, "epochs": 1, "batch_size": 100, "learning_rate": 0.05, "seeds": (0, 1)}
    shared = run_models([SGDOptimizer, Momentum], together=True, **options)
    single = [run_models(optimizer, together=False, **options) for optimizer in (SGDOptimizer, Momentum)]
    assert [[run.label for run in runs] for runs in shared] == [["SGDOptimizer"] * 2, ["Momentum"] * 2]
    assert shared[0][0].settings["together"] == 4
    for ones, others in zip(shared, single, strict=True):
        np.testing.assert_allclose(_losses(ones), _losses(others), rtol=1e-5)


@pytest.mark.parametrize(
    ("optimizer", "layer_type"),
    [
        (ClippedByGlobalNorm, Layer),
        (SGDOptimizer, LooksAtNumbers),
        (SGDOptimizer, CountsItsCalls),
        (SGDOptimizer, DropoutLayer),
    ],
)
def test_classes_that_cannot_share_are_run_alone_with_the_same_result(data, optimizer, layer_type):
    options = {"data": data, "epochs": 1, "batch_size": 100, "learning_rate": 0.05, "seeds": (0, 1)}
    asked = run_models(optimizer, layer_type, together=True, **options)
    single = run_models(optimizer, layer_type, together=False, **options)
    assert "together" not in asked[0].settings
    assert [run.batch_losses for run in asked] == [run.batch_losses for run in single]


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_together_on_a_gpu_gives_what_a_run_on_the_cpu_gives(data):
    options = {"data": data, "epochs": 2, "batch_size": 64, "learning_rate": 0.02, "seeds": (3, 5)}
    shared = run_models(Momentum, BatchNormLayer, together=True, device="cuda", **options)
    single = run_models(Momentum, BatchNormLayer, together=False, **options)
    assert [run.settings.get("together") for run in shared] == [2, 2]
    np.testing.assert_allclose(_losses(shared), _losses(single), rtol=1e-2)


def test_nothing_to_run_is_refused(data):
    with pytest.raises(ValueError, match="at least one seed"):
        run_models(seeds=(), data=data)
    with pytest.raises(ValueError, match="one optimizer"):
        run_models([], data=data)


def test_images_of_another_size_are_refused_before_training(data):
    small = replace(data[1], data=data[1].data[:, :14, :14])
    with pytest.raises(ValueError, match="one size, found 28 x 28 and 14 x 14"):
        run_models(data=(data[0], small), seeds=(0,))
