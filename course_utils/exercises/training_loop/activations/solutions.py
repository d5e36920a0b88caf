"""`activations`, written by many hands: (sigmoid, relu)."""

import numpy as np
import torch
from torch.nn import functional

relu = torch.relu
sigmoid = torch.sigmoid


def two_branches(x):
    e = torch.exp(-x.abs())
    return torch.where(x >= 0, 1 / (1 + e), e / (1 + e))


def masked_assignment(x):
    out = torch.empty_like(x)
    pos = x >= 0
    out[pos] = 1 / (1 + torch.exp(-x[pos]))
    ex = torch.exp(x[~pos])
    out[~pos] = ex / (1 + ex)
    return out


def through_the_softplus(x):
    return torch.exp(-torch.logaddexp(-x, torch.zeros_like(x)))


def schoolbook(x):
    return 1.0 / (1.0 + torch.exp(-x))


def overflows_where_not_chosen(x):
    return torch.where(x >= 0, 1 / (1 + torch.exp(-x)), torch.exp(x) / (1 + torch.exp(x)))


def in_place_relu(x):
    x[x < 0] = 0
    return x


def numpy_sigmoid(x):
    return torch.tensor(1 / (1 + np.exp(-x.detach().numpy())))


CORRECT = {
    "torch": (torch.sigmoid, torch.relu),
    "two branches, clamp": (two_branches, lambda x: x.clamp(min=0)),
    "masks, product": (masked_assignment, lambda x: x * (x > 0)),
    "softplus, maximum": (through_the_softplus, lambda x: torch.maximum(x, torch.zeros_like(x))),
    "log sigmoid, where": (
        lambda x: functional.logsigmoid(x).exp(),
        lambda x: torch.where(x > 0, x, torch.zeros_like(x)),
    ),
    "expit, mean of x and abs": (torch.special.expit, lambda x: (x + x.abs()) / 2),
    "maximum with a number": (torch.sigmoid, lambda x: torch.max(x, torch.tensor(0.0, dtype=x.dtype))),
}
MUTANTS = {
    "overflow-in-gradient": (schoolbook, relu),
    "overflow-in-gradient (both branches)": (overflows_where_not_chosen, relu),
    "overflow-in-gradient (clipped for float64)": (lambda x: schoolbook(torch.clamp(x, -500, 500)), relu),
    "overflow": (lambda x: x.exp() / (x.exp() + 1), relu),
    "cancellation": (lambda x: 1 - through_the_softplus(-x), relu),
    "sign-flipped": (lambda x: two_branches(-x), relu),
    "sign-flipped+overflow": (lambda x: torch.exp(-x) / (torch.exp(-x) + 1), relu),
    "tanh-for-sigmoid": (torch.tanh, relu),
    "input-clipped": (lambda x: 1 / (1 + torch.exp(-x.clip(-20, 20))), relu),
    "graph-cut": (numpy_sigmoid, relu),
    "dtype-changed": (sigmoid, lambda x: torch.maximum(x, torch.zeros(x.shape, dtype=torch.float64))),
    "dtype-lost": (lambda x: torch.sigmoid(x.float()), relu),
    "input-changed": (sigmoid, in_place_relu),
    "negative-part-kept": (sigmoid, lambda x: torch.minimum(x, torch.zeros_like(x))),
    "absolute-value": (sigmoid, lambda x: torch.sqrt(x * x)),
    "step-for-relu": (sigmoid, lambda x: (x > 0).to(x.dtype)),
    "leaky": (sigmoid, lambda x: torch.where(x > 0, x, 0.01 * x)),
    "softplus-for-relu": (sigmoid, lambda x: torch.log1p(torch.exp(-x.abs())) + x.clamp(min=0)),
    "capped-above": (sigmoid, lambda x: x.clip(0.0, 1.0)),
    "sign-flipped+negative-part-kept": (lambda x: two_branches(-x), lambda x: -torch.relu(-x)),
}
WRONG = {
    "forgotten return": (lambda x: None, lambda x: None),
    "one number for all": (lambda x: torch.sigmoid(x).mean(), lambda x: torch.relu(x).sum()),
    "not finite": (lambda x: x * float("nan"), lambda x: x * float("inf")),
    "python's max": (lambda x: 1 / (1 + 2.7**-x), lambda x: max(0, x)),
    "raises": (lambda x: x.sigmoidal(), lambda x: x.rectify()),
    "text": (lambda x: "sigmoid", lambda x: "relu"),
}
