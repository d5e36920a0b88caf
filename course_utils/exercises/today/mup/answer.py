"""What is right and wrong in `mup`: rates of hidden matrices, and the factor of the logits, go down with the width.

Source: Yang and Hu 2021, in the form for Adam with torch's usual initialisation: hidden matrices lr base/width; input
weights, biases and output weights lr; logits times base/width.
"""

from __future__ import annotations

from importlib import import_module

import numpy as np

from autograder.catalogue.answer import Answer
from autograder.catalogue.edit import edit
from autograder.catalogue.ways import solution_part
from course_utils.checks.labels import Label
from course_utils.kits.probe import Inputs

__all__ = ["ANSWER"]

# The first of torch's optimizer classes imports this, 110 MB: here, where all processes that grade come to share it.
import_module("torch._dynamo")

HIDDEN = "hidden = [layer.weight for layer in model.hidden]"
OTHERS = "others = [model.input.weight, model.output.weight]"
BIASES = "biases = [layer.bias for layer in (model.input, *model.hidden, model.output)]"
RATE = "lr * base_width / width"
OTHER_GROUP, BIAS_GROUP = '{"params": others, "lr": lr}', '{"params": biases, "lr": lr}'
ON_BIASES = (
    "The learning rate of biases also falls with the width. A bias is one number per unit, however wide the layer "
    "is, so its rate stays the same."
)

