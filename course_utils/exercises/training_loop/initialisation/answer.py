"""The answer to `initialisation`: weights of variance 2 / d0 around zero (He), biases zero, in float64."""

from __future__ import annotations

import numpy as np

from autograder.catalogue.answer import Alternative, Answer, AnswerPart, Simulate
from autograder.kits.programs import perform
from autograder.kits.rules import Mistake, Rule, alternatives, under_variants
from course_utils.kits.probe import Inputs, Outputs

__all__ = ["ANSWER"]

VARIED = {"centred": 1.0, "units_differ": 1.0, "weights_vary": 1.0, "weights_not_zero": 1.0}
NORMAL = {**VARIED, "bell_shaped": 1.0, "flat": 0.0}
FLAT = {**VARIED, "bell_shaped": 0.0, "flat": 1.0}
UNITS_EQUAL = {**VARIED, "centred": 0.0, "bell_shaped": 0.0, "flat": 0.0, "units_differ": 0.0}
ALL_EQUAL = {**UNITS_EQUAL, "weights_vary": 0.0}
# What the probe sees of a layer, in the order of its making: `fan` and `gain` make the variance.
PROGRAM: Rule = {
    "fan": lambda s: s.d0,
    "gain": lambda s: 2.0,
    "scale": lambda s: np.sqrt(s.gain / s.fan),
    "shape": lambda s: NORMAL,
    "std": lambda s: s.scale,
    "biases_zero": lambda s: 1.0,
    "layers_differ": lambda s: 1.0,
    "float64": lambda s: 1.0,
}

MISTAKES = (
    Mistake(
        "fan-out-for-fan-in",
        "The weights are scaled by the number of outputs, the fan-out. What keeps the size of the signal is the number "
        "of terms in each sum, the number of inputs: the fan-in.",
        {"fan": lambda s: s.d1},
    ),
    Mistake(
        "variance-as-std",
        "2 / fan is the variance of the weights; here it is their standard deviation, so they are far too small.",
        {"scale": lambda s: s.gain / s.fan},
    ),
    Mistake(
        "gain-one",
        "The variance is half of what it should be: a rectifier lets only half of the signal pass, hence the 2.",
        {"gain": lambda s: 1.0},
        share=0.75,
    ),
    Mistake(
        "mean-of-fans",
        "This is the initialisation of Xavier Glorot, with the mean of fan-in and fan-out; the text asks for that of "
        "Kaiming He, for rectifiers.",
        {"fan": lambda s: s.d0 + s.d1},
        share=0.75,
    ),
    Mistake(
        "size-not-scaled",
        "The weights have variance 1, whatever the size of the layer: the signal grows with every layer.",
        {"scale": lambda s: 1.0},
    ),
    Mistake(
        "all-zero",
        "All weights are zero. Then with rectifiers no hidden unit ever gets a gradient: the network is dead.",
        {"shape": lambda s: {**ALL_EQUAL, "weights_not_zero": 0.0}, "std": lambda s: np.nan},
    ),
    Mistake(
        "all-equal",
        "All weights are equal. Then all units of a layer get the same gradient and stay equal for ever.",
        {"shape": lambda s: ALL_EQUAL, "std": lambda s: np.nan},
    ),
    Mistake(
        "units-equal",
        "All units of the layer have the same weights, so they get the same gradient and stay equal for ever.",
        {"shape": lambda s: UNITS_EQUAL, "std": lambda s: np.nan},
    ),
    Mistake(
        "same-weights-every-time",
        "Every call gives the same weights: the generator is seeded inside, so layers of equal size are equal.",
        {"layers_differ": lambda s: 0.0},
        share=0.75,
    ),
    Mistake(
        "biases-not-zero",
        "The biases are not zero; the weights already make the units different.",
        {"biases_zero": lambda s: 0.0},
        share=0.75,
    ),
    Mistake(
        "not-centred",
        "The weights are all positive: a uniform distribution from 0 has to be moved so that its mean is zero.",
        {
            "shape": lambda s: {**FLAT, "centred": 0.0},
            "std": lambda s: s.scale / np.sqrt(12),
        },
    ),
    Mistake(
        "bound-for-std",
        "The scale is the bound of a uniform distribution here; its standard deviation is smaller by the root of 3.",
        {
            "shape": lambda s: FLAT,
            "std": lambda s: s.scale / np.sqrt(3),
        },
    ),
)
# Without a dtype torch makes float32, so this comes together with anything else.
FLOAT32 = Mistake(
    "float32",
    "The weights or the biases are in float32, torch's default; the text asks for float64, in which everything here is "
    "computed.",
    {"float64": lambda s: 0.0},
    share=0.75,
)
UNIFORM = Mistake(
    "uniform",
    "Accepted: a uniform distribution with the right standard deviation. What counts is the variance; the text draws "
    "from a normal distribution.",
    {"shape": lambda s: FLAT},
    share=1.0,
)
LABELS = {
    "std": "standard deviation of the weights of layer {step} (nan: some units are equal)",
    "centred": "mean of the weights is zero (1 = yes)",
    "bell_shaped": "normally distributed (1 = yes)",
    "flat": "uniformly distributed (1 = yes)",
    "weights_vary": "weights of a layer differ (1 = yes)",
    "weights_not_zero": "weights are not all zero (1 = yes)",
    "units_differ": "units of a layer differ (1 = yes)",
    "layers_differ": "two layers of the same size differ (1 = yes)",
    "biases_zero": "all biases are zero (1 = yes)",
    "float64": "float64 (1 = yes)",
}
SEEN = ("std", "biases_zero", "layers_differ", "float64")


