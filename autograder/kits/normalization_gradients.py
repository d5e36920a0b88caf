"""The answers to the backward passes of the numpy normalizations: mistakes in sentences, and fresh inputs.

The text of such a solution holds the forward pass too, so that an edit can change what that one keeps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.catalogue.answer import Alternative, AnswerPart, Piecewise
from autograder.catalogue.edit import Edit, accepted, apply, edit, spans
from autograder.catalogue.solution import load_solution
from autograder.catalogue.ways import solution_part
from autograder.kits.normalization_mistakes import BESIDES, EXTRA_LABELS, WORDS, normalization_mistakes
from course_utils.checks.labels import TABLE, Label
from course_utils.kits.probe import Inputs, IsEnough, Outputs, Pieces, gathered, load_probe

__all__ = ["fresh_gradient_inputs", "gradients_answer_part"]

Changes = Mapping[str, str]

PREFIXES = ("square", "other")
FEATURE = TABLE[1:]
LABELS = {
    f"{prefix}_{name}": Label(name, then=where, axes=TABLE if name == "dx" else FEATURE)
    for prefix, where in (("square", ""), ("other", "for a 5 x 4 array"))
    for name in ("dx", "dgamma", "dbeta")
} | {
    "gradients_flat": Label("gradients of gamma and beta in one dimension", statement=True),
    **{name: EXTRA_LABELS[name] for name in ("fits", "inputs_left_alone")},
}
# All solutions keep the same and begin with the same line.
CACHE, UNPACKED = "(x_hat, gamma, var, eps)", "x_hat, gamma, var, eps = cache"
X_HAT = "x_hat = (x - mean) / np.sqrt(var + eps)"
SENTENCES = {
    "statistics-as-constants": (
        "Mean and variance are treated as constants, but both move when an input moves: two of the three paths from "
        "the input to the output are missing in dx."
    ),
    "variance-path-missing": (
        "In dx the path through the variance is missing: an input that moves also changes the scale of the others."
    ),
    "mean-path-missing": ("In dx the path through the mean is missing: an input that moves also shifts all others."),
    "sums-for-means": (
        "dx has sums where means belong: the factor 1/(number of values averaged) is lost on the way back."
    ),
    "bessel-in-backward": (
        "The way back divides by one less than the number of values; the forward pass divides by the number itself."
    ),
    "bessel-in-backward (variance)": (
        "The path through the variance divides by one less than the number of values; the forward pass divides by the "
        "number itself."
    ),
    "variance-gradient-over-all-axes": (
        "The gradient of the variance is summed over the whole array; there is one variance for each mean, not one "
        "for all."
    ),
    "backward-along-wrong-axis": (
        "The gradients of mean and variance are summed along the other axis than the one the forward pass averages "
        "over."
    ),
    "count-of-other-axis": (
        "In dx the sums are divided by the length of the other axis than the one they go along: right only where both "
        "are equally long."
    ),
    "variance-path-halved": (
        "In the path through the variance a factor 2 is lost, the one that comes from the square."
    ),
    "variance-power": (
        "In the path through the variance the power of (variance + epsilon) is -1/2; the derivative of its inverse "
        "root has the power -3/2."
    ),
    "mean-path-sign": ("The path through the mean has the wrong sign: the mean is subtracted on the way forward."),
    "no-epsilon-in-backward": (
        "Epsilon is missing on the way back; the forward pass divides by the root of variance plus epsilon."
    ),
    "gamma-missing-in-dx": (
        "Gamma is missing in dx: the upstream gradient passes the gain before it reaches the normalised values."
    ),
    # Along a column gamma is one number, and may stand before the means.
    "gamma-outside-the-means": (
        "In dx gamma multiplies at the end, which is right for batch normalization. Along a row every feature has a "
        "different gamma, so the upstream gradient meets it before the means are taken."
    ),
}
ALONE = ("backward-along-wrong-axis", "bessel-in-backward (variance)")
# Mistakes of the forward pass whose exact gradients are accepted: the mistake is counted there.
FOLLOWED = (
    "unbiased-variance", "divides-by-variance", "epsilon-outside", "no-epsilon", "not-centred", "affine-first",
    "gamma-beta-exchanged", "gamma-missing", "beta-missing", "affine-missing", "epsilon-ignored",
)  # fmt: skip
# For differences of fourth order, to 1e-8 of gradients whose inputs vary by 0.02.
STEP = 1e-4


def gradients_answer_part(
    exercise: str,
    name: str,
    forward: Sequence[Edit],
    texts: Mapping[str, Changes | Sequence[Changes]],
    *,
    var: str,
    root: str,
    dgamma: str = "dgamma",
    dbeta: str = "dbeta",
    reread: str,
) -> AnswerPart:
    """Make the answer to a backward pass; the exact gradients of a mistaken forward pass are accepted.

    Args:
        exercise: Exercise id.
        name: Name of the part, which is that of the function.
        forward: The mistakes of the forward pass.
        texts: For each mistake in dx what it changes in the solution; several entries where it can be written in
            several ways.
        var: The variance, as the solution of the forward pass writes it.
        root: The root of (variance + eps) in the solution of the backward pass, with what stands before it.
        dgamma: What is returned for dgamma, after `dx, `.
        dbeta: What is returned for dbeta.
        reread: What to read again.
    """
    part = solution_part(
        exercise,
        name,
        (
            *_input_gradient_mistakes(exercise, texts),
            *_parameter_gradient_mistakes(dgamma, dbeta),
            *_call_mistakes(exercise),
            *_wrong_cache(var, root),
        ),
        conventions=(_as_rows(dgamma, dbeta),),
        not_in_mistakes=("gradients_flat",),
        besides=BESIDES,
        changing=(name,),
        labels=LABELS,
        reread=reread,
        words=WORDS,
    )
    uses = next(part.uses for part in load_probe(exercise).parts if part.name == name)
    followed = {one.id: one for one in reversed(forward)}
    own = tuple(_of_own_forward(exercise, uses[0], followed[one]) for one in FOLLOWED)
    return replace(part, variants=(*part.variants, *own))


def _input_gradient_mistakes(exercise: str, texts: Mapping[str, Changes | Sequence[Changes]]) -> list[Edit]:
    return [
        Edit(name.split(" (")[0], SENTENCES[name], changes, pairs=name not in ALONE, where=f"the answer to {exercise}")
        for name, ways in texts.items()
        for changes in ([ways] if isinstance(ways, Mapping) else ways)
    ]


def _parameter_gradient_mistakes(dgamma: str, dbeta: str) -> tuple[Edit, ...]:
    both = f"dx, {dgamma}, {dbeta}"
    return (
        edit(
            "dgamma-from-input",
            "dgamma is formed with the input itself; gamma multiplies the normalised values.",
            {**_kept("x"), both: f"dx, (dout * x).sum(axis=0), {dbeta}"},
        ),
        edit(
            "dgamma-from-output",
            "dgamma is formed with the output, gain and shift included; gamma multiplies the normalised values.",
            {**_kept("beta"), both: f"dx, (dout * (gamma * x_hat + beta)).sum(axis=0), {dbeta}"},
        ),
        edit(
            "parameter-gradients-averaged",
            "dgamma and dbeta are averaged over the batch; every example adds its share to a gradient.",
            {both: "dx, (dout * x_hat).mean(axis=0), dout.mean(axis=0)"},
        ),
        edit(
            "parameter-gradients-along-wrong-axis",
            "dgamma and dbeta are summed over the features; there is one of each per feature, so the sum is over "
            "examples.",
            {both: "dx, (dout * x_hat).sum(axis=1), dout.sum(axis=1)"},
            pairs=False,
        ),
        edit(
            "dgamma-dbeta-exchanged",
            "dgamma and dbeta have changed places.",
            {both: f"dx, {dbeta}, {dgamma}"},
            pairs=False,
        ),
    )


def _kept(name: str) -> Changes:
    """Return what makes the forward pass keep something more, and the backward pass take it."""
    return {CACHE: f"{CACHE[:-1]}, {name})", UNPACKED: UNPACKED.replace(" =", f", {name} =")}


def _as_rows(dgamma: str, dbeta: str) -> Edit:
    return accepted(
        "gradients-as-rows",
        "dgamma or dbeta has shape (1, D); gamma and beta have shape (D,). The values are right.",
        {f"dx, {dgamma}": f"dx, {dgamma}[None]", f"dx, {dgamma}, {dbeta}": f"dx, {dgamma}, {dbeta}[None]"},
        pairs=False,
    )


def _call_mistakes(exercise: str) -> tuple[Edit, ...]:
    return normalization_mistakes(
        exercise,
        {
            "shapes-do-not-fit": {UNPACKED: f"np.eye(dout.shape[1]) @ dout\n{UNPACKED}"},
            "input-changed": {UNPACKED: f"{UNPACKED}\ngiven, dout = dout, dout.copy()\ngiven += 1"},
        },
    )


def _wrong_cache(var: str, root: str) -> tuple[Edit, ...]:
    def roots(other: str, *texts: str) -> Changes:
        return {text: text.replace("np.sqrt(var + eps)", other) for text in texts}

    def only_values(other: str) -> Changes:
        return roots(other, X_HAT)

    def both_and_values(other: str) -> Sequence[Changes]:
        return roots(other, X_HAT, root), only_values(other)

    kept: dict[str, Sequence[Changes]] = {
        "the variance is the unbiased one": [{var: f"{var[:-1]}, ddof=1)"}],
        "epsilon is added after the root": both_and_values("(np.sqrt(var) + eps)"),
        "divides by the variance in place of its root": both_and_values("(var + eps)"),
        "the normalised values were made without epsilon": [only_values("np.sqrt(var)")],
    }
    return tuple(
        edit(
            "right-formulas-wrong-cache",
            f"The formulas of the backward pass are right, but their inputs are not: {what}. If the cache is "
            f"the reason, correct the forward pass, where the mistake is counted too.",
            changes,
            pairs=False,
        )
        for what, ways in kept.items()
        for changes in ways
    )


def _of_own_forward(exercise: str, name: str, mistake: Edit) -> Alternative:
    """Return the exact gradients of a mistaken forward pass."""
    solution = load_solution(exercise)
    changed = apply(solution.source, spans(mistake, solution, (name,)))

    def pieces(inputs: Inputs) -> Pieces:
        forward = solution.objects(changed)[name]
        yield {"fits": np.array(1.0), "inputs_left_alone": np.array(1.0)}
        for prefix, wanted in product(PREFIXES, ("gamma", "x", "beta")):
            yield {f"{prefix}_d{wanted}": _slopes(forward, inputs, prefix, wanted)}

    def until(inputs: Inputs, is_enough: IsEnough) -> Outputs:
        return gathered(pieces(inputs), is_enough)

    says = f"These are exactly the gradients of your own forward pass; its mistake is counted there. {mistake.says}"
    return Alternative(("follows-own-forward",), (says,), Piecewise(until), share=1.0)


def _slopes(forward: Any, inputs: Inputs, prefix: str, wanted: str) -> NDArray[Any]:
    """Differentiate sum(dout * out) with respect to one array, by central differences of fourth order."""
    given = {name: inputs[f"{prefix}_{name}"] for name in ("x", "gamma", "beta")}

    def total(index: tuple[int, ...], step: float) -> float:
        moved = {name: array.copy() for name, array in given.items()}
        moved[wanted][index] += step
        out, _ = forward(*moved.values(), {"mode": "train", "eps": float(inputs["eps"])})
        return float((inputs[f"{prefix}_dout"] * out).sum())

    slopes = np.zeros(given[wanted].shape)
    for index in np.ndindex(*slopes.shape):
        near, far = (total(index, step) - total(index, -step) for step in (STEP, 2 * STEP))
        slopes[index] = (8 * near - far) / (12 * STEP)
    return slopes


def fresh_gradient_inputs(rng: np.random.Generator, over: int) -> Inputs:
    """Draw inputs with scales 1, 3, 0.05 and 0.02 along the averages, and upstream gradients of no special form."""
    inputs: dict[str, Any] = {"eps": np.array(rng.uniform(1e-3, 3e-3))}
    for prefix, shape in zip(PREFIXES, ((4, 4), (5, 4)), strict=True):
        scales = rng.permutation(np.resize([1.0, 3.0, 0.05, 0.02], shape[1 - over]))
        offsets = rng.uniform(0.5, 1.5, size=shape[1 - over])
        x = rng.normal(size=shape) * np.expand_dims(scales, over) + np.expand_dims(offsets, over)
        signs = rng.choice([-1.0, 1.0], size=shape[1])
        inputs |= {
            f"{prefix}_x": x,
            f"{prefix}_dout": rng.normal(size=shape) + 0.3,
            f"{prefix}_gamma": rng.uniform(1.3, 2.2, size=shape[1]) * signs,
            f"{prefix}_beta": rng.uniform(0.3, 0.8, size=shape[1]),
        }
    return inputs
