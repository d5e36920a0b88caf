"""The backward pass of a normalization as a rule, and the answers to the exercises that ask for it."""

from __future__ import annotations

from functools import partial
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.catalogue.answer import Alternative, AnswerPart, Simulate
from autograder.kits.accepted_conventions import changed, over_calls, part_from_rule, slope
from autograder.kits.manners import INPUT_CHANGED, INPUTS_LEFT_ALONE, MANNER_LABELS, SHAPES_DO_NOT_FIT
from autograder.kits.normalization_rule import AFFINE_MISTAKES, EPSILON_IGNORED, NORMALISE, ROOT_MISTAKES, UNBIASED
from autograder.kits.own_cache import OWN_CACHE
from autograder.kits.rules import Mistake, Rule
from course_utils.kits.probe import Inputs, Outputs

__all__ = ["fresh_gradient_inputs", "gradients_answer_part"]

NAMES = ("dx", "dgamma", "dbeta")
PREFIXES = ("square", "other")
LABELS = {
    **{f"square_{name}": name for name in NAMES},
    **{f"other_{name}": f"{name} (for a 5 x 4 array)" for name in NAMES},
    **MANNER_LABELS,
}
BACKWARD: Rule = {
    **NORMALISE,
    "count": lambda s: s.z.shape[s.over],
    "scale": lambda s: np.sqrt(s.spread + s.eps),
    "dx_hat": lambda s: s.dout * s.gamma,
    "dvar": lambda s: _sum(s, -0.5 * s.dx_hat * (s.z - s.mean) / s.scale**3),
    "dmean": lambda s: _sum(s, -s.dx_hat / s.scale),
    "dx": lambda s: s.dx_hat / s.scale + (2 * s.dvar * (s.z - s.mean) + s.dmean) / s.count,
    "dgamma": lambda s: (s.dout * s.x_hat).sum(0),
    "dbeta": lambda s: s.dout.sum(0),
    **INPUTS_LEFT_ALONE,
}


def _sum(s: Any, values: Any) -> Any:
    return values.sum(s.over, keepdims=True)


MISTAKES = (
    Mistake(
        "statistics-as-constants",
        "Mean and variance are treated as constants, but both move when an input moves: two of the three paths from "
        "the input to the output are missing in dx.",
        {"dvar": lambda s: 0.0, "dmean": lambda s: 0.0},
    ),
    Mistake(
        "variance-path-missing",
        "In dx the path through the variance is missing: an input that moves also changes the scale of the others.",
        {"dvar": lambda s: 0.0},
    ),
    Mistake(
        "mean-path-missing",
        "In dx the path through the mean is missing: an input that moves also shifts all others.",
        {"dmean": lambda s: 0.0},
    ),
    Mistake(
        "sums-for-means",
        "Sums stand in dx where means belong: the factor 1/(number of values averaged) is lost on the way back.",
        {"count": lambda s: 1},
    ),
    Mistake(
        "bessel-in-backward",
        "The way back divides by one less than the number of values; the forward pass divides by the number itself.",
        {"count": lambda s: s.z.shape[s.over] - 1},
    ),
    Mistake(
        "bessel-in-backward",
        "The path through the variance divides by one less than the number of values; the forward pass divides by the "
        "number itself.",
        {
            "dvar": lambda s: (
                _sum(s, -0.5 * s.dx_hat * (s.z - s.mean) / s.scale**3) * s.z.shape[s.over] / (s.z.shape[s.over] - 1)
            )
        },
        pairs=False,
    ),
    Mistake(
        "variance-gradient-over-all-axes",
        "The gradient of the variance is summed over the whole array; there is one variance for each mean, not one "
        "for all.",
        {"dvar": lambda s: np.sum(-0.5 * s.dx_hat * (s.z - s.mean) / s.scale**3)},
    ),
    Mistake(
        "backward-along-wrong-axis",
        "The gradients of mean and variance are summed along the other axis than the one the forward pass averages "
        "over.",
        {
            "dvar": lambda s: (-0.5 * s.dx_hat * (s.z - s.mean) / s.scale**3).sum(1 - s.over, keepdims=True),
            "dmean": lambda s: (-s.dx_hat / s.scale).sum(1 - s.over, keepdims=True),
            "count": lambda s: s.z.shape[1 - s.over],
        },
        pairs=False,
    ),
    Mistake(
        "count-of-other-axis",
        "In dx the sums are divided by the length of the other axis than the one they go along: right only where both "
        "are equally long.",
        {"count": lambda s: s.z.shape[1 - s.over]},
    ),
    Mistake(
        "variance-path-halved",
        "In the path through the variance a factor 2 is lost, the one that comes from the square.",
        {"dx": lambda s: s.dx_hat / s.scale + (s.dvar * (s.z - s.mean) + s.dmean) / s.count},
    ),
    Mistake(
        "mean-path-sign",
        "The path through the mean has the wrong sign: the mean is subtracted on the way forward.",
        {"dmean": lambda s: _sum(s, s.dx_hat / s.scale)},
    ),
    Mistake(
        "no-epsilon-in-backward",
        "Epsilon is missing on the way back; the forward pass divides by the root of variance plus epsilon.",
        {"scale": lambda s: np.sqrt(s.spread)},
    ),
    Mistake(
        "gamma-missing-in-dx",
        "Gamma is missing in dx: the upstream gradient passes the gain before it reaches the normalised values.",
        {"dx_hat": lambda s: s.dout},
    ),
    Mistake(
        "dgamma-from-input",
        "dgamma is formed with the input itself; gamma multiplies the normalised values.",
        {"dgamma": lambda s: (s.dout * s.x).sum(0)},
    ),
    Mistake(
        "dgamma-from-output",
        "dgamma is formed with the output, gain and shift included; gamma multiplies the normalised values.",
        {"dgamma": lambda s: (s.dout * s.out).sum(0)},
    ),
    Mistake(
        "parameter-gradients-averaged",
        "dgamma and dbeta are averaged over the batch; every example adds its share to a gradient.",
        {"dgamma": lambda s: (s.dout * s.x_hat).mean(0), "dbeta": lambda s: s.dout.mean(0)},
    ),
    Mistake(
        "parameter-gradients-along-wrong-axis",
        "dgamma and dbeta are summed over the features; there is one of each per feature, so the sum is over examples.",
        {"dgamma": lambda s: (s.dout * s.x_hat).sum(1), "dbeta": lambda s: s.dout.sum(1)},
        pairs=False,
    ),
    Mistake(
        "dgamma-dbeta-exchanged",
        "dgamma and dbeta have changed places.",
        {"dgamma": lambda s: s.dout.sum(0), "dbeta": lambda s: (s.dout * s.x_hat).sum(0)},
        pairs=False,
    ),
    SHAPES_DO_NOT_FIT,
    INPUT_CHANGED,
)

