"""The answer to `activations`: sigmoid(x) = 1 / (1 + exp(-x)) and relu(x) = max(x, 0), of any shape and dtype."""

from __future__ import annotations

import numpy as np
import torch

from autograder.catalogue.answer import Answer, AnswerPart
from autograder.kits.programs import as_function, part_of, seen_by
from autograder.kits.rules import Mistake, Rule, alternatives
from course_utils.exercises.training_loop.activations.probe import PROBE
from course_utils.kits.probe import Inputs

__all__ = ["ANSWER"]

SIGMOID: Rule = {
    "argument": lambda s: s.x,
    "value": lambda s: torch.sigmoid(s.argument),
    "returned": lambda s: s.value,
}
RELU: Rule = {
    "argument": lambda s: s.x,
    "value": lambda s: torch.relu(s.argument),
    "returned": lambda s: s.value,
}

ABOUT_THE_RESULT = (
    Mistake(
        "graph-cut",
        "The values are right, but no gradient flows back through them: somewhere the tensor became a plain number.",
        {"returned": lambda s: s.value.detach()},
        share=0.75,
    ),
    Mistake(
        "dtype-changed",
        "A float32 input should give a float32 result; here it comes back as float64.",
        {"returned": lambda s: s.value.double()},
        share=0.75,
    ),
    Mistake(
        "dtype-lost",
        "A float64 input should give a float64 result; here it is rounded to float32.",
        {"returned": lambda s: s.value.float()},
        share=0.75,
    ),
    Mistake(
        "input-changed",
        "The values are right, but the function writes into its input, which other code may still need.",
        {"returned": lambda s: _written_into(s.x, s.value)},
        share=0.75,
    ),
)


def _written_into(x: torch.Tensor, value: torch.Tensor) -> torch.Tensor:
    x.data.copy_(value.data)
    return value


def _both_branches(x: torch.Tensor) -> torch.Tensor:
    return torch.where(x >= 0, 1 / (1 + torch.exp(-x)), torch.exp(x) / (1 + torch.exp(x)))


def _clipped(bound: float) -> Mistake:
    said = f"The input is clipped at {bound:g}: beyond that the values stand still, and so does the gradient."
    return Mistake("input-clipped", said, {"argument": lambda s: s.x.clamp(-bound, bound)}, share=0.75, pairs=False)


