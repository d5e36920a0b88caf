"""What is right and wrong in `clip_grad_norm`: where the norm is too large, all gradients times max_norm / norm.

Pascanu, Mikolov and Bengio 2013.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.catalogue.edit import edit
from autograder.catalogue.ways import solution_part
from course_utils.checks.labels import Label
from course_utils.exercises.optimizers.schedules.probe import TENSORS
from course_utils.kits.probe import Inputs

__all__ = ["CLIPPING_PART", "fresh_gradients"]

SHAPES = {"a": (2, 3), "b": (4,), "c": (3, 1)}
# How long each tensor is, in units of the largest norm that is allowed: long as a whole, and one short by itself.
LENGTHS = {"long": (1.5, 0.5, 2.0), "short": (0.5, 0.3, 0.4), "zero": (0.0, 0.0, 0.0)}

NORM = "torch.cat([grad.flatten() for grad in grads]).norm()"
CHANGE = "grad.mul_(max_norm / norm)"
CLIP = f"if norm > max_norm:\n    for grad in grads:\n        {CHANGE}"
RETURNED = "return norm.item()"
ALWAYS_SCALED = "Gradients that are short enough are also scaled: they become longer."

MISTAKES = (
    edit(
        "norm-per-tensor",
        "Every tensor is clipped by its own norm, so the direction of the whole step changes; one norm and one factor "
        "hold for all of them.",
        {CLIP: "for grad in grads:\n    if grad.norm() > max_norm:\n        grad.mul_(max_norm / grad.norm())"},
    ),
    edit(
        "clipped-by-value",
        "Every entry is clipped by itself: that changes the direction, and the norm may still be too large.",
        {CLIP: "for grad in grads:\n    grad.clamp_(-max_norm, max_norm)"},
    ),
    edit("always-scaled", ALWAYS_SCALED, {"norm > max_norm": "True"}),
    edit("always-scaled", ALWAYS_SCALED, {"norm > max_norm": "norm > 0"}),
    edit(
        "scaled-to-one",
        "Gradients that are too long are scaled to norm 1 instead of max_norm.",
        {CHANGE: "grad.mul_(1 / norm)"},
    ),
    edit(
        "factor-inverted",
        "The factor is the wrong way round: gradients that are too long become longer.",
        {CHANGE: "grad.mul_(norm / max_norm)"},
    ),
    edit(
        "gradients-not-changed",
        "The gradients are what they were before the call: they have to be changed in place.",
        {CHANGE: "grad = grad * (max_norm / norm)"},
        pairs=False,  # returned besides, the argument itself would be a pair
    ),
    edit(
        "new-list-returned",
        "The clipped gradients are returned as a new list; the optimizer still holds the old ones and steps with "
        "them. Change them in place and return the norm.",
        {CLIP: "grads = [grad * min(1.0, max_norm / norm) for grad in grads]", RETURNED: "return grads"},
        pairs=False,
    ),
    edit(
        "norm-not-rooted",
        "The sum of squares is used as the norm; its root is missing.",
        {NORM: "torch.cat([grad.flatten() for grad in grads]).square().sum()"},
    ),
    edit(
        "sum-of-norms",
        "The norms of the tensors are added; the squares have to be added, under one root.",
        {NORM: "sum(grad.norm() for grad in grads)"},
    ),
    edit(
        "largest-entry",
        "The norm is the size of the largest entry here.",
        {NORM: "max(grad.abs().max() for grad in grads)"},
    ),
    edit(
        "largest-norm",
        "The norm is that of the longest tensor only.",
        {NORM: "max(grad.norm() for grad in grads)"},
    ),
    edit(
        "absolute-values",
        "The sizes of the entries are added: that is the 1-norm, not the Euclidean one.",
        {NORM: "sum(grad.abs().sum() for grad in grads)"},
    ),
    edit(
        "root-mean-square",
        "The mean of the squares is taken instead of their sum: the norm becomes that of a typical entry.",
        {NORM: "torch.cat([grad.flatten() for grad in grads]).square().mean().sqrt()"},
    ),
    edit("last-tensor-only", "Only the last tensor counts in the norm.", {NORM: "grads[-1].norm()"}),
    edit(
        "norm-after-clipping",
        "The norm after clipping is returned; the one from before says whether and how much was clipped.",
        {RETURNED: "return min(norm.item(), max_norm)"},
        share=0.75,
    ),
)


def fresh_gradients(rng: np.random.Generator) -> Inputs:
    """Draw gradients of given lengths, with norms large enough for a small constant beside them not to count."""
    allowed = rng.uniform(3.0, 6.0)
    inputs: dict[str, NDArray[Any]] = {"max_norm": np.array(allowed)}
    for case, lengths in LENGTHS.items():
        for name, length in zip(TENSORS, lengths, strict=True):
            drawn = rng.normal(size=SHAPES[name])
            inputs[f"{case}_{name}"] = drawn * (allowed * length / np.linalg.norm(drawn))
    return inputs


CLIPPING_PART = solution_part(
    "schedules",
    "clip_grad_norm",
    MISTAKES,
    labels={
        "long": Label("gradients that are too long, after the call"),
        "short": Label("gradients that are short enough, after the call"),
        "zero": Label("gradients that are all zero, after the call"),
        "norms": Label("norm that is returned"),
        "new_list": Label("a list of gradients was returned", statement=True),
    },
    reread="section 2.7, clipping",
    words={"grad": "gradient", "grads": "list of gradients", "max_norm": "limit"},
    # Libraries add 1e-6 to the norm before they divide.
    rtol=1e-5,
)
