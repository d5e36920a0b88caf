"""What is right and wrong in `initialisation`: weights of variance 2 / d0 around zero (He), biases zero, float64."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from autograder.catalogue.answer import Alternative, Answer, AnswerPart
from autograder.catalogue.edit import accepted, edit
from autograder.catalogue.ways import solution_part
from course_utils.checks.labels import Label
from course_utils.kits.probe import Inputs, Outputs

__all__ = ["ANSWER"]

NORMAL = "torch.randn(d0, d1, dtype=torch.float64)"
FLAT = "torch.rand(d0, d1, dtype=torch.float64)"

MISTAKES = (
    edit(
        "fan-out-for-fan-in",
        "The weights are scaled by the number of outputs, the fan-out. The size of the signal depends on the number "
        "of terms in each sum, which is the number of inputs: the fan-in.",
        {"2 / d0": "2 / d1"},
    ),
    edit(
        "variance-as-std",
        "2 / fan is the variance of the weights; here it is their standard deviation, so they are far too small.",
        {") ** 0.5": ")"},
    ),
    edit(
        "gain-one",
        "The variance is half of what it should be: a rectifier lets only half of the signal pass, hence the 2.",
        {"2 / d0": "1 / d0"},
        share=0.75,
    ),
    edit(
        "mean-of-fans",
        "This is the initialisation of Xavier Glorot, with the mean of fan-in and fan-out; the text asks for that of "
        "Kaiming He, for rectifiers.",
        {"2 / d0": "2 / (d0 + d1)"},
        share=0.75,
    ),
    edit(
        "size-not-scaled",
        "The weights have variance 1, whatever the size of the layer: the signal grows with every layer.",
        {"spread *": "1.0 *"},
    ),
    edit(
        "all-zero",
        "All weights are zero. Then with rectifiers no hidden unit ever gets a gradient: the network is dead.",
        {NORMAL: "torch.zeros(d0, d1, dtype=torch.float64)"},
    ),
    edit(
        "all-equal",
        "All weights are equal. Then all units of a layer get the same gradient and stay equal for ever.",
        {NORMAL: "torch.ones(d0, d1, dtype=torch.float64)"},
    ),
    edit(
        "units-equal",
        "All units of the layer have the same weights, so they get the same gradient and stay equal for ever.",
        {NORMAL: "torch.randn(d0, 1, dtype=torch.float64).expand(d0, d1)"},
    ),
    edit(
        "same-weights-every-time",
        "Every call gives the same weights: the generator is seeded inside, so layers of equal size are equal.",
        {"spread =": "torch.manual_seed(0)\nspread ="},
        share=0.75,
    ),
    edit(
        "biases-not-zero",
        "The biases are not zero; the weights already make the units different.",
        {"torch.zeros(": "torch.ones("},
        share=0.75,
    ),
    edit(
        "not-centred",
        "The weights are all positive: a uniform distribution from 0 has to be moved so that its mean is zero.",
        {NORMAL: FLAT},
    ),
    edit(
        "bound-for-std",
        "The scale is the bound of a uniform distribution here; its standard deviation is smaller by the root of 3.",
        {NORMAL: f"(2 * {FLAT} - 1)"},
    ),
)
UNIFORM = accepted(
    "uniform",
    "Accepted: a uniform distribution with the right standard deviation. Only the variance matters; the text draws "
    "from a normal distribution.",
    {NORMAL: f"3**0.5 * (2 * {FLAT} - 1)"},
)
FLOAT32 = (
    "The weights or the biases are in float32, torch's default; the text asks for float64, in which everything here is "
    "computed."
)
LABELS = {
    "std": Label("standard deviation of the weights", "layer", link="of", nan="some units are equal"),
    "centred": Label("mean of the weights is zero", statement=True),
    "bell_shaped": Label("normally distributed", statement=True),
    "flat": Label("uniformly distributed", statement=True),
    "weights_vary": Label("weights of a layer differ", statement=True),
    "weights_not_zero": Label("weights are not all zero", statement=True),
    "units_differ": Label("units of a layer differ", statement=True),
    "layers_differ": Label("two layers of the same size differ", statement=True),
    "biases_zero": Label("all biases are zero", statement=True),
    "float64": Label("float64", statement=True),
}


def generate(rng: np.random.Generator) -> Inputs:
    """Draw a layer that narrows, one that widens and one between, large enough for a standard error below 1 %.

    The widths are so far apart that what is right for some of them is hardly ever right for others.
    """
    narrow, middle, wide = rng.integers(60, 140), rng.integers(140, 240), rng.integers(240, 460)
    shapes = np.array([[wide, narrow], [narrow, wide], [middle, wide]])
    return {"shapes": shapes, "seed": np.array(rng.integers(2**31))}


def _or_in_float32(part: AnswerPart) -> AnswerPart:
    """Add float32 to each way to answer: without a dtype torch makes it, so it comes together with anything else."""
    right = (part.reference, *(way.simulate for way in part.variants))
    alone = tuple(_in_float32(Alternative((), (), simulate, share=1.0)) for simulate in right)
    return replace(
        part,
        misconceptions=(*part.misconceptions, *alone, *map(_in_float32, part.misconceptions)),
        changes=(*part.changes, *map(_in_float32, part.changes)),
    )


def _in_float32(way: Alternative) -> Alternative:
    """Return the same way in float32."""

    def simulate(inputs: Inputs) -> Outputs:
        found = way.simulate(inputs)
        return {**found, "float64": np.array(0.0)} if found else {}

    return Alternative((*way.ids, "float32"), (*way.says, FLOAT32), simulate, way.share * 0.75)


ANSWER = Answer(
    "initialisation",
    generate,
    (
        _or_in_float32(
            solution_part(
                "initialisation",
                "make_layer",
                MISTAKES,
                conventions=[UNIFORM],
                labels=LABELS,
                reread="section 3.4, the variance of a sum of d0 terms",
                rtol=0.02,
                words={"spread": "the standard deviation", "d0": "the number of inputs", "d1": "the number of outputs"},
            )
        ),
    ),
)
