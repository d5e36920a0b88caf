"""What is right and wrong in `network`: one unit is sigmoid(x . w + b); z = h(z @ w + b), layer after layer.

A last dimension of size 1 goes.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np

from autograder.catalogue.answer import Answer, AnswerPart
from autograder.catalogue.edit import Edit, edit
from autograder.catalogue.ways import Ignored, solution_part
from course_utils.checks.labels import Label
from course_utils.kits.probe import Inputs

__all__ = ["ANSWER"]

LAYERS = "in params:"
SQUEEZE = ".squeeze(dim=-1)"


def _own_activation_not_used(name: str, function: str) -> Edit:
    return edit(
        "own-activation-not-used",
        f"Every layer ends with {name}, whatever activation its tuple brings.",
        {LAYERS: f"in [(w, b, lambda z: {function}) for w, b, _ in params]:"},
    )


MISTAKES = (
    edit("bias-missing", "The biases have no effect on the output.", {"@ weights + biases": "@ weights"}),
    edit(
        "activation-before-bias",
        "The bias is added after the activation; it belongs inside, where it moves the threshold.",
        {"@ weights + biases)": "@ weights) + biases"},
    ),
    edit(
        "activation-before-weights",
        "The activation is applied to the input of a layer; it belongs after weights and bias.",
        {"= activation(outputs": "= (activation(outputs)"},
    ),
    edit(
        "last-activation-missing",
        "The last layer ends without its activation.",
        {LAYERS: "in [*params[:-1], (*params[-1][:2], lambda z: z)]:"},
    ),
    _own_activation_not_used("a rectifier", "z.relu()"),
    edit(
        "squeeze-all",
        "A batch of one example loses its batch dimension too: squeeze the last dimension only.",
        {SQUEEZE: ".squeeze()"},
        share=0.75,
    ),
)
ABOUT_UNIT = (
    _own_activation_not_used("a hyperbolic tangent", "z.tanh()"),
    edit(
        "not-squeezed",
        "One output per example should come back as a vector of shape (N,). As a column (N, 1), subtracted from labels "
        "of shape (N,), it would make an N by N table.",
        {SQUEEZE: ""},
        share=0.75,
    ),
)
ABOUT_LAYERS = (
    edit(
        "hidden-activations-missing",
        "Only the last layer has its activation; without the others all layers together are one linear map.",
        {LAYERS: "in [*((w, b, lambda z: z) for w, b, _ in params[:-1]), params[-1]]:"},
    ),
    edit(
        "first-activation-everywhere",
        "All layers use the activation of the first one; each tuple brings its own.",
        {LAYERS: "in [(w, b, params[0][2]) for w, b, _ in params]:"},
    ),
    edit(
        "last-activation-everywhere",
        "All layers use the activation of the last one; each tuple brings its own.",
        {LAYERS: "in [(w, b, params[-1][2]) for w, b, _ in params]:"},
    ),
    edit(
        "activation-twice",
        "Each activation is applied twice.",
        {"= activation(": "= (lambda z: activation(activation(z)))("},
    ),
    edit(
        "first-column-only",
        "Only the first output of each example is returned: the last dimension goes only when its size is 1.",
        {SQUEEZE: "[..., :1]"},
    ),
)
GRAPH_CUT = Ignored(
    "graph-cut",
    "The values are right, but no gradient flows back from them to the weights and biases, which could not be trained.",
    "No gradient flows back from the output to the weights and biases, either.",
    ("graph",),
    share=0.75,
)
# Of sums that a rectifier tells apart.
CLEARLY = 0.1
NO_DIMENSION = "there is no such dimension"
LABELS = {
    "outputs": Label("output of the batch"),
    "output_of_one_row": Label("output for one example"),
    "shape": Label("shape of the output", zero=NO_DIMENSION),
    "shape_of_one_row": Label("shape of the output for one example", zero=NO_DIMENSION),
    "graph": Label("gradients flow back from the output to the parameters", statement=True),
    "inputs_left_alone": Label("inputs and parameters left as they were", statement=True),
}


def generate(rng: np.random.Generator) -> Inputs:
    """Draw until the unit gets sums of both signs: a rectifier leaves positive ones as they are."""
    while True:
        inputs = _draw(rng)
        sums = inputs["unit_x"] @ inputs["unit_w0"] + inputs["unit_b0"]
        if sums.min() < -CLEARLY and sums.max() > CLEARLY:
            return inputs


def _draw(rng: np.random.Generator) -> Inputs:
    """Draw a unit with 3 inputs, and layers 4-5-3-2 with biases as large as the products."""
    inputs = {"unit_x": rng.normal(size=(5, 3)), "deep_x": rng.normal(size=(6, 4))}
    for kind, sizes in (("unit", (3, 1)), ("deep", (4, 5, 3, 2))):
        for i, (d0, d1) in enumerate(pairwise(sizes)):
            inputs |= {f"{kind}_w{i}": rng.normal(size=(d0, d1)), f"{kind}_b{i}": rng.uniform(0.3, 0.9, d1)}
    return inputs


def _part(name: str, mistakes: tuple[Edit, ...]) -> AnswerPart:
    return solution_part(
        "network",
        name,
        mistakes,
        ignored=(GRAPH_CUT,),
        labels=LABELS,
        reread="section 3.3, one layer and its letters",
        weight=1.5,
    )


UNIT = "sigmoid(x @ w + b)"
UNIT_MISTAKES = (
    edit("bias-missing", "The bias has no effect on the output.", {UNIT: "sigmoid(x @ w)"}),
    edit(
        "activation-before-bias",
        "The bias is added after the sigmoid; it belongs inside, where it moves the threshold.",
        {UNIT: "sigmoid(x @ w) + b"},
    ),
    edit(
        "last-activation-missing",
        "The output is the logit: the sigmoid that turns it into a probability is missing.",
        {UNIT: "x @ w + b"},
    ),
)


def _unit_part() -> AnswerPart:
    return solution_part(
        "network",
        "logistic_unit",
        UNIT_MISTAKES,
        ignored=(replace(GRAPH_CUT, arrays=("unit_graph",)),),
        changing=("logistic_unit",),
        labels={
            "batch": Label("output of the batch"),
            "batch_of_one": Label("output of a batch of one example"),
            "one_example": Label("output for one example without a batch"),
            "unit_graph": Label("gradients flow back from the output to the weights", statement=True),
        },
        reread="section 3.3, one logistic unit",
        follows=("sigmoid-wrong", "The unit is right; the values differ because your sigmoid from 3.1 does."),
    )


ANSWER = Answer(
    "network",
    generate,
    (
        _unit_part(),
        _part("one unit", (*MISTAKES, *ABOUT_UNIT)),
        _part("several layers", (*MISTAKES, *ABOUT_LAYERS)),
    ),
)
