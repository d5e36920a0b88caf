"""What the answers to the update functions share: a softmax model on small images, and mistakes about gradients."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.catalogue.answer import Alternative, Answer, AnswerPart, Simulate
from autograder.kits.library import OPTIMIZERS
from autograder.kits.named_factors import named_factors
from autograder.kits.rules import Mistake, Rule, alternatives, follow, under_variants
from autograder.kits.small_images import PIXELS, small_images
from course_utils.kits.probe import Inputs, Outputs

__all__ = ["GRADIENT_MISTAKES", "fresh_model", "update_answer"]

Array = NDArray[Any]
STEPS, BATCH, CLASSES = 4, 6, 3
NAMES = ("weight", "bias")

# The rule's formula `used` gives the gradient that the step uses; before the first one it is the stale one.
GRADIENT_MISTAKES = (
    Mistake(
        "gradients-not-zeroed",
        "Gradients pile up: backward() adds to what earlier calls have left, and nothing clears it.",
        {"used": lambda s: s.used + s.g},
    ),
    Mistake(
        "gradients-zeroed-late",
        "The first step still contains a gradient from before the call: they are cleared after the step only.",
        {"used": lambda s: s.g + (s.stale if s.t == 1 else 0.0)},
    ),
    Mistake(
        "gradients-zeroed-before-use",
        "The gradients are zero when the step uses them: they are cleared between backward() and the update.",
        {"used": lambda s: np.zeros_like(s.g)},
        share=0.25,
        pairs=False,
    ),
    Mistake(
        "parameters-not-changed",
        "The state is right, but the parameters stay where they were: a new tensor was made, and the model never "
        "hears of it.",
        {"w": lambda s: s.w},
        pairs=False,
    ),
)
LABELS = {
    "bias": "params[1] after step {step}",
    "weight": "params[0] at the end",
    "state_bias": "the state of params[1] after step {step}",
    "state_weight": "the state of params[0] at the end",
    "bias_default": "params[1] after step {step}, with the default options",
    "state_bias_default": "the state of params[1] after step {step}, with the default options",
}
OTHER_DEFAULTS = "With given options all is right; the default values are not those of the signature in the text."


def update_answer(
    exercise: str,
    rule: Rule,
    mistakes: tuple[Mistake, ...],
    *,
    variants: tuple[Mistake, ...] = (),
    state: str,
    renamed: Mapping[str, str],
    defaults: Mapping[str, float],
    generate: Callable[[np.random.Generator], Inputs],
    reread: str,
) -> Answer:
    """Make the answer to an update function from its rule.

    Args:
        exercise: Exercise id, which is also the function's name.
        rule: The declared convention, for `follow`; its formula `used` is the gradient that is used.
        mistakes: Known misconceptions, those about gradients included.
        variants: Accepted conventions.
        state: Name of the state in the rule.
        renamed: Names of the options in the rule, where they differ.
        defaults: Default options, `lr` included.
        generate: Draws fresh inputs.
        reread: What to read again.
    """

    def simulate(changed: Rule) -> Simulate:
        return lambda inputs: _simulate(changed, inputs, state, renamed, defaults)

    reference = simulate(rule)
    single = alternatives(rule, mistakes, simulate, pairs=False)
    part = AnswerPart(
        name=exercise,
        reference=reference,
        misconceptions=(
            *single,
            _other_defaults(reference),
            *under_variants(rule, mistakes, variants, simulate),
            *alternatives(rule, mistakes, simulate)[len(single) :],
        ),
        variants=alternatives(rule, variants, simulate, pairs=False),
        labels=LABELS,
        reread=reread,
        baselines=lambda inputs: {"weight": inputs["weight"], "bias": inputs["bias"]},
        factors=lambda inputs: named_factors({name: float(inputs[name]) for name in defaults}),
    )
    return Answer(exercise, generate, (part,), by_hand=OPTIMIZERS)


def fresh_model(rng: np.random.Generator) -> dict[str, Array]:
    """Draw minibatches, the parameters of a softmax model, and gradients that somebody has left behind."""
    images, labels = small_images(rng, STEPS * BATCH, CLASSES)
    shapes = {"weight": (CLASSES, PIXELS), "bias": (CLASSES,)}
    return {
        "images": images.reshape(STEPS, BATCH, PIXELS),
        "labels": labels.reshape(STEPS, BATCH),
        **{name: rng.normal(scale=0.1, size=shape) for name, shape in shapes.items()},
        **{f"stale_{name}": rng.normal(scale=0.3, size=shape) for name, shape in shapes.items()},
    }


def _simulate(
    rule: Rule, inputs: Inputs, state: str, renamed: Mapping[str, str], defaults: Mapping[str, float]
) -> Outputs:
    start = {
        state: lambda i: inputs[f"state_{NAMES[i]}"],
        "used": lambda i: inputs[f"stale_{NAMES[i]}"],
        "stale": lambda i: inputs[f"stale_{NAMES[i]}"],
    }
    runs = []
    for values in ({name: inputs[name] for name in defaults}, defaults):
        options = {renamed.get(name, name): np.float64(value) for name, value in values.items()}
        initial = [inputs[name] for name in NAMES]
        runs.append(follow(rule, initial, _gradients(inputs), STEPS, {**start, **options}))
    (weight, bias), (_, default) = runs
    return {
        "bias": bias.history,
        "state_bias": _kept(bias, state),
        "weight": weight.history[-1],
        "state_weight": _kept(weight, state)[-1],
        "bias_default": default.history,
        "state_bias_default": _kept(default, state),
    }


def _kept(state: SimpleNamespace, name: str) -> Array:
    return np.stack([np.broadcast_to(entry[name], state.w.shape) for entry in state.states])


def _gradients(inputs: Inputs) -> Callable[[int, Any], list[Array]]:
    """Return the gradient of the mean cross-entropy of softmax(images @ weight.T + bias), by hand."""

    def gradients(step: int, parameters: Any) -> list[Array]:
        weight, bias = parameters
        images, labels = inputs["images"][step], inputs["labels"][step].astype(int)
        logits = images @ weight.T + bias
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        difference = powers / powers.sum(axis=1, keepdims=True)
        difference[np.arange(len(labels)), labels] -= 1
        return [difference.T @ images / len(labels), difference.mean(axis=0)]

    return gradients


def _other_defaults(reference: Simulate) -> Alternative:
    def simulate(inputs: Inputs) -> Outputs:
        return {name: array for name, array in reference(inputs).items() if not name.endswith("_default")}

    return replace(Alternative(("other-defaults",), (OTHER_DEFAULTS,), simulate), share=0.75)
