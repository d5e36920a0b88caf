"""`bce`, written by many hands: (bce_loss, bce_with_logits)."""

import torch
from torch.nn import functional


def with_epsilon(y, y_hat, eps=1e-7):
    return -torch.mean(y * torch.log(y_hat + eps) + (1 - y) * torch.log(1 - y_hat + eps))


def squeezed_inwards(y, y_hat):
    p = 1e-7 + (1 - 2e-7) * y_hat
    return -(y * p.log() + (1 - y) * (1 - p).log()).mean()


def picked(y, y_hat):
    right = torch.where(y > 0.5, y_hat, 1 - y_hat)
    return -(right + 1e-8).log().mean()


def textbook(y, logits):
    return (logits.clamp(min=0) - logits * y + torch.log1p(torch.exp(-logits.abs()))).mean()


def by_logsigmoid(y, logits):
    return -(y * functional.logsigmoid(logits) + (1 - y) * functional.logsigmoid(-logits)).mean()


def flipped(y, logits):
    return functional.softplus((1 - 2 * y) * logits).mean()


def naive(y, y_hat):
    return -(y * torch.log(y_hat) + (1 - y) * torch.log(1 - y_hat)).mean()


def clamped(y, y_hat):
    return naive(y, torch.clamp(y_hat, 1e-7, 1 - 1e-7))


def only_exact(y, y_hat):
    y_hat = torch.where(y_hat == 0, torch.tensor(1e-10, dtype=y_hat.dtype), y_hat)
    y_hat = torch.where(y_hat == 1, torch.tensor(1 - 1e-10, dtype=y_hat.dtype), y_hat)
    return naive(y, y_hat)


def as_numbers(y, y_hat):
    return with_epsilon(y, y_hat).item()


def summed(y, y_hat):
    return functional.binary_cross_entropy(y_hat, y, reduction="sum")


ok, ok_logits = with_epsilon, textbook
CORRECT = {
    "epsilon": (with_epsilon, textbook),
    "smaller epsilon": (lambda y, p: with_epsilon(y, p, 1e-12), by_logsigmoid),
    "squeezed": (squeezed_inwards, lambda y, z: torch.logaddexp(z, torch.zeros_like(z)).sub(y * z).mean()),
    "picked": (picked, lambda y, z: functional.binary_cross_entropy_with_logits(z, y)),
    "torch": (
        lambda y, p: functional.binary_cross_entropy(p, y),
        lambda y, z: functional.softplus((1 - 2 * y) * z).mean(),
    ),
}
MUTANTS = {
    "perfect-prediction-nan": (naive, ok_logits),
    "wrong-prediction-infinite": (lambda y, p: -torch.where(y == 1, p, 1 - p).log().mean(), ok_logits),
    "only-exact-zero-and-one-mended": (only_exact, ok_logits),
    "gradient-zero-where-clamped": (clamped, ok_logits),
    "epsilon-too-small": (lambda y, p: with_epsilon(y, p, 1e-40), ok_logits),
    "epsilon-too-large": (lambda y, p: with_epsilon(y, p, 1e-4), ok_logits),
    "sum-for-mean": (lambda y, p: with_epsilon(y, p) * len(y.flatten()), ok_logits),
    "sum-for-mean+gradient-zero-where-clamped": (lambda y, p: clamped(y, p) * y.numel(), ok_logits),
    "sum-for-mean+perfect-prediction-nan": (lambda y, p: naive(y, p) * y.numel(), ok_logits),
    "sign-flipped": (lambda y, p: -with_epsilon(y, p), ok_logits),
    "labels-exchanged": (lambda y, p: with_epsilon(1 - y, p), ok_logits),
    "base-two": (lambda y, p: -((y * (p + 1e-8).log2()) + (1 - y) * (1 - p + 1e-8).log2()).mean(), ok_logits),
    "graph-cut": (as_numbers, ok_logits),
    "positive-label-only": (lambda y, p: -(y * torch.log(p + 1e-7)).mean(), ok_logits),
    "plus-between-the-terms": (
        lambda y, p: -(y * (p + 1e-7).log() - (1 - y) * (1 - p + 1e-7).log()).mean(), ok_logits,
    ),
    "arguments-exchanged": (lambda y, p: with_epsilon(p, y), ok_logits),
    "squared-error": (lambda y, p: functional.mse_loss(p, y), ok_logits),
    "through-the-probability": (ok, lambda y, z: with_epsilon(y, torch.sigmoid(z))),
    "overflow": (ok, lambda y, z: ((1 - y) * z + torch.log(1 + torch.exp(-z))).mean()),
    "sigmoid-twice": (ok, lambda y, z: textbook(y, torch.sigmoid(z))),
    "logits-as-probabilities": (ok, naive),
    "sign-flipped+sum-for-mean": (lambda y, p: -with_epsilon(y, p), lambda y, z: textbook(y, z) * y.numel()),
}  # fmt: skip
WRONG = {
    "forgotten return": (lambda y, p: None, lambda y, z: None),
    "not reduced": (lambda y, p: -y * p, lambda y, z: -y * z),
    "constant": (lambda y, p: torch.tensor(1.0), lambda y, z: torch.tensor(0.0)),
    "one row only": (lambda y, p: with_epsilon(y[:1], p[:1]), lambda y, z: textbook(y[:1], z[:1])),
    "all pairs": (
        lambda y, p: with_epsilon(y.reshape(-1, 1), p.reshape(1, -1)),
        lambda y, z: textbook(y.reshape(-1, 1), z.reshape(1, -1)),
    ),
    "raises": (lambda y, p: y @ [], lambda y, z: z.bce(y)),
}
