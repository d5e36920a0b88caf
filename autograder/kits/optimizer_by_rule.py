"""What the answers to the optimizer classes share: fresh gradients that tell mistakes apart, and the simulation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from autograder.catalogue.answer import Alternative, Answer, AnswerPart, Simulate
from autograder.kits.library import OPTIMIZERS
from autograder.kits.named_factors import named_factors
from autograder.kits.rules import Mistake, Rule, alternatives, follow, under_variants
from course_utils.kits.probe import Inputs, Outputs

__all__ = ["optimizer_answer"]

STEPS = 5
LABELS = {
    "weights_a": "first parameter after step {step}",
    "weights_b": "second parameter after step {step}",
    "weights_c": "a single parameter after step {step}",
    "weights_default": "a parameter after step {step}, with the default values",
    "gradients_left_alone": "gradients left as they were (1 = yes)",
}
OTHER_DEFAULTS = (
    "With given hyperparameters all is right; the default values are not those of the signature in the text."
)
GRADIENT_CHANGED = "The weights are right, but step() writes into the gradients, which other code may still need."


def optimizer_answer(
    exercise: str,
    name: str,
    rule: Rule,
    mistakes: tuple[Mistake, ...],
    *,
    variants: tuple[Mistake, ...] = (),
    crossed: tuple[Mistake, ...] = (),
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
        variants: Accepted conventions; those of different formulas may be used together.
        crossed: Conventions within which each single mistake is recognised, too.
        start: State before the first step and fixed constants.
        defaults: Default hyperparameters, `lr` included.
        hyperparameters: Draws fresh hyperparameters, `lr` included.
        reread: What to read again.
    """

    def simulate(changed: Rule) -> Simulate:
        return lambda inputs: _simulate(changed, inputs, start, defaults)

    def generate(rng: np.random.Generator) -> Inputs:
        return {**_fresh_tensors(rng), **{key: np.array(value) for key, value in hyperparameters(rng).items()}}

    reference = simulate(rule)
    single = alternatives(rule, mistakes, simulate, pairs=False)
    part = AnswerPart(
        name=name,
        reference=reference,
        misconceptions=(
            *single,
            _gradient_changed(reference),
            _with_other_defaults(Alternative((), (), reference, share=1.0)),
            *under_variants(rule, mistakes, crossed, simulate),
            *alternatives(rule, mistakes, simulate)[len(single) :],
            *map(_with_other_defaults, single),
        ),
        variants=alternatives(rule, variants, simulate),
        labels=LABELS,
        reread=reread,
        baselines=_baselines,
        factors=lambda inputs: named_factors({key: float(inputs[key]) for key in defaults}),
    )
    return Answer(exercise, generate, (part,), by_hand=OPTIMIZERS)


def _simulate(rule: Rule, inputs: Inputs, start: Mapping[str, Any], defaults: Mapping[str, float]) -> Outputs:
    chosen = {key: np.float64(inputs[key]) for key in defaults}
    usual = {key: np.float64(value) for key, value in defaults.items()}
    first, second = _follow(rule, inputs, "ab", {**start, **chosen})
    (third,) = _follow(rule, inputs, "c", {**start, **chosen})
    (default,) = _follow(rule, inputs, "c", {**start, **usual})
    return {
        "weights_a": first,
        "weights_b": second,
        "weights_c": third,
        "weights_default": default,
        "gradients_left_alone": np.array(1.0),
    }


def _follow(rule: Rule, inputs: Inputs, tensors: Iterable[str], start: Mapping[str, Any]) -> list[np.ndarray]:
    recorded = [inputs[f"gradients_{key}"] for key in tensors]
    weights = [inputs[f"weights_{key}"] for key in tensors]
    states = follow(rule, weights, lambda step, _: [g[step] for g in recorded], len(recorded[0]), start)
    return [state.history for state in states]


def _gradient_changed(reference: Simulate) -> Alternative:
    changed = {"gradients_left_alone": np.array(0.0)}
    return Alternative(("gradient-changed",), (GRADIENT_CHANGED,), lambda i: {**reference(i), **changed}, share=0.75)


def _with_other_defaults(alternative: Alternative) -> Alternative:
    """Return the same way to answer, with whatever defaults."""

    def simulate(inputs: Inputs) -> Outputs:
        return {name: array for name, array in alternative.simulate(inputs).items() if name != "weights_default"}

    return replace(
        alternative,
        ids=(*alternative.ids, "other-defaults"),
        says=(*alternative.says, OTHER_DEFAULTS if not alternative.ids else "The default values are other ones, too."),
        simulate=simulate,
        share=0.75 * alternative.share,
    )


def _baselines(inputs: Inputs) -> Outputs:
    weights = {key: inputs[f"weights_{key}"] for key in "abc"}
    return {**{f"weights_{key}": value for key, value in weights.items()}, "weights_default": weights["c"]}


def _fresh_tensors(rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Draw varying gradients of both signs: two small components of different size, one that is exactly zero."""
    tensors: dict[str, np.ndarray] = {}
    for key, shape in (("a", (2, 3)), ("b", (2, 3)), ("c", (4,))):
        size = rng.uniform(0.3, 1.5, size=(STEPS, *shape))
        gradients = size * rng.choice([-1.0, 1.0], size=(STEPS, *shape))
        flat = gradients.reshape(STEPS, -1)
        flat[:, 0] *= 1e-4
        flat[:, 1] = 0.0
        flat[:, 2] *= 1e-6
        tensors |= {f"weights_{key}": rng.uniform(-1, 1, size=shape), f"gradients_{key}": gradients}
    return tensors
