"""The standardization of `convnets` as named steps: per pixel, by the training images, safe where nothing varies."""

from __future__ import annotations

from typing import Any

import torch

from autograder.kits.rules import Mistake, Rule

__all__ = ["ABOUT_SCALING", "LARGE_EPSILON", "SCALING", "UNBIASED"]


def _safe(s: Any) -> torch.Tensor:
    root: torch.Tensor = s.var**0.5
    return torch.where(root > 0, root, torch.ones_like(root))


SCALING: Rule = {
    "sample": lambda s: s.train,
    "over": lambda s: 0,
    "correction": lambda s: 0,
    "mean": lambda s: s.sample.mean(dim=s.over, keepdim=True),
    "var": lambda s: s.sample.var(dim=s.over, keepdim=True, correction=s.correction),
    "divisor": _safe,
    "scaled": lambda s: lambda x: (x - s.mean) / s.divisor,
    "scaled_test": lambda s: s.scaled(s.test),
    "returned": lambda s: (s.scaled(s.train), s.scaled_test),
}


def _own_statistics(s: Any) -> torch.Tensor:
    mean, std = s.test.mean(0, keepdim=True), s.test.var(0, keepdim=True, correction=s.correction) ** 0.5
    scaled: torch.Tensor = (s.test - mean) / torch.where(std > 0, std, torch.ones_like(std))
    return scaled


def _own_exploding(s: Any) -> torch.Tensor:
    mean, std = s.test.mean(0, keepdim=True), s.test.var(0, keepdim=True, correction=s.correction) ** 0.5
    scaled: torch.Tensor = (s.test - mean) / (std + 1e-6)
    return scaled


OWN = (
    "The test images are standardized by their own mean and standard deviation, so the same image gets other values in "
    "other company. The network was trained on the scale of the training images."
)
EXPLODES = (
    "A pixel that never changes in the training images has standard deviation 0. With a tiny constant in its place, "
    "the first test image in which it does change gets a value of hundreds or more there, which drowns all others."
)


def _exploding(epsilon: float) -> Mistake:
    return Mistake("constant-pixels-explode", EXPLODES, {"divisor": lambda s: s.var**0.5 + epsilon})


ABOUT_SCALING = (
    *(_exploding(epsilon) for epsilon in (1e-6, 1e-3)),
    Mistake("constant-pixels-explode", EXPLODES, {"divisor": lambda s: (s.var + 1e-5) ** 0.5}),
    Mistake(
        "constant-pixels-not-finite",
        "A pixel that never changes in the training images has standard deviation 0: dividing by it gives NaN or "
        "infinity.",
        {"divisor": lambda s: s.var**0.5},
    ),
    Mistake(
        "test-by-its-own-statistics",
        OWN,
        {"scaled_test": _own_statistics},
    ),
    Mistake(
        "test-by-its-own-statistics",
        OWN,
        {"scaled_test": _own_exploding, "divisor": lambda s: s.var**0.5 + 1e-6},
        pairs=False,
    ),
    Mistake(
        "statistics-of-both-sets",
        "The statistics are those of training and test images together; the test images are not to be looked at.",
        {"sample": lambda s: torch.cat([s.train, s.test])},
    ),
    Mistake(
        "one-mean-for-all-pixels",
        "One mean and one standard deviation serve all pixels; the text asks for one of each per pixel.",
        {"over": lambda s: tuple(range(s.train.ndim))},
    ),
    Mistake(
        "divides-by-variance",
        "It divides by the variance; the unit of a pixel goes away only with the standard deviation.",
        {"divisor": lambda s: torch.where(s.var > 0, s.var, torch.ones_like(s.var))},
    ),
    Mistake("not-centred", "The mean is not subtracted.", {"scaled": lambda s: lambda x: x / s.divisor}),
    Mistake(
        "not-scaled", "The pixels are centred but not divided by anything.", {"scaled": lambda s: lambda x: x - s.mean}
    ),
    Mistake("test-left-as-it-was", "The test images come back as they were.", {"scaled_test": lambda s: s.test}),
)
UNBIASED = Mistake(
    "unbiased-standard-deviation",
    "Accepted: the standard deviation is the unbiased one, with n - 1; for thousands of images it is the same.",
    {"correction": lambda s: 1},
    share=1.0,
)
LARGE_EPSILON = Mistake(
    "constant-of-a-hundredth",
    "Accepted: a constant of 0.01 is added to every standard deviation. It keeps constant pixels small, and shrinks "
    "all others a little.",
    {"divisor": lambda s: s.var**0.5 + 0.01},
    share=1.0,
)
