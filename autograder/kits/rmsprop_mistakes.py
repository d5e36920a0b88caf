"""Mistakes and conventions of RMSProp, as edits of the two solutions that write it with a tensor `square`."""

from __future__ import annotations

from autograder.catalogue.edit import Edit, accepted, edit

__all__ = ["EPSILON_OUTSIDE", "rmsprop_mistakes"]

ROOT = "torch.sqrt(square + epsilon)"

EPSILON_OUTSIDE = accepted(
    "epsilon-outside",
    "epsilon is outside the root here, as in torch; the text puts it inside, where it keeps the denominator above "
    "sqrt(epsilon).",
    {"/ torch": "/ (torch", "square + epsilon": "square) + epsilon"},
)


# What enters the mean, and what divides the step.
FIXED = (
    edit(
        "absolute-instead-of-square",
        "The mean is taken over the size of the gradient instead of its square.",
        {"parameter.grad**2": "parameter.grad.abs()"},
        pairs=False,
    ),
    edit(
        "gradient-not-squared",
        "The gradient enters the mean without being squared; where it is negative, the root does not exist.",
        {"parameter.grad**2": "parameter.grad"},
        pairs=False,
    ),
    edit(
        "scalar-second-moment",
        "One mean of squares serves the whole tensor; every entry needs its own.",
        {"parameter.grad**2": "(parameter.grad**2).mean()"},
        pairs=False,
    ),
    edit(
        "no-root",
        "The gradient is divided by the mean of squares itself: the square root is missing.",
        {"torch.sqrt(square": "(square"},
    ),
)


def rmsprop_mistakes(decay: str, rate: str) -> tuple[Edit, ...]:
    """Return the mistakes that both solutions allow.

    Args:
        decay: The decay rate as the solution writes it, as in "self.beta".
        rate: The learning rate as the solution writes it, as in "self.lr".
    """
    return (
        edit(
            "ascent",
            "The weights move with the gradient, uphill: the update adds where it should subtract.",
            {"parameter.sub_(": "parameter.add_("},
        ),
        edit(
            "learning-rate-ignored",
            "The steps do not depend on the learning rate.",
            {f"{rate} * parameter.grad /": "parameter.grad /"},
            pairs=False,
        ),
        *_weight_mistakes(decay),
        *FIXED,
        *_state_mistakes(decay),
    )


def _weight_mistakes(decay: str) -> tuple[Edit, ...]:
    beta = decay.removeprefix("self.")
    return (
        edit(
            "squares-summed",
            "The squares are added up without forgetting, so the steps only ever shrink: that is AdaGrad.",
            {f"mul_({decay})": "mul_(1)", f"(1 - {decay}) * ": ""},
        ),
        edit(
            "no-one-minus-beta",
            f"The new square enters with weight 1 instead of 1 - {beta}: the mean of squares comes out "
            f"1/(1 - {beta}) times too large.",
            {f"(1 - {decay}) * ": ""},
        ),
        edit(
            "beta-on-wrong-term",
            f"{beta} and 1 - {beta} have changed places: {beta} weighs the new square instead of the old mean.",
            {f"mul_({decay}).add_((1 - {decay})": f"mul_(1 - {decay}).add_({decay}"},
        ),
    )


def _state_mistakes(decay: str) -> tuple[Edit, ...]:
    update = f"square.mul_({decay}).add_((1 - {decay}) * parameter.grad**2)"
    return (
        edit(
            "square-of-the-average",
            "The gradients are averaged and the average is squared; the text averages the squares. Where the sign of a "
            "gradient changes, its average is small, and the step too long.",
            {update: f"{update.removesuffix('**2)')})\nsquare = square**2"},
            pairs=False,
        ),
        edit(
            "root-stored",
            "The root is put back in place of the mean of squares, and the next step takes it for one.",
            {update: f"{update}\nsquare.add_(epsilon).sqrt_()", ROOT: "square"},
            pairs=False,
        ),
        edit(
            "stale-squares",
            "The step divides by the mean of squares from before this gradient was taken in.",
            {update: f"old = square.clone()\n{update}", "square + epsilon": "old + epsilon"},
        ),
        edit(
            "squares-not-kept",
            "The mean of squares is never stored: the new mean is used in this step and lost before the next one.",
            {f"square.mul_({decay})": f"square = square.mul({decay})"},
        ),
    )
