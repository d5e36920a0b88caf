"""What the answers to the update functions share: a softmax model on small images, and mistakes about gradients."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.catalogue.answer import Answer
from autograder.catalogue.edit import Edit, edit
from autograder.catalogue.ways import Ignored, solution_part
from autograder.kits.library_functions import OPTIMIZERS
from autograder.kits.named_factors import named_factors
from autograder.kits.optimizer import WORDS
from course_utils.checks.labels import Label
from course_utils.data.images import FASHION_MNIST
from course_utils.data.sources import read_sample
from course_utils.kits.probe import Inputs

__all__ = ["gradient_mistakes", "update_answer"]

Array = NDArray[Any]
STEPS, BATCH, CLASSES = 4, 6, 3
# Of a Fashion-MNIST image, pooled to 7 x 7.
PIXELS = 49
NAMES = ("weight", "bias")

OTHER_DEFAULTS = Ignored(
    "other-defaults",
    "With given options everything is right; the default values are not those of the signature in the text.",
    "The default values also differ.",
    ("bias_default", "state_bias_default"),
    share=0.75,
)


def gradient_mistakes(step: str) -> tuple[Edit, ...]:
    """Return the mistakes about gradients, and that of a parameter which is not changed.

    Args:
        step: The last line of the solution, which changes `parameter` in place.
    """
    clear, backward = "zero_grad(params)", "loss.backward()"
    return (
        edit(
            "gradients-not-zeroed",
            "Gradients pile up: backward() adds to what earlier calls have left, and nothing clears it.",
            {f"{clear}\n{backward}": backward},
        ),
        edit(
            "gradients-zeroed-late",
            "The first step still contains a gradient from before the call: they are cleared after the step only.",
            {f"{clear}\n{backward}": backward, step: f"{step}\nparameter.grad.zero_()"},
        ),
        edit(
            "gradients-zeroed-before-use",
            "The gradients are zero when the step uses them: they are cleared between backward() and the update.",
            {f"{clear}\n{backward}": f"{backward}\n{clear}"},
            share=0.25,
            pairs=False,
        ),
        edit(
            "parameters-not-changed",
            "The state is right, but the parameters stay where they were: a new tensor was made, and the model "
            "still holds the old one.",
            {step: step.replace("_(", "(", 1)},
            pairs=False,
        ),
    )


def update_answer(
    exercise: str,
    mistakes: Iterable[Edit],
    *,
    state: str,
    conventions: Iterable[Edit] = (),
    options: Mapping[str, tuple[float, float]],
    fresh_state: Callable[[np.random.Generator, tuple[int, ...]], Array],
    reread: str,
    words: Mapping[str, str] | None = None,
) -> Answer:
    """Make the answer to an update function from edits of its solution.

    Args:
        exercise: Exercise id, which is also the function's name.
        mistakes: Known mistakes, those about gradients included.
        state: Name of the list of states, as in "grad_vel".
        conventions: Accepted conventions.
        options: For each option, `lr` included, the range that fresh values are drawn from.
        fresh_state: Draws a state of some shape in which something was kept already.
        reread: What to read again.
        words: How to speak of the names in the solution, besides those of `WORDS`.
    """

    def generate(rng: np.random.Generator) -> Inputs:
        model = _fresh_model(rng)
        states = {f"state_{name}": fresh_state(rng, model[name].shape) for name in NAMES}
        return {**model, **states, **{name: np.array(rng.uniform(*limits)) for name, limits in options.items()}}

    part = solution_part(
        exercise,
        exercise,
        mistakes,
        conventions=conventions,
        ignored=(OTHER_DEFAULTS,),
        labels=_labels(state),
        reread=reread,
        words={**WORDS, "params": "list params", state: f"list {state}", **(words or {})},
        baselines=lambda inputs: {name: inputs[name] for name in NAMES},
        factors=lambda inputs: named_factors({name: float(inputs[name]) for name in options}),
    )
    return Answer(exercise, generate, (part,), by_hand=OPTIMIZERS)


def _labels(state: str) -> dict[str, Label]:
    return {
        "bias": Label("params[1]", "step"),
        "weight": Label("params[0] at the end", axes=("class", "pixel")),
        "state_bias": Label(f"{state}[1]", "step"),
        "state_weight": Label(f"{state}[0] at the end", axes=("class", "pixel")),
        "bias_default": Label("params[1]", "step", then="with the default options"),
        "state_bias_default": Label(f"{state}[1]", "step", then="with the default options"),
    }


def _fresh_model(rng: np.random.Generator) -> dict[str, Array]:
    """Draw minibatches, the parameters of a softmax model, and gradients that somebody has left behind."""
    images, labels = _small_images(rng, STEPS * BATCH, CLASSES)
    shapes = {"weight": (CLASSES, PIXELS), "bias": (CLASSES,)}
    return {
        "images": images.reshape(STEPS, BATCH, PIXELS),
        "labels": labels.reshape(STEPS, BATCH),
        **{name: rng.normal(scale=0.1, size=shape) for name, shape in shapes.items()},
        **{f"stale_{name}": rng.normal(scale=0.3, size=shape) for name, shape in shapes.items()},
    }


def _small_images(rng: np.random.Generator, count: int, classes: int) -> tuple[Array, Array]:
    """Draw images of the first `classes` kinds of clothing, the kinds in turn.

    Always from the images in the package, so that the same generator gives the same images on every machine.

    Returns:
        Normalised pixels, float64, shape (count, 49); and class numbers, float64, shape (count,).
    """
    pixels, targets = _pooled()
    kinds = np.arange(count) % classes
    chosen = [rng.choice(np.flatnonzero(targets == kind)) for kind in kinds]
    return pixels[chosen], kinds.astype(np.float64)


@cache
def _pooled() -> tuple[Array, Array]:
    images, targets = read_sample(FASHION_MNIST, train=True)
    pooled = images.numpy().reshape(-1, 7, 4, 7, 4).mean(axis=(2, 4)).reshape(-1, PIXELS) / 255
    return (pooled - FASHION_MNIST.mean) / FASHION_MNIST.std, targets.numpy()
