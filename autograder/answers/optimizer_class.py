"""What the answers to the optimizer classes share: fresh gradients that tell mistakes apart, and the simulation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from autograder.answers.base import Alternative, Answer, AnswerPart, Simulate
from autograder.answers.rules import Mistake, Rule, alternatives, follow
from course_utils.probes.base import Inputs, Outputs

__all__ = ["optimizer_answer"]

STEPS = 6
LABELS = {
    "weights_a": "first parameter after step {step}",
    "weights_b": "second parameter after step {step}",
    "weights_c": "a parameter after step {step}, with the default values",
    "gradients_left_alone": "gradients left as they were (1 = yes)",
}


def optimizer_answer(
    exercise: str,
    name: str,
    rule: Rule,
    mistakes: tuple[Mistake, ...],
    *,
    variants: tuple[Mistake, ...] = (),
    start: Mapping[str, Any],
    defaults: Mapping[str, float],
    hyperparameters: Callable[[np.random.Generator], Mapping[str, float]],
    reread: str,
) -> Answer:
    """Make the answer to an optimizer class from its rule.

    Args:
        exercise: Exercise id.
        name: Name of the class.
        rule: The declared convention, for `follow`.
        mistakes: Known misconceptions.
        variants: Accepted conventions.
        start: State before the first step and fixed constants.
        defaults: Default hyperparameters, `lr` included.
        hyperparameters: Draws fresh hyperparameters, `lr` included.
        reread: What to read again.
    """

    def simulate(changed: Rule) -> Simulate:
        return lambda inputs: _simulate(changed, inputs, start, defaults)

    def generate(rng: np.random.Generator) -> Inputs:
        return {**_fresh_tensors(rng), **{key: np.array(value) for key, value in hyperparameters(rng).items()}}

    part = AnswerPart(
        name=name,
        reference=simulate(rule),
        misconceptions=(*alternatives(rule, mistakes, simulate), _gradient_changed(simulate(rule))),
        variants=alternatives(rule, variants, simulate, pairs=False),
        labels=LABELS,
        reread=reread,
        baselines=lambda inputs: {f"weights_{key}": inputs[f"weights_{key}"] for key in "abc"},
        factors=_factors,
    )
    return Answer(exercise, generate, (part,))


def _simulate(rule: Rule, inputs: Inputs, start: Mapping[str, Any], defaults: Mapping[str, float]) -> Outputs:
    chosen = {key: float(inputs[key]) for key in defaults}
    first, second = _follow(rule, inputs, "ab", {**start, **chosen})
    (third,) = _follow(rule, inputs, "c", {**start, **defaults})
    return {"weights_a": first, "weights_b": second, "weights_c": third, "gradients_left_alone": np.array(1.0)}


def _gradient_changed(reference: Simulate) -> Alternative:
    said = "The weights are right, but step() writes into the gradients, which other code may still need."
    changed = {"gradients_left_alone": np.array(0.0)}
    return Alternative(("gradient-changed",), (said,), lambda inputs: {**reference(inputs), **changed}, share=0.75)


def _follow(rule: Rule, inputs: Inputs, tensors: str, start: Mapping[str, Any]) -> list[np.ndarray]:
    recorded = [inputs[f"gradients_{key}"] for key in tensors]
    weights = [inputs[f"weights_{key}"] for key in tensors]
    states = follow(rule, weights, lambda step, _: [g[step] for g in recorded], len(recorded[0]), start)
    return [state.history for state in states]


def _fresh_tensors(rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Draw varying gradients: no constant and no +-1 entries, one small component, one that is exactly zero."""
    tensors: dict[str, np.ndarray] = {}
    for key, shape in (("a", (3, 2)), ("b", (3, 2)), ("c", (4,))):
        gradients = rng.normal(size=(STEPS, *shape)) * rng.uniform(0.4, 1.6, size=(STEPS, *(1 for _ in shape)))
        flat = gradients.reshape(STEPS, -1)
        flat[:, 0] *= 1e-4
        flat[:, 1] = 0.0
        tensors |= {f"weights_{key}": rng.normal(size=shape), f"gradients_{key}": gradients}
    return tensors


def _factors(inputs: Inputs) -> Mapping[str, float]:
    constants = {key: float(inputs[key]) for key in inputs if np.ndim(inputs[key]) == 0}
    named: dict[str, float] = {}
    for key, value in constants.items():
        named |= {
            key: value,
            f"1/{key}": 1 / value,
            f"1 - {key}": 1 - value,
            f"1/(1 - {key})": 1 / (1 - value),
            f"-{key}": -value,
        }
    return {**named, "-1: the sign": -1.0}
