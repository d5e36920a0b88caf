"""The mistakes that every normalization invites, in sentences; an answer gives the texts of its own solution.

The declared convention: subtract the mean, divide by the root of (biased variance + epsilon), then gain and shift.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from autograder.catalogue.edit import Edit
from course_utils.checks.labels import Label
from course_utils.checks.types import Besides

__all__ = ["BESIDES", "EXTRA_LABELS", "GRADIENT_LABELS", "WORDS", "normalization_mistakes", "other_epsilons"]

Changes = Mapping[str, str]

SENTENCES = {
    "unbiased-variance": (
        "The variance that normalises is the unbiased estimate: its sum of squares is divided by one less than the "
        "number of values. A normalization uses the variance of the values themselves, so that the result has "
        "variance 1."
    ),
    "whole-array": (
        "One mean and one variance are taken over the whole array, so features and examples share a single scale."
    ),
    "divides-by-variance": (
        "The centred values are divided by the variance, not by its root, so the output does not have variance 1."
    ),
    "epsilon-outside": "Epsilon is added to the standard deviation, after the root; it belongs to the variance.",
    "no-epsilon": "Epsilon is missing: where all values are equal the variance is 0 and the result is not a number.",
    "not-centred": "The mean is not subtracted: the values are scaled but not centred.",
    "affine-first": (
        "Gain and shift are applied before the statistics are taken, so the normalization removes them again."
    ),
    "gamma-beta-exchanged": "Gamma and beta have changed places: beta scales and gamma shifts.",
    "gamma-missing": "Gamma is not used: the result does not depend on the gain.",
    "beta-missing": "Beta is not used: the result does not depend on the shift.",
    "affine-missing": "Neither gamma nor beta is used: the function returns the normalised input.",
    "gamma-per-row": (
        "Gamma and beta are applied along the rows: there is one of each per feature (column), not per example."
    ),
    "epsilon-ignored": "The given epsilon is not used; a fixed 1e-5 takes its place.",
    # Of batch normalization.
    "wrong-axis": (
        "The statistics are taken along the wrong axis: one per example (row) instead of one per feature (column)."
    ),
    "divides-by-features": (
        "The sums over the batch are divided by the number of features instead of the number of examples: right only "
        "where the two are equal."
    ),
    "no-epsilon-in-test": (
        "Epsilon is missing in test mode, where a running variance of 0 then gives a result that is not a number; "
        "training mode has it."
    ),
    "epsilon-outside-in-test": (
        "In test mode epsilon is added to the standard deviation, after the root; it belongs to the variance there, as "
        "it does in training mode."
    ),
    "affine-missing-in-test": (
        "In test mode neither gamma nor beta is used: the function returns the normalised input."
    ),
    "momentum-swapped": (
        "Momentum and 1 - momentum have changed places in the running averages: the new batch gets the large weight. "
        "(In torch the argument `momentum` is the weight of the new batch; here it is that of the old value.)"
    ),
    "running-variance-not-updated": "The running variance never changes; only the running mean is kept up to date.",
    "running-mean-not-updated": "The running mean never changes; only the running variance is kept up to date.",
    "running-statistics-not-updated": ("The running statistics never change: test mode uses their initial values."),
    "running-standard-deviation": (
        "The running variance averages standard deviations; the mean of roots is not the root of the mean."
    ),
    "epsilon-in-running-variance": ("Epsilon is averaged into the running variance and added again when that is used."),
    "first-batch-copied": (
        "The running statistics start as a copy of the first batch's instead of averaging it into their start."
    ),
    "running-statistics-in-training": (
        "Training mode normalises with the running statistics; they are for test mode only."
    ),
    "batch-statistics-in-test": (
        "Test mode normalises with the statistics of the test batch, so the output for one example depends on the "
        "other examples of the batch."
    ),
    "running-statistics-updated-in-test": (
        "Test mode changes the running statistics: looking at test data then changes the model."
    ),
    "momentum-ignored": "The given momentum is not used; a fixed 0.9 takes its place.",
    "unbiased-running-variance": (
        "The running variance averages unbiased estimates (divided by N - 1), as torch does; the text averages the "
        "biased ones. Both are in use."
    ),
    "statistics-as-rows": (
        "The running statistics have shape (1, D); the text keeps one number per feature, (D,). The values are right."
    ),
    # Of layer normalization.
    "batch-axis": (
        "The statistics are taken over the batch: one per feature (column) instead of one per example (row). That is "
        "what batch normalization does."
    ),
    "divides-by-examples": (
        "The sums over a row are divided by the number of examples instead of the number of features: right only "
        "where the two are equal."
    ),
    "mean-of-squares": (
        "The mean of the squares takes the place of the variance: the mean is not subtracted before squaring."
    ),
    # Of the way back through a module.
    "statistics-as-constants": (
        "On the way back the statistics count as constants, as under no_grad or after detach: the gradient of an "
        "output reaches only its own input, though every input also moves the statistics and so the other outputs."
    ),
    "one-statistic-as-constant": (
        "The gradient that reaches the input is not the derivative of the output: it reaches the other inputs too, "
        "but not along all paths by which they act. One of the statistics may be computed without a graph."
    ),
    "graph-cut": (
        "No gradient reaches the input: the output has no graph that leads back, so nothing before this layer is "
        "trained."
    ),
    # Of the call.
    "shapes-do-not-fit": (
        "An error is raised where the number of examples and the number of features differ: somewhere the code uses "
        "one of them for the other."
    ),
    "input-changed": (
        "The values are right, but the function writes into what it is given, which the caller still needs."
    ),
    "computes-in-float64": (
        "For float32 input the output is float64: right, but twice the memory, and the next layer may refuse it."
    ),
}
# Not looked for together with other mistakes (or, of conventions, with any).
ALONE = {
    "not-centred", "affine-first", "beta-missing", "gamma-per-row", "epsilon-ignored", "wrong-axis",
    "divides-by-features", "no-epsilon-in-test", "epsilon-outside-in-test", "affine-missing-in-test",
    "running-mean-not-updated", "running-standard-deviation", "epsilon-in-running-variance",
    "running-statistics-in-training", "running-statistics-updated-in-test", "batch-axis", "divides-by-examples",
    "mean-of-squares", "one-statistic-as-constant", "graph-cut", "computes-in-float64", "statistics-as-rows",
}  # fmt: skip
CONVENTIONS = {"unbiased-running-variance", "computes-in-float64", "statistics-as-rows"}
BESIDES = (
    Besides(
        "inputs_left_alone",
        "input-changed",
        "The function also writes into what it is given, which the caller still needs.",
        0.5,
    ),
)
# Common in published homework.
FREQUENT = ("1e-7", "1e-8", "1e-6")
EPSILONS = (*FREQUENT, "1e-9", "1e-10")

EXTRA_LABELS = {
    "fits": Label("works for inputs of other shapes", statement=True),
    "inputs_left_alone": Label("inputs left as they were", statement=True),
    "float32_kept": Label("float32 in, float32 out", statement=True),
    "statistics_flat": Label("running statistics in one dimension", statement=True),
}
GRADIENT_LABELS = {
    "gradient_arrives": Label("a gradient reaches the input", statement=True),
    "gradient_fits": Label("the gradient that reaches the input is the derivative of the output", statement=True),
    "gradient_spreads": Label(
        "one entry of the output has a gradient in the other values it was computed from", statement=True
    ),
}
WORDS = {
    "x": "input", "x_hat": "normalised input", "centred": "centred input", "var": "variance",
    "std": "standard deviation", "eps": "epsilon", "bn_param": "bn_param", "ln_param": "ln_param",
    "running_var": "running variance", "self": "a buffer", "dout": "upstream gradient",
    "dx_hat": "gradient of the normalised input", "dcentred": "gradient of the centred input",
    "dvar": "gradient of the variance", "dmean": "gradient of the mean",
    "dstd": "gradient of the standard deviation",
    "along": "mean of its product with the normalised input",
}  # fmt: skip


def normalization_mistakes(exercise: str, texts: Mapping[str, Changes | Sequence[Changes]]) -> tuple[Edit, ...]:
    """Return the mistakes and conventions that an exercise names, as edits of its solution.

    Args:
        exercise: Exercise id, for messages.
        texts: For each id what it changes in the solution; several entries where it can be written in several ways.
    """
    return tuple(
        Edit(name, SENTENCES[name], changes, _share(name), name not in ALONE, where=f"the answer to {exercise}")
        for name, ways in texts.items()
        for changes in ([ways] if isinstance(ways, Mapping) else ways)
    )


def other_epsilons(exercise: str, declared: str, *more: str, frequent: bool = True) -> tuple[Edit, ...]:
    """Return other small epsilons as accepted conventions: no exercise is about their size.

    Args:
        exercise: Exercise id, for messages.
        declared: The text of the solution that holds the declared 1e-5, once.
        more: Larger values that are accepted too.
        frequent: Whether small changes and pairs of mistakes are looked for within the commonest ones.
    """
    return tuple(
        Edit(
            "another-epsilon",
            f"Epsilon is {value} instead of 1e-5; both are in use.",
            {declared: declared.replace("1e-5", value)},
            share=1.0,
            pairs=value in FREQUENT,
            frequent=frequent and value in FREQUENT,
            where=f"the answer to {exercise}",
        )
        for value in (*EPSILONS, *more)
    )


def _share(name: str) -> float:
    return 1.0 if name in CONVENTIONS else 0.5