MISTAKES = (
    edit(
        "hidden-factor-on-input",
        "The learning rate of the input weights also falls with the width. The number of values that enter a unit "
        "of the first layer does not change, so its rate stays the same.",
        {
            HIDDEN: "hidden = [model.input.weight, *(layer.weight for layer in model.hidden)]",
            OTHERS: "others = [model.output.weight]",
        },
    ),
    edit(
        "hidden-factor-on-output",
        "The learning rate of the output weights also falls with the width. Here the factor of the logits already "
        "corrects the output.",
        {
            HIDDEN: "hidden = [*(layer.weight for layer in model.hidden), model.output.weight]",
            OTHERS: "others = [model.input.weight]",
        },
    ),
    edit(
        "every-matrix-scaled",
        "The learning rate of all matrices goes down with the width; only those from width to width need that.",
        {
            HIDDEN: "hidden = [layer.weight for layer in (model.input, *model.hidden, model.output)]",
            OTHERS: "others = []",
        },
    ),
    edit(
        "hidden-told-by-shape",
        "Matrices are told by their shape. In the last of the three networks an example has as many values as a layer "
        "has units, and its input weights are taken for hidden ones.",
        {
            HIDDEN: "hidden = [one for one in model.parameters() if one.shape == (width, width)]",
            OTHERS: "others = [one for one in model.parameters() if one.ndim == 2 and one.shape != (width, width)]",
        },
        share=0.75,
    ),
    edit(
        "hidden-told-by-shape",
        "Hidden matrices are recognised by their number of columns. The output weights also have `width` columns, "
        "and so have the input weights of the last of the three networks.",
        {
            HIDDEN: "hidden = [one for one in model.parameters() if one.ndim == 2 and one.shape[1] == width]",
            OTHERS: "others = [one for one in model.parameters() if one.ndim == 2 and one.shape[1] != width]",
        },
    ),
    edit("hidden-factor-on-biases", ON_BIASES, {BIAS_GROUP: BIAS_GROUP.replace("lr}", f"{RATE}}}")}),
    edit(
        "hidden-factor-on-biases",
        ON_BIASES,
        {
            HIDDEN: "hidden = [one for layer in model.hidden for one in layer.parameters()]",
            BIASES: "biases = [model.input.bias, model.output.bias]",
        },
    ),
    edit(
        "hidden-factor-on-everything",
        "All parameters get the smaller rate; only the hidden matrices need that.",
        {OTHER_GROUP: OTHER_GROUP.replace("lr}", f"{RATE}}}"), BIAS_GROUP: BIAS_GROUP.replace("lr}", f"{RATE}}}")},
        pairs=False,
    ),
    edit(
        "one-rate-for-all",
        "All parameters get the same rate, whatever the width: these are the groups of a standard network.",
        {RATE: "lr"},
        pairs=False,
    ),
    edit(
        "root-of-the-ratio",
        "The rate of the hidden matrices goes down with the root of the width; it has to go down with the width "
        "itself.",
        {RATE: "lr * (base_width / width) ** 0.5"},
    ),
    edit(
        "ratio-inverted",
        "The rate of the hidden matrices goes up with the width; it has to go down.",
        {RATE: "lr * width / base_width"},
    ),
    edit(
        "ratio-squared",
        "The rate of the hidden matrices goes down with the square of the width.",
        {RATE: "lr * (base_width / width) ** 2"},
    ),
    edit(
        "base-width-ignored",
        "The rate of the hidden matrices does not depend on the base width, so that a network of that width does not "
        "keep its rate.",
        {RATE: "lr / width"},
    ),
    edit(
        "one-hidden-matrix",
        "Only the first hidden matrix gets the smaller rate.",
        {
            HIDDEN: "hidden = [model.hidden[0].weight]",
            OTHERS: "others = [model.input.weight, *(layer.weight for layer in model.hidden[1:]), model.output.weight]",
        },
    ),
    edit(
        "biases-left-out",
        "The biases are in no group, so that Adam would not train them.",
        {BIASES: "biases = []"},
    ),
    edit(
        "output-left-out",
        "The output weights are in no group, so that Adam would not train them.",
        {OTHERS: "others = [model.input.weight]"},
    ),
    edit(
        "input-left-out",
        "The input weights are in no group, so that Adam would not train them.",
        {OTHERS: "others = [model.output.weight]"},
    ),
)
RATIO = "return base_width / width"
MULTIPLIER_MISTAKES = (
    edit("inverted", "The factor goes up with the width; it has to go down.", {RATIO: "return width / base_width"}),
    edit(
        "root-of-the-ratio",
        "The factor goes down with the root of the width; it has to go down with the width itself.",
        {RATIO: "return (base_width / width) ** 0.5"},
    ),
    edit(
        "base-width-ignored",
        "The factor does not depend on the base width; at the base width it is not 1.",
        {RATIO: "return 1 / width"},
    ),
    edit(
        "always-one",
        "The factor is 1 for every width: the logits of a wide network then move too far in one step.",
        {RATIO: "return 1.0"},
        share=0.0,
    ),
    edit(
        "ratio-squared",
        "The factor goes down with the square of the width.",
        {RATIO: "return (base_width / width) ** 2"},
    ),
    edit(
        "whole-numbers",
        "The division drops the fraction, so that the factor is 0 for a wide network.",
        {RATIO: "return base_width // width"},
        pairs=False,
    ),
)
NETWORKS = {
    "wide": "of a network of width 12",
    "narrow": "of a network of width 2",
    "square": "of a network with 9 inputs and width 9",
}
KINDS = {
    "input": "input weights",
    "hidden": "hidden matrices",
    "output": "output weights",
    "biases": "biases",
}
LABELS = {
    **{
        f"{name}_{kind}": Label(f"learning rate of the {words} {where}", nan="in no group")
        for name, where in NETWORKS.items()
        for kind, words in KINDS.items()
    },
    "model_left_alone": Label("network left as it was", statement=True),
}


def generate(rng: np.random.Generator) -> Inputs:
    """Draw a learning rate and a base width between the widths of the networks."""
    base = 2 * int(rng.integers(2, 5))
    wider = [int(rng.integers(low * base + 1, 2 * low * base)) for low in (1, 4, 16)]
    widths = rng.permutation([base // 2, *wider]).astype(float)
    return {"lr": np.array(rng.uniform(0.01, 0.1)), "base_width": np.array(base), "widths": widths}


ANSWER = Answer(
    "mup",
    generate,
    (
        solution_part(
            "mup",
            "mup_groups",
            MISTAKES,
            labels=LABELS,
            reread="section 6.5, the table of rates",
            weight=3.0,
            words={"lr": "learning rate", "hidden": "list of hidden matrices", "others": "list of other matrices"},
        ),
        solution_part(
            "mup",
            "output_multiplier",
            MULTIPLIER_MISTAKES,
            labels={"multipliers": Label("factor of the logits, at the base width and at four other widths")},
            reread="section 6.5, the table of rates",
        ),
    ),
)
