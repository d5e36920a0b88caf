"""Clipping of gradients: one norm over all of them, and one factor for all where it is too large."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.catalogue.answer import AnswerPart, Simulate
from autograder.kits.closed_form import evaluate
from autograder.kits.rules import Mistake, Rule, alternatives
from course_utils.exercises.optimizers.schedules.probe import CASES, TENSORS
from course_utils.kits.probe import Inputs, Outputs

__all__ = ["CLIPPING_PART", "fresh_gradients"]

Array = NDArray[Any]
SHAPES = {"a": (2, 3), "b": (4,), "c": (3, 1)}
# How long each tensor is, in units of the largest norm that is allowed: long as a whole, and one short by itself.
LENGTHS = {"long": (1.5, 0.5, 2.0), "short": (0.5, 0.3, 0.4), "zero": (0.0, 0.0, 0.0)}


def _root(grads: list[Array]) -> Any:
    return np.sqrt(sum((grad**2).sum() for grad in grads))


def _factor(norm: Any, allowed: Any) -> Any:
    return np.where(norm > allowed, allowed / norm, 1.0)


RULE: Rule = {
    "norm": lambda s: _root(s.given),
    "factors": lambda s: [_factor(s.norm, s.allowed)] * len(s.given),
    "grads": lambda s: [grad * factor for grad, factor in zip(s.given, s.factors, strict=True)],
    "returned": lambda s: s.norm,
    "listed": lambda s: 0.0,
}

MISTAKES = (
    Mistake(
        "norm-per-tensor",
        "Every tensor is clipped by its own norm, so the direction of the whole step changes; one norm and one factor "
        "hold for all of them.",
        {"factors": lambda s: [_factor(_root([grad]), s.allowed) for grad in s.given]},
    ),
    Mistake(
        "clipped-by-value",
        "Every entry is clipped by itself: that changes the direction, and the norm may still be too large.",
        {"grads": lambda s: [np.clip(grad, -s.allowed, s.allowed) for grad in s.given]},
    ),
    Mistake(
        "always-scaled",
        "Gradients that are short enough are scaled, too: they become longer.",
        {"factors": lambda s: [s.allowed / s.norm] * len(s.given)},
    ),
    Mistake(
        "always-scaled",
        "Gradients that are short enough are scaled, too: they become longer.",
        {"factors": lambda s: [s.allowed / s.norm if s.norm else 1.0] * len(s.given)},
    ),
    Mistake(
        "scaled-to-one",
        "Gradients that are too long are scaled to norm 1 instead of max_norm.",
        {"factors": lambda s: [np.where(s.norm > s.allowed, 1 / s.norm, 1.0)] * len(s.given)},
    ),
    Mistake(
        "factor-inverted",
        "The factor is the wrong way round: gradients that are too long become longer.",
        {"factors": lambda s: [np.where(s.norm > s.allowed, s.norm / s.allowed, 1.0)] * len(s.given)},
    ),
    Mistake(
        "gradients-not-changed",
        "The gradients are what they were before the call: they have to be changed in place.",
        {"grads": lambda s: s.given},
        pairs=False,  # returned besides, the argument itself would be a pair
    ),
    Mistake(
        "new-list-returned",
        "The clipped gradients are returned as a new list; whoever holds the old ones steps with these. Change them in "
        "place and return the norm.",
        {"returned": lambda s: np.nan, "listed": lambda s: 1.0},
        pairs=False,
    ),
    Mistake(
        "norm-not-rooted",
        "The sum of squares is used as the norm; its root is missing.",
        {"norm": lambda s: _root(s.given) ** 2},
    ),
    Mistake(
        "sum-of-norms",
        "The norms of the tensors are added; the squares have to be added, under one root.",
        {"norm": lambda s: sum(_root([grad]) for grad in s.given)},
    ),
    Mistake(
        "largest-entry",
        "The norm is the size of the largest entry here.",
        {"norm": lambda s: max(np.abs(grad).max() for grad in s.given)},
    ),
    Mistake(
        "largest-norm",
        "The norm is that of the longest tensor only.",
        {"norm": lambda s: max(_root([grad]) for grad in s.given)},
    ),
    Mistake(
        "absolute-values",
        "The sizes of the entries are added: that is the 1-norm, not the Euclidean one.",
        {"norm": lambda s: sum(np.abs(grad).sum() for grad in s.given)},
    ),
    Mistake(
        "root-mean-square",
        "The mean of the squares is taken instead of their sum: the norm becomes that of a typical entry.",
        {"norm": lambda s: _root(s.given) / np.sqrt(sum(grad.size for grad in s.given))},
    ),
    Mistake(
        "last-tensor-only",
        "Only the last tensor counts in the norm.",
        {"norm": lambda s: _root(s.given[-1:])},
    ),
    Mistake(
        "norm-after-clipping",
        "The norm after clipping is returned; the one from before says whether and how much was clipped.",
        {"returned": lambda s: np.minimum(s.norm, s.allowed)},
        share=0.75,
    ),
)


def _simulate(rule: Rule) -> Simulate:
    def outputs(inputs: Inputs) -> Outputs:
        states: dict[str, SimpleNamespace] = {}
        for case in CASES:
            given = [inputs[f"{case}_{name}"] for name in TENSORS]
            states[case] = evaluate(rule, {"given": given, "allowed": inputs["max_norm"]})
        clipped = {case: np.concatenate([grad.ravel() for grad in state.grads]) for case, state in states.items()}
        norms = np.array([state.returned for state in states.values()], dtype=np.float64)
        return {**clipped, "norms": norms, "new_list": np.array(max(state.listed for state in states.values()))}

    return outputs


def fresh_gradients(rng: np.random.Generator) -> Inputs:
    """Draw gradients of given lengths, with norms large enough for a small constant beside them not to count."""
    allowed = rng.uniform(3.0, 6.0)
    inputs: dict[str, Array] = {"max_norm": np.array(allowed)}
    for case, lengths in LENGTHS.items():
        for name, length in zip(TENSORS, lengths, strict=True):
            drawn = rng.normal(size=SHAPES[name])
            inputs[f"{case}_{name}"] = drawn * (allowed * length / np.linalg.norm(drawn))
    return inputs


CLIPPING_PART = AnswerPart(
    name="clip_grad_norm",
    reference=_simulate(RULE),
    misconceptions=alternatives(RULE, MISTAKES, _simulate),
    labels={
        "long": "gradients that are too long, after the call",
        "short": "gradients that are short enough, after the call",
        "zero": "gradients that are all zero, after the call",
        "norms": "the norm that is returned",
        "new_list": "a list of gradients was returned (1 = yes)",
    },
    reread="section 2.7, clipping",
    # Libraries add 1e-6 to the norm before they divide.
    rtol=1e-5,
)
