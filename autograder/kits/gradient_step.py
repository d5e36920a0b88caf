"""A step of gradient descent, `gradient_update` in `random_directions`, as a rule, and its mistakes."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.catalogue.answer import Simulate
from autograder.kits.rules import Mistake, Rule, follow
from autograder.kits.softmax_model import gradients
from course_utils.kits.probe import Inputs, Outputs

__all__ = ["STEPS", "UPDATE_MISTAKES", "UPDATE_RULE", "simulate_update"]

Array = NDArray[Any]
STEPS = 3
DEFAULT_RATE = 1e-3

UPDATE_RULE: Rule = {
    "true": lambda s: s.g,
    "kept": lambda s: s.kept + s.g,
    "g": lambda s: s.true,
    "rate": lambda s: s.lr,
    "w": lambda s: s.w - s.rate * s.g,
    "idle": lambda s: 0.0,
}

UPDATE_MISTAKES = (
    Mistake("ascent", "The loss climbs: the update adds the gradient.", {"w": lambda s: s.w + s.rate * s.g}),
    Mistake(
        "gradients-accumulate",
        "Gradients of earlier steps are still in the sum: backward() adds to what the parameters hold already.",
        {"g": lambda s: s.kept},
    ),
    Mistake(
        "gradients-zeroed-late",
        "The gradients are cleared after the step and not before backward(): what the parameters hold when the "
        "function is first called goes into the first step.",
        {"g": lambda s: s.kept if s.t == 1 else s.true},
    ),
    Mistake(
        "learning-rate-ignored",
        "The steps do not depend on lr: each is as long as the gradient.",
        {"rate": lambda s: 1.0},
    ),
    Mistake(
        "default-learning-rate-only",
        "Every step uses the default learning rate, whatever lr is given.",
        {"rate": lambda s: DEFAULT_RATE},
    ),
    Mistake(
        "gradients-cleared-before-step",
        "Nothing moves: the gradients are set to zero between backward() and the update.",
        {"w": lambda s: s.w},
        pairs=False,
    ),
    Mistake(
        "parameters-rebound",
        "Nothing moves although there is a gradient: the update makes a new tensor that nobody else sees, or it comes "
        "before backward(). The parameters themselves have to change.",
        {"w": lambda s: s.w, "idle": lambda s: 1.0},
        pairs=False,
    ),
    Mistake(
        "first-parameter-only",
        "Only the first parameter moves; the others keep their values.",
        {"w": lambda s: s.w - s.rate * s.g if s.index == 0 else s.w},
    ),
    Mistake(
        "unit-length-steps",
        "Each gradient is scaled to length one before it is used.",
        {"g": lambda s: s.true / np.linalg.norm(s.true)},
    ),
)


def simulate_update(rule: Rule) -> Simulate:
    """Return how a rule moves weight and bias: some steps from old gradients, and one with the default rate."""

    def simulate(inputs: Inputs) -> Outputs:
        weights = [inputs["weight"], inputs["bias"]]
        old = [inputs["old_weight_gradient"], inputs["old_bias_gradient"]]

        def run(steps: int, lr: float, kept: list[Array]) -> list[SimpleNamespace]:
            start = {"lr": lr, "kept": lambda i: kept[i], "index": lambda i: i}
            return follow(rule, weights, lambda _, at: gradients(inputs, at), steps, start)

        weight, bias = run(STEPS, float(inputs["lr"]), old)
        single, _ = run(1, DEFAULT_RATE, [0.0 * gradient for gradient in old])
        return {
            "weight": weight.history,
            "bias": bias.history,
            "moved_by_default": single.w - inputs["weight"],
            "idle_gradient": np.array([weight.idle]),
        }

    return simulate
