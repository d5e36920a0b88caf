"""The answer to `network`: z = h(z @ w + b), layer after layer; a last dimension of size 1 is squeezed."""

from __future__ import annotations

from functools import reduce
from itertools import pairwise

import numpy as np
import torch

from autograder.catalogue.answer import Answer, AnswerPart
from autograder.kits.programs import as_function, part_of, seen_by
from autograder.kits.rules import Mistake, Rule, alternatives
from course_utils.exercises.training_loop.network.probe import PROBE
from course_utils.kits.probe import Inputs

__all__ = ["ANSWER"]

PROGRAM: Rule = {
    "layers": lambda s: s.params,
    "affine": lambda s: lambda z, w, b: z @ w + b,
    "layer": lambda s: lambda z, wbh: wbh[2](s.affine(z, *wbh[:2])),
    "out": lambda s: reduce(s.layer, s.layers, s.x),
    "returned": lambda s: s.out.squeeze(-1) if s.out.shape[-1] == 1 else s.out,
}


def _identity(z: torch.Tensor) -> torch.Tensor:
    return z


MISTAKES = (
    Mistake(
        "bias-missing",
        "The biases have no effect on the output.",
        {"affine": lambda s: lambda z, w, b: z @ w},
    ),
    Mistake(
        "activation-before-bias",
        "The bias is added after the activation; it belongs inside, where it moves the threshold.",
        {"layer": lambda s: lambda z, wbh: wbh[2](z @ wbh[0]) + wbh[1]},
    ),
    Mistake(
        "activation-before-weights",
        "The activation is applied to what enters a layer; it belongs to what the weights and the bias make of it.",
        {"layer": lambda s: lambda z, wbh: s.affine(wbh[2](z), *wbh[:2])},
    ),
    Mistake(
        "last-activation-missing",
        "The last layer ends without its activation.",
        {"layers": lambda s: [*s.params[:-1], (*s.params[-1][:2], _identity)]},
    ),
    Mistake(
        "squeeze-all",
        "A batch of one example loses its batch dimension too: squeeze the last dimension only.",
        {"returned": lambda s: s.out.squeeze()},
        share=0.75,
    ),
)
ABOUT_UNIT = (
    Mistake(
        "not-squeezed",
        "One output per example should come back as a vector of shape (N,). As a column (N, 1), subtracted from labels "
        "of shape (N,), it would make an N by N table.",
        {"returned": lambda s: s.out},
        share=0.75,
    ),
)
ABOUT_LAYERS = (
    Mistake(
        "hidden-activations-missing",
        "Only the last layer has its activation; without the others all layers together are one linear map.",
        {"layers": lambda s: [*((w, b, _identity) for w, b, _ in s.params[:-1]), s.params[-1]]},
    ),
    Mistake(
        "first-activation-everywhere",
        "All layers use the activation of the first one; each tuple brings its own.",
        {"layers": lambda s: [(w, b, s.params[0][2]) for w, b, _ in s.params]},
    ),
    Mistake(
        "last-activation-everywhere",
        "All layers use the activation of the last one; each tuple brings its own.",
        {"layers": lambda s: [(w, b, s.params[-1][2]) for w, b, _ in s.params]},
    ),
    Mistake(
        "activation-twice",
        "Each activation is applied twice.",
        {"layer": lambda s: lambda z, wbh: wbh[2](wbh[2](s.affine(z, *wbh[:2])))},
    ),
    Mistake(
        "first-column-only",
        "Only the first output of each example is returned: the last dimension goes only when its size is 1.",
        {"returned": lambda s: s.out[..., :1]},
    ),
)
LABELS = {
    "outputs": "output of the batch",
    "output_of_one_row": "output for one example",
    "shape": "shape of the output",
    "shape_of_one_row": "shape of the output for one example",
    "inputs_left_alone": "inputs and parameters left as they were (1 = yes)",
}


def generate(rng: np.random.Generator) -> Inputs:
    """Draw a unit with 3 inputs, and layers 4-5-3-2 with biases as large as the products."""
    inputs = {"unit_x": rng.normal(size=(5, 3)), "deep_x": rng.normal(size=(6, 4))}
    for kind, sizes in (("unit", (3, 1)), ("deep", (4, 5, 3, 2))):
        for i, (d0, d1) in enumerate(pairwise(sizes)):
            inputs |= {f"{kind}_w{i}": rng.normal(size=(d0, d1)), f"{kind}_b{i}": rng.uniform(0.3, 0.9, d1)}
    return inputs


def _part(name: str, mistakes: tuple[Mistake, ...]) -> AnswerPart:
    simulate = seen_by(part_of(PROBE, name), lambda changed: as_function(changed, "x", "params"))
    return AnswerPart(
        name=name,
        reference=simulate(PROGRAM),
        misconceptions=alternatives(PROGRAM, mistakes, simulate),
        labels=LABELS,
        reread="section 3.3, one layer and its letters",
    )


ANSWER = Answer(
    "network",
    generate,
    (
        _part("one unit", (*MISTAKES, *ABOUT_UNIT)),
        _part("several layers", (*MISTAKES, *ABOUT_LAYERS)),
    ),
)
