"""The answer to `random_directions`: a gradient step, and its comparison with random steps of the same length."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.catalogue.answer import Answer, AnswerPart
from autograder.kits.closed_form import simulation
from autograder.kits.gradient_step import STEPS, UPDATE_MISTAKES, UPDATE_RULE, simulate_update
from autograder.kits.rules import Mistake, Rule, alternatives
from autograder.kits.softmax_model import fresh_model, gradients, loss
from course_utils.kits.probe import Inputs, Outputs

__all__ = ["ANSWER"]

Array = NDArray[Any]

COMPARE_RULE: Rule = {
    "gradient_step": lambda s: _scaled(s.g, s.length),
    "change": lambda s: s.loss_after(s.gradient_step) - s.loss,
    "reported": lambda s: s.change,
    "random_length": lambda s: 1.0,
    "random_change_sign": lambda s: 1.0,
    "both_signs": lambda s: 1.0,
    "all_different": lambda s: 1.0,
    "follows_generator": lambda s: 1.0,
    "params_left_alone": lambda s: 1.0,
}

COMPARE_MISTAKES = (
    Mistake(
        "unequal-step-lengths",
        "The random steps are not all of length step_length: each direction has to be scaled, over all parameters "
        "together, before it is compared.",
        {"random_length": lambda s: np.nan},
    ),
    Mistake(
        "gradient-not-normalised",
        "The step along the gradient is step_length times the gradient: its length is not step_length.",
        {"gradient_step": lambda s: [-s.length * g for g in s.g]},
    ),
    Mistake(
        "length-per-tensor",
        "Each parameter's part of the direction is scaled by itself, so the whole step is longer than step_length. "
        "There is one length, over all parameters together.",
        {
            "gradient_step": lambda s: [_scaled([g], s.length)[0] for g in s.g],
            "random_length": lambda s: np.sqrt(len(s.g)),
        },
    ),
    Mistake(
        "random-length-per-tensor",
        "Each parameter's part of a random direction is scaled by itself, so these steps are longer than step_length.",
        {"random_length": lambda s: np.sqrt(len(s.g))},
    ),
    Mistake(
        "step-length-ignored",
        "The steps have length one, whatever step_length is.",
        {"gradient_step": lambda s: _scaled(s.g, 1.0), "random_length": lambda s: 1.0 / s.length},
    ),
    Mistake(
        "step-length-ignored-by-random",
        "The random steps have length one, whatever step_length is.",
        {"random_length": lambda s: 1.0 / s.length},
    ),
    Mistake(
        "ascent",
        "The gradient step goes uphill: the gradient points to higher losses.",
        {"gradient_step": lambda s: _scaled(s.g, -s.length)},
    ),
    Mistake(
        "change-reversed",
        "The changes have the wrong sign: a change is the loss after the step minus the loss before it.",
        {"reported": lambda s: -s.change, "random_change_sign": lambda s: -1.0},
    ),
    Mistake(
        "loss-instead-of-change",
        "These are the losses after the steps, not the changes that the steps made.",
        {"reported": lambda s: s.change + s.loss, "random_change_sign": lambda s: np.nan},
    ),
    Mistake(
        "directions-all-positive",
        "All entries of the random directions have one sign: they fill only a corner of the space. Draw them around "
        "zero.",
        {"both_signs": lambda s: 0.0},
    ),
    Mistake(
        "same-direction-again",
        "The same random direction is tried again and again.",
        {"all_different": lambda s: 0.0},
    ),
    Mistake(
        "generator-ignored",
        "Two calls with equally seeded generators give different numbers: the directions are not drawn from the "
        "generator.",
        {"follows_generator": lambda s: 0.0},
        share=0.75,
    ),
    Mistake(
        "parameters-moved",
        "The parameters are not where they were before the call.",
        {"params_left_alone": lambda s: 0.0},
    ),
    Mistake(
        "walks-on",
        "Each random step starts where the last one ended: that is a random walk. All steps start at the same place.",
        {"params_left_alone": lambda s: 0.0, "random_length": lambda s: np.nan},
    ),
    Mistake(
        "walks-on",
        "Each random step starts where the last one ended: that is a random walk. All steps start at the same place.",
        {
            "params_left_alone": lambda s: 0.0,
            "random_length": lambda s: np.nan,
            "random_change_sign": lambda s: np.nan,
        },
    ),
)

FLAGS = ("both_signs", "all_different", "follows_generator", "params_left_alone")


def _scaled(parts: list[Array], length: float) -> list[Array]:
    """Return the step of this length against `parts`, with one norm over all of them."""
    norm = np.sqrt(sum(float(np.sum(part**2)) for part in parts))
    return [-length / norm * part for part in parts]


def _given(inputs: Inputs) -> Mapping[str, Any]:
    params = [inputs["weight"], inputs["bias"]]

    def loss_after(step: list[Array]) -> float:
        return loss(inputs, [p + part for p, part in zip(params, step, strict=True)])

    return {
        "g": gradients(inputs, params),
        "loss": loss(inputs, params),
        "length": float(inputs["step_length"]),
        "loss_after": loss_after,
    }


def _outputs(state: SimpleNamespace) -> Outputs:
    named = {name: np.array([getattr(state, name)]) for name in ("random_length", "random_change_sign", *FLAGS)}
    return {"gradient_change": np.array([state.reported]), **named}


def _generate(rng: np.random.Generator) -> Inputs:
    return {
        **fresh_model(rng),
        "old_weight_gradient": rng.normal(size=(4, 5)),
        "old_bias_gradient": rng.normal(size=4),
        "lr": np.array(rng.uniform(0.2, 0.4)),
        "num_steps": np.array(STEPS),
        "step_length": np.array(rng.uniform(0.3, 0.6)),
        "num_directions": np.array(rng.integers(8, 14)),
        "seed": np.array(rng.integers(1, 10_000)),
    }


_simulate_compare = simulation(_given, _outputs)

ANSWER = Answer(
    "random_directions",
    _generate,
    (
        AnswerPart(
            name="gradient_update",
            reference=simulate_update(UPDATE_RULE),
            misconceptions=alternatives(UPDATE_RULE, UPDATE_MISTAKES, simulate_update),
            labels={
                "weight": "weight after step {step}",
                "bias": "bias after step {step}",
                "moved_by_default": "change of the weight with the default lr",
                "idle_gradient": "nothing moved although there is a gradient (0 = not so)",
            },
            reread="section 1.8, one step of gradient descent",
            baselines=lambda inputs: {"weight": inputs["weight"], "bias": inputs["bias"]},
            factors=lambda inputs: {"lr": float(inputs["lr"]), "1/lr": 1 / float(inputs["lr"])},
        ),
        AnswerPart(
            name="compare_directions",
            reference=_simulate_compare(COMPARE_RULE),
            misconceptions=alternatives(COMPARE_RULE, COMPARE_MISTAKES, _simulate_compare),
            labels={
                "gradient_change": "change of the loss along the gradient",
                "random_length": "length of the random steps, in units of step_length (nan: they differ)",
                "random_change_sign": "random changes are differences of the loss that was evaluated (1 = yes)",
                "both_signs": "entries of both signs in the random directions (1 = yes)",
                "all_different": "random directions all different (1 = yes)",
                "follows_generator": "the same seed gives the same numbers (1 = yes)",
                "params_left_alone": "parameters left as they were (1 = yes)",
            },
            reread="section 1.8, equal lengths",
        ),
    ),
)