ABOUT_SIGMOID = (
    Mistake(
        "overflow-in-gradient",
        "The values are right, but exp(-x) overflows for a large negative x: then the gradient is not a number.",
        {"value": lambda s: 1 / (1 + torch.exp(-s.argument))},
        share=0.75,
    ),
    Mistake(
        "overflow-in-gradient",
        "The values are right, but in the branch that is not chosen the exponential overflows all the same, and its "
        "gradient, zero times infinity, is not a number.",
        {"value": lambda s: _both_branches(s.argument)},
        share=0.75,
        pairs=False,
    ),
    Mistake(
        "overflow",
        "For a large positive x the result is infinity divided by infinity: exp(x) overflows in both places.",
        {"value": lambda s: torch.exp(s.argument) / (1 + torch.exp(s.argument))},
    ),
    Mistake(
        "cancellation",
        "For a large negative x the result is exactly 0: 1 minus a number that rounds to 1 has lost every digit.",
        {"value": lambda s: 1 - torch.sigmoid(-s.argument)},
        share=0.75,
    ),
    Mistake(
        "cancellation",
        "For a large negative x the result is exactly 0: a number that rounds to 1 was subtracted from 1.",
        {"value": lambda s: (1 + torch.tanh(s.argument / 2)) / 2},
        share=0.75,
        pairs=False,
    ),
    Mistake(
        "sign-flipped",
        "The curve falls where it should rise: the sign of x in the exponent is the other one.",
        {"argument": lambda s: -s.x},
    ),
    Mistake(
        "tanh-for-sigmoid",
        "The values lie between -1 and 1: that is the hyperbolic tangent, a probability lies between 0 and 1.",
        {"value": lambda s: torch.tanh(s.argument)},
    ),
    *map(_clipped, (10.0, 15.0, 20.0, 30.0, 50.0)),
)
ABOUT_RELU = (
    Mistake(
        "negative-part-kept",
        "The function returns the negative part of x and sets the positive part to zero: min instead of max.",
        {"value": lambda s: s.argument.clamp(max=0)},
    ),
    Mistake(
        "absolute-value",
        "Negative inputs come back as positive numbers: that is the absolute value.",
        {"value": lambda s: s.argument.abs()},
    ),
    Mistake(
        "step-for-relu",
        "The function returns whether x is positive, 0 or 1, and not x itself.",
        {"value": lambda s: (s.argument > 0).to(s.x.dtype) + 0 * s.argument.clamp(-1, 1)},
    ),
    Mistake(
        "step-for-relu",
        "The function returns whether x is positive, 0 or 1, and not x itself.",
        {"value": lambda s: (s.argument > 0).to(s.x.dtype)},
        pairs=False,
    ),
    Mistake(
        "leaky",
        "Negative inputs leak through with a small slope; the text asks for exactly zero.",
        {"value": lambda s: torch.nn.functional.leaky_relu(s.argument, 0.01)},
    ),
    Mistake(
        "softplus-for-relu",
        "The function is smooth at zero: that is log(1 + exp(x)), the softplus.",
        {"value": lambda s: torch.logaddexp(s.argument, torch.zeros_like(s.argument))},
    ),
    Mistake(
        "capped-above",
        "Values above 1 are cut off; a rectifier lets them pass.",
        {"value": lambda s: s.argument.clamp(0, 1)},
    ),
)
LABELS = {
    "values": "value",
    "block": "value in an array of three dimensions",
    "number": "value for a single number",
    "extreme": "value far from zero",
    "extreme_single": "value far from zero in float32",
    "log_far": "logarithm of the value at a large negative x",
    "gradient": "gradient",
    "gradient_extreme": "gradient far from zero",
    "dtype_kept": "float dtype kept (1 = yes)",
    "input_left_alone": "input left as it was (1 = yes)",
}


def generate(rng: np.random.Generator) -> Inputs:
    """Draw inputs near and far from zero, none of them zero, where a rectifier has no single gradient.

    The far ones are representable in float32, or so small that float32 rounds them to zero: nothing in between.
    """
    sizes = np.concatenate([rng.uniform(0.2, 0.9, 6), rng.uniform(1.2, 4.0, 6)])
    x = rng.permutation(sizes * np.tile([-1.0, 1.0], 6))
    return {
        "x": x,
        "block": rng.normal(scale=2, size=(2, 3, 2)),
        "number": np.array(rng.uniform(1.1, 3)),
        "far": -np.concatenate([rng.uniform(60, 80, 2), rng.uniform(115, 140, 2)]),
        "extreme": rng.uniform(750, 900, 4) * np.array([-1.0, 1.0, -1.0, 1.0]),
        "extreme_single": rng.uniform(95, 130, 4) * np.array([-1.0, 1.0, -1.0, 1.0]),
    }


def _part(name: str, program: Rule, mistakes: tuple[Mistake, ...], reread: str) -> AnswerPart:
    simulate = seen_by(part_of(PROBE, name), lambda changed: as_function(changed, "x"))
    return AnswerPart(
        name=name,
        reference=simulate(program),
        misconceptions=alternatives(program, (*mistakes, *ABOUT_THE_RESULT), simulate),
        labels=LABELS,
        reread=reread,
    )


ANSWER = Answer(
    "activations",
    generate,
    (
        _part("sigmoid", SIGMOID, ABOUT_SIGMOID, "section 3.1, the two ways to write the sigmoid"),
        _part("relu", RELU, ABOUT_RELU, "section 3.1, the rectifier"),
    ),
)