def simulate(program: Rule) -> Simulate:
    """Return what the probe would see if there were no chance."""

    def arrays(inputs: Inputs) -> Outputs:
        layers = [perform(program, d0=float(d0), d1=float(d1)) for d0, d1 in inputs["shapes"]]
        seen = {**layers[0].shape, **{name: getattr(layers[0], name) for name in SEEN}}
        return {**{name: np.array(value) for name, value in seen.items()}, "std": np.array([s.std for s in layers])}

    return arrays


def generate(rng: np.random.Generator) -> Inputs:
    """Draw a layer that narrows, one that widens and one between, large enough for a standard error below 1 %.

    The widths are so far apart that what is right for some of them is hardly ever right for others.
    """
    narrow, middle, wide = rng.integers(60, 140), rng.integers(140, 240), rng.integers(240, 460)
    shapes = np.array([[wide, narrow], [narrow, wide], [middle, wide]])
    return {"shapes": shapes, "seed": np.array(rng.integers(2**31))}


def _in_float32(alternative: Alternative) -> Alternative:
    """Return the same with one mistake more."""

    def arrays(inputs: Inputs) -> Outputs:
        return {**alternative.simulate(inputs), "float64": np.array(0.0)}

    ids, says = (*alternative.ids, FLOAT32.id), (*alternative.says, FLOAT32.says)
    return Alternative(ids, says, arrays, alternative.share * FLOAT32.share)


NAMED = (
    *alternatives(PROGRAM, MISTAKES, simulate),
    *under_variants(PROGRAM, MISTAKES, (UNIFORM,), simulate),
)
ANSWER = Answer(
    "initialisation",
    generate,
    (
        AnswerPart(
            name="make_layer",
            reference=simulate(PROGRAM),
            misconceptions=(
                *NAMED,
                *alternatives(PROGRAM, (FLOAT32,), simulate),
                *under_variants(PROGRAM, (FLOAT32,), (UNIFORM,), simulate),
                *map(_in_float32, NAMED),
            ),
            variants=alternatives(PROGRAM, (UNIFORM,), simulate, pairs=False),
            labels=LABELS,
            reread="section 3.4, the variance of a sum of d0 terms",
            rtol=0.02,
        ),
    ),
)
