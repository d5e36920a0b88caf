"""The convolutional network of `convnets` as named choices, so that a mistake is another choice."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import torch
from torch import nn

from autograder.kits.programs import perform
from autograder.kits.rules import Mistake, Rule

__all__ = ["NET", "NET_MISTAKES", "NORM_MISTAKES", "PLAIN_MISTAKES", "WITHOUT_BIAS", "factory"]

NET: Rule = {
    "kernel": lambda s: 5,
    "padding": lambda s: s.kernel // 2,
    "channels": lambda s: (16, 32),
    "bias": lambda s: True,
    "activate": lambda s: nn.ReLU,
    "pool": lambda s: nn.MaxPool2d(2),
    "norm": lambda s: "after the pool",
    "normalisation": lambda s: nn.BatchNorm2d,
    "normalised": lambda s: (True, True),
    "stages": lambda s: [_stage(s, i) for i in (0, 1)],
    "side": lambda s: (28 + 2 * s.padding - s.kernel + 1) // 2,
    "outputs": lambda s: s.num_classes,
    "head": lambda s: [nn.Flatten(), nn.Linear(_flat_size(s.stages), s.outputs)],
    "last": lambda s: [],
    "net": lambda s: nn.Sequential(*(layer for stage in s.stages for layer in stage), *s.head, *s.last),
}


def _stage(s: SimpleNamespace, index: int) -> list[nn.Module]:
    before, after = (1, *s.channels)[index : index + 2]
    layers: dict[str, nn.Module] = {
        "convolution": nn.Conv2d(before, after, s.kernel, padding=s.padding, bias=s.bias),
        "activation": s.activate(),
        "pool": s.pool,
    }
    norm = [s.normalisation(after)] if s.normalised[index] else []
    order: list[nn.Module] = []
    for name, layer in layers.items():
        order.append(layer)
        if s.norm == f"after the {name}":
            order += norm
    return order


def _flat_size(stages: list[list[nn.Module]]) -> int:
    """Return the number of values per image after the stages, from a dummy image."""
    net = nn.Sequential(*(layer for stage in stages for layer in stage)).eval()
    with torch.no_grad():
        return int(net(torch.zeros(1, 1, 28, 28)).numel())


def factory(program: Rule) -> Callable[..., Any]:
    """Return what a student's class would be: `num_classes` in, a network out."""

    def make(num_classes: int = 10) -> nn.Module:
        net: nn.Module = perform(program, num_classes=num_classes).net
        return net

    return make


class _WithoutBiasNorm(nn.BatchNorm2d):
    def __init__(self, features: int) -> None:
        super().__init__(features, affine=False)


NET_MISTAKES = (
    Mistake(
        "no-padding",
        "The convolutions have no padding, so each one takes four rows and columns off the image: the second stage "
        "ends at 4 by 4, and not at 7 by 7.",
        {"padding": lambda s: 0},
    ),
    Mistake("kernel-of-three", "The kernels have 3 by 3 weights; the table asks for 5 by 5.", {"kernel": lambda s: 3}),
    Mistake(
        "average-pooling",
        "The pooling takes the mean of four values; the table asks for the largest.",
        {"pool": lambda s: nn.AvgPool2d(2)},
    ),
    Mistake(
        "activation-missing",
        "There is no ReLU, so the convolutions, whatever their number, amount to little more than one linear map.",
        {"activate": lambda s: nn.Identity},
    ),
    Mistake(
        "softmax-at-the-end",
        "The outputs are probabilities. cross_entropy applies the softmax itself; doing it twice flattens the loss, "
        "which then cannot fall below about 1.46.",
        {"last": lambda s: [nn.Softmax(dim=1)]},
    ),
    Mistake(
        "log-softmax-at-the-end",
        "The outputs are log-probabilities. The loss is the same, because the log-softmax of log-probabilities changes "
        "nothing, but the text asks for logits.",
        {"last": lambda s: [nn.LogSoftmax(dim=1)]},
        share=0.75,
    ),
    Mistake(
        "activation-at-the-end",
        "A ReLU cuts off the negative logits, and with them the gradient of every class that is judged unlikely.",
        {"last": lambda s: [nn.ReLU()]},
    ),
    Mistake(
        "num-classes-ignored",
        "The network always has ten outputs, whatever num_classes says.",
        {"outputs": lambda s: 10},
        share=0.75,
    ),
)
NORM_MISTAKES = (
    Mistake(
        "norm-before-activation",
        "The normalization stands between convolution and ReLU, which is a common place for it; here it follows the "
        "pooling.",
        {"norm": lambda s: "after the convolution"},
        share=0.75,
    ),
    Mistake(
        "norm-before-pooling",
        "The normalization stands between ReLU and pooling; here it follows the pooling.",
        {"norm": lambda s: "after the activation"},
        share=0.75,
    ),
    Mistake(
        "not-normalised",
        "There is no batch normalization: this is ConvNet again.",
        {"norm": lambda s: "nowhere"},
        share=0.0,
    ),
    Mistake("one-stage-normalised", "Only the first stage is normalized.", {"normalised": lambda s: (True, False)}),
    Mistake("one-stage-normalised", "Only the second stage is normalized.", {"normalised": lambda s: (False, True)}),
    Mistake(
        "gain-and-shift-missing",
        "The normalization has no gain and shift to train, which BatchNorm2d has by default.",
        {"normalisation": lambda s: _WithoutBiasNorm},
        share=0.75,
    ),
)
PLAIN_MISTAKES = (
    Mistake(
        "normalised",
        "This network has batch normalization, so there is nothing left to compare the other one with.",
        {"norm": lambda s: "after the pool"},
        share=0.0,
    ),
)
WITHOUT_BIAS = Mistake(
    "convolutions-without-bias",
    "Accepted: the convolutions have no bias. A bias is useless only where the normalization follows at once; here a "
    "ReLU lies between, so it could be of use.",
    {"bias": lambda s: False},
    share=1.0,
)
