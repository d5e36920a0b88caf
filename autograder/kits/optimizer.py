"""What the answers to the optimizer classes share: fresh gradients that tell mistakes apart, and their labels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from autograder.catalogue.answer import Answer
from autograder.catalogue.edit import Edit, accepted
from autograder.catalogue.ways import Ignored, solution_part
from autograder.kits.library_functions import OPTIMIZERS
from autograder.kits.named_factors import named_factors
from course_utils.checks.labels import Label
from course_utils.kits.probe import Inputs, Outputs, load_probe

__all__ = ["WORDS", "optimizer_answer", "other_epsilons", "sharing"]

STEPS = 5
# Values of epsilon besides 1e-8 that are common enough to be looked for together with mistakes.
COMMON = ("1e-10", "1e-6")
SHAPES = {"a": (2, 3), "b": (2, 3), "c": (4,)}
LABELS = {
    "weights_a": Label("first parameter", "step"),
    "weights_b": Label("second parameter", "step"),
    "weights_c": Label("a single parameter", "step"),
    "weights_default": Label("a parameter", "step", then="with the default values"),
    "gradients_left_alone": Label("gradients left as they were", statement=True),
}
IGNORED = (
    Ignored(
        "gradient-changed",
        "The weights are right, but step() writes into the gradients, which other code may still need.",
        "step() also writes into the gradients.",
        ("gradients_left_alone",),
        share=0.75,
    ),
    Ignored(
        "other-defaults",
        "With given hyperparameters everything is right; the default values are not those of the signature in the "
        "text.",
        "The default values also differ.",
        ("weights_default",),
        share=0.75,
    ),
)
WORDS = {"parameter.grad": "gradient", "grad": "gradient", "lr": "learning rate"}


def optimizer_answer(
    exercise: str,
    mistakes: Iterable[Edit],
    *,
    conventions: Iterable[Edit] = (),
    hyperparameters: Mapping[str, tuple[float, float]],
    reread: str,
    words: Mapping[str, str] | None = None,
    follows: tuple[str, ...] = (),
    building_on: str = "",
    shapes: Mapping[str, tuple[int, ...]] = SHAPES,
    steps: int = STEPS,
    ignored: Sequence[Ignored] = (),
    labels: Mapping[str, Label] | None = None,
) -> Answer:
    """Make the answer to an optimizer class from edits of its solution.

    Args:
        exercise: Exercise id.
        mistakes: Known mistakes.
        conventions: Accepted conventions.
        hyperparameters: For each hyperparameter, `lr` included, the range that fresh values are drawn from; no two
            mistakes may coincide there.
        reread: What to read again.
        words: How to speak of the names in the solution, besides those of `WORDS`.
        follows: See `solution_part`.
        building_on: See `solution_part`.
        shapes: Of the three fresh tensors; those of "a" and "b" are the same.
        steps: How many steps are taken. What shows only in signs needs many.
        ignored: Mistakes that are seen in some arrays only, besides those of every optimizer.
        labels: How to speak of arrays that not every optimizer has.
    """

    def generate(rng: np.random.Generator) -> Inputs:
        drawn = {name: np.array(rng.uniform(*limits)) for name, limits in hyperparameters.items()}
        return {**_fresh_tensors(rng, shapes, steps), **drawn}

    part = solution_part(
        exercise,
        load_probe(exercise).objects[0],
        mistakes,
        conventions=conventions,
        ignored=(*IGNORED, *ignored),
        labels={**LABELS, **(labels or {})},
        reread=reread,
        words={**WORDS, **(words or {})},
        baselines=_baselines,
        factors=lambda inputs: named_factors({name: float(inputs[name]) for name in hyperparameters}),
        follows=follows,
        building_on=building_on,
    )
    return Answer(exercise, generate, (part,), by_hand=OPTIMIZERS)


def other_epsilons(known: str) -> tuple[Edit, ...]:
    """Return the small epsilons that are accepted in place of 1e-7, in a solution with `+ epsilon`.

    Args:
        known: Whose value 1e-8 is.
    """
    usual = accepted(
        "epsilon-1e-8", f"epsilon is 1e-8, the value of {known}; the text takes 1e-7.", {"+ epsilon": "+ 1e-8"}
    )
    rare = (
        accepted(
            "another-epsilon",
            f"epsilon is {value}; the text takes 1e-7.",
            {"+ epsilon": f"+ {value}"},
            pairs=value in COMMON,
            frequent=False,
        )
        for value in ("1e-10", "1e-9", "1e-6", "1e-5")
    )
    return (usual, *rare)


def sharing(*lists: str) -> dict[str, str]:
    """Return the changes that make all parameters share one tensor of each of these lists of a solution."""
    each = "[torch.zeros_like(parameter) for parameter in self.parameters]"
    one = "[torch.zeros_like(self.parameters[0])] * len(self.parameters)"
    return {f"self.{name} = {each}": f"self.{name} = {one}" for name in lists}


def _baselines(inputs: Inputs) -> Outputs:
    before = {f"weights_{key}": inputs[f"weights_{key}"] for key in "abc"}
    return {**before, "weights_default": inputs["weights_c"]}


def _fresh_tensors(
    rng: np.random.Generator, shapes: Mapping[str, tuple[int, ...]], steps: int
) -> dict[str, np.ndarray]:
    """Draw gradients of both signs: two small components of different size, one that is exactly zero."""
    tensors: dict[str, np.ndarray] = {}
    for key, shape in shapes.items():
        size = rng.uniform(0.3, 1.5, size=(steps, *shape))
        gradients = size * rng.choice([-1.0, 1.0], size=(steps, *shape))
        flat = gradients.reshape(steps, -1)
        flat[:, 0] *= 1e-4
        flat[:, 1] = 0.0
        flat[:, 2] *= 1e-6
        tensors |= {f"weights_{key}": rng.uniform(-1, 1, size=shape), f"gradients_{key}": gradients}
    return tensors