# Along a column gamma is one number, and may stand before the means.
OF_ROWS = (
    Mistake(
        "gamma-outside-the-means",
        "In dx gamma multiplies at the end, as it may in batch normalization. Along a row every feature has a gamma of "
        "its own, so the upstream gradient meets it before the means are taken.",
        {
            "dx": lambda s: (
                s.gamma * (s.dout - (_sum(s, s.dout) + s.x_hat * _sum(s, s.dout * s.x_hat)) / s.count) / s.scale
            )
        },
    ),
)


def gradients_answer_part(name: str, over: int, reread: str, weight: float = 1.0) -> AnswerPart:
    """Make the answer to a backward pass; the exact gradients of a mistaken forward pass are accepted.

    Args:
        name: Name of the part.
        over: The axis over which the forward pass averages.
        reread: What to read again.
        weight: Share of the exercise's marks.
    """

    def simulate(rule: Rule) -> Simulate:
        return lambda inputs: _simulate(rule, inputs, over)

    return part_from_rule(
        name,
        BACKWARD,
        simulate,
        (*MISTAKES, *OF_ROWS * over, *OWN_CACHE),
        further_variants=[_of_own_forward(mistake, over) for mistake in _FORWARD_MISTAKES],
        labels=LABELS,
        reread=reread,
        weight=weight,
    )


def _given(inputs: Inputs, prefix: str, over: int) -> dict[str, Any]:
    values = {name: inputs[f"{prefix}_{name}"] for name in ("x", "gamma", "beta", "dout")}
    return {**values, "given_eps": float(inputs["eps"]), "over": over, "prefix": prefix}


def _simulate(rule: Rule, inputs: Inputs, over: int) -> Outputs:
    outputs: Outputs = {"fits": np.array(0.0)}
    for prefix in PREFIXES:
        for state in over_calls(rule, [_given(inputs, prefix, over)], {}):
            outputs |= {f"{prefix}_{name}": np.asarray(getattr(state, name)) for name in NAMES}
            outputs["inputs_left_alone"] = np.array(state.inputs_left_alone)
            outputs["fits"] = np.array(float(prefix == "other"))
    return outputs


_FORWARD_MISTAKES = (UNBIASED, *ROOT_MISTAKES, *AFFINE_MISTAKES, EPSILON_IGNORED)


def _of_own_forward(mistake: Mistake, over: int) -> Alternative:
    rule = changed(NORMALISE, [mistake])

    def simulate(inputs: Inputs) -> Outputs:
        outputs = {"fits": np.array(1.0), "inputs_left_alone": np.array(1.0)}
        for prefix, name in product(PREFIXES, ("x", "gamma", "beta")):
            given = _given(inputs, prefix, over)
            outputs[f"{prefix}_d{name}"] = slope(partial(_total, rule, given, name), given[name])
        return outputs

    says = f"These are exactly the gradients of your own forward pass; its mistake is counted there. {mistake.says}"
    return Alternative(("follows-own-forward",), (says,), simulate, share=1.0)


def _total(rule: Rule, given: dict[str, Any], name: str, moved: NDArray[Any]) -> Any:
    (state,) = over_calls(rule, [{**given, name: moved}], {})
    return (state.dout * state.out).sum()


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
