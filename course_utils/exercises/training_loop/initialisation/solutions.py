"""`make_layer(d0, d1, activation)`, written by many hands."""

import math

import numpy as np
import torch


def layer(std, bias=lambda d0, d1: torch.zeros(d1, dtype=torch.float64), draw=None, dtype=torch.float64):
    def make_layer(d0, d1, activation):
        w = draw(d0, d1) if draw else torch.randn(d0, d1, dtype=torch.float64)
        return (w * std(d0, d1)).to(dtype), bias(d0, d1).to(dtype), activation

    return make_layer


def he(d0, d1):
    return math.sqrt(2 / d0)


def by_torch(d0, d1, activation):
    w = torch.empty(d1, d0, dtype=torch.float64)
    torch.nn.init.kaiming_normal_(w, nonlinearity="relu")
    return w.T, torch.zeros(d1, dtype=torch.float64), activation


def by_torch_turned(d0, d1, activation):
    w = torch.empty(d0, d1)
    torch.nn.init.kaiming_normal_(w, nonlinearity="relu")
    return w, torch.zeros(d1), activation


def by_numpy(d0, d1, activation):
    w = np.random.default_rng().normal(0, np.sqrt(2 / d0), size=(d0, d1))
    return torch.from_numpy(w).requires_grad_(), torch.zeros(d1).double().requires_grad_(), activation


def seen_in_an_assignment(d0, d1, activation):
    epsilon = np.sqrt(2 / d1)
    w = torch.normal(0, epsilon**2, (d0, d1))
    return w, torch.zeros(d1), activation


def linear_module(d0, d1, activation):
    module = torch.nn.Linear(d0, d1)
    return module.weight.detach().T, torch.zeros(d1), activation


def seeded(d0, d1, activation):
    torch.manual_seed(0)
    return torch.randn(d0, d1) * (2 / d0) ** 0.5, torch.zeros(d1), activation


def layer_with_float32_biases(d0, d1, activation):
    return torch.randn(d0, d1, dtype=torch.float64) * he(d0, d1), torch.zeros(d1), activation


def symmetric_uniform(d0, d1):
    return torch.rand(d0, d1, dtype=torch.float64) * 2 - 1


CORRECT = {
    "randn": layer(he),
    "torch": by_torch,
    "numpy": by_numpy,
    "list": lambda d0, d1, h: [torch.normal(0.0, he(d0, d1), (d0, d1)).double(), torch.zeros(d1).double(), h],
}
VARIANTS = {
    "uniform": layer(lambda d0, d1: math.sqrt(6 / d0), draw=symmetric_uniform),
}
MUTANTS = {
    "fan-out-for-fan-in": layer(lambda d0, d1: math.sqrt(2 / d1)),
    "variance-as-std": layer(lambda d0, d1: 2 / d0),
    "fan-out-for-fan-in+variance-as-std+float32": seen_in_an_assignment,
    "gain-one": layer(lambda d0, d1: d0**-0.5),
    "mean-of-fans": layer(lambda d0, d1: (2 / (d0 + d1)) ** 0.5),
    "size-not-scaled": layer(lambda d0, d1: 1.0),
    "all-zero": layer(lambda d0, d1: 0.0),
    "all-equal": layer(lambda d0, d1: 0.01, draw=lambda d0, d1: torch.ones(d0, d1)),
    "units-equal": layer(he, draw=lambda d0, d1: torch.randn(d0, 1).expand(d0, d1)),
    "same-weights-every-time+float32": seeded,
    "biases-not-zero": layer(he, bias=lambda d0, d1: torch.randn(d1)),
    "float32": layer(he, dtype=torch.float32),
    "float32 (by default)": lambda d0, d1, h: (torch.randn(d0, d1) * he(d0, d1), torch.zeros(d1), h),
    "float32 (biases only)": layer_with_float32_biases,
    "float32 (uniform)": lambda d0, d1, h: ((torch.rand(d0, d1) - 0.5) * math.sqrt(24 / d0), torch.zeros(d1), h),
    "not-centred": layer(he, draw=lambda d0, d1: torch.rand(d0, d1)),
    "bound-for-std": layer(he, draw=symmetric_uniform),
    "gain-one+bound-for-std+float32": linear_module,
    "fan-out-for-fan-in+float32": layer(lambda d0, d1: (2 / d1) ** 0.5, dtype=torch.float32),
    "fan-out-for-fan-in+float32 (by torch)": by_torch_turned,
    "size-not-scaled+biases-not-zero": layer(lambda d0, d1: 1.0, bias=lambda d0, d1: torch.ones(d1)),
}

WRONG = {
    "forgotten return": lambda d0, d1, h: None,
    "two values": lambda d0, d1, h: (torch.randn(d0, d1), torch.zeros(d1)),
    "transposed": lambda d0, d1, h: (torch.randn(d1, d0) * he(d0, d1), torch.zeros(d1), h),
    "bias as a row": lambda d0, d1, h: (torch.randn(d0, d1) * he(d0, d1), torch.zeros(1, d1), h),
    "result of the activation": lambda d0, d1, h: (torch.randn(d0, d1) * he(d0, d1), torch.zeros(d1), h(0)),
    "a tenth": layer(lambda d0, d1: 0.1 * he(d0, d1)),
    "constant scale": layer(lambda d0, d1: 0.02),
    "not a number": layer(lambda d0, d1: float("nan")),
}
CORRECT, VARIANTS, MUTANTS, WRONG = (
    {name: (f,) for name, f in kind.items()} for kind in (CORRECT, VARIANTS, MUTANTS, WRONG)
)
