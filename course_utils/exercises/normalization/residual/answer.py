"""The answer to `residual`: relu(x W' + b) + x, the input added to what the layer makes of it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.catalogue.answer import Answer, Simulate
from autograder.kits.accepted_conventions import over_calls, part_from_rule, slope
from autograder.kits.module_manners import MODULE_MANNER_MISTAKES, MODULE_MANNERS, OTHER_DTYPE, flag_part, turned
from autograder.kits.rules import Mistake, Rule
from course_utils.kits.probe import Inputs, Outputs

__all__ = ["ANSWER"]

FEATURES = 4


def _relu(z: NDArray[Any]) -> NDArray[Any]:
    """Return max(z, 0); a complex step passes where the real part is positive."""
    return np.where(np.real(z) > 0, z, 0)


RULE: Rule = {
    "matrix": lambda s: s.weights.T,
    "shift": lambda s: s.bias,
    "inner": lambda s: s.x @ s.matrix + s.shift,
    "branch": lambda s: _relu(s.inner),
    "skip": lambda s: s.x,
    "out": lambda s: s.branch + s.skip,
    "refused": lambda s: False,
}

TRANSPOSED = Mistake(
    "weights-stored-as-in-by-out",
    "The weights are stored with one row per input; torch stores one row per output. Both are in use.",
    {"matrix": lambda s: s.weights},
)
MISTAKES = (
    Mistake(
        "relu-after-the-sum",
        "The ReLU is applied after the input is added, so the skip path does not pass unchanged: what is negative in "
        "the sum is cut off.",
        {"out": lambda s: _relu(s.inner + s.skip)},
    ),
    Mistake(
        "skip-missing",
        "The input is not added: this is an ordinary layer, and the gradient has no direct way back.",
        {"out": lambda s: s.branch},
    ),
    Mistake(
        "input-overwritten",
        "The name of the input stands for the layer's result when it is added, which is then added to itself.",
        {"skip": lambda s: s.branch},
        pairs=False,  # subtracted, it leaves nothing
    ),
    Mistake(
        "pre-activation-added",
        "What is added is the value before the ReLU, not the layer's input.",
        {"skip": lambda s: s.inner},
    ),
    Mistake(
        "skip-activated",
        "The input passes a ReLU before it is added; the skip path leaves it as it is.",
        {"skip": lambda s: _relu(s.x)},
    ),
    Mistake(
        "skip-subtracted",
        "The input is subtracted from the layer's result, or the other way round; it should be added.",
        {"out": lambda s: s.branch - s.skip},
    ),
    Mistake(
        "skip-subtracted",
        "The layer's result is subtracted from the input; it should be added.",
        {"out": lambda s: s.skip - s.branch},
    ),
    Mistake(
        "skip-multiplied",
        "The input is multiplied by the layer's result; it should be added.",
        {"out": lambda s: s.branch * s.skip},
    ),
    Mistake(
        "sum-halved",
        "The sum is divided by 2. That keeps the size of the values, but the skip path then halves with every layer.",
        {"out": lambda s: (s.branch + s.skip) / 2},
    ),
    Mistake(
        "skip-detached",
        "The value is right, but the input is added without its graph, so no gradient flows along the skip path, which "
        "is what it is for.",
        {"skip": lambda s: np.real(s.x)},
    ),
    Mistake(
        "sum-in-place",
        "The output is right, but torch refuses to go backward: the input is added in place, into the values that the "
        "ReLU has kept for its gradient.",
        {"refused": lambda s: True},
    ),
    *(
        Mistake(
            "another-activation",
            "The activation is not a ReLU.",
            {"branch": formula},
            pairs=False,
        )
        for formula in (
            lambda s: np.tanh(s.inner),
            lambda s: 1 / (1 + np.exp(-s.inner)),
            lambda s: np.where(np.real(s.inner) > 0, s.inner, 0.01 * s.inner),
        )
    ),
    Mistake("activation-missing", "The ReLU is missing: the layer stays linear.", {"branch": lambda s: s.inner}),
    Mistake("bias-missing", "The layer has no bias.", {"shift": lambda s: 0.0}),
    Mistake(
        "activation-before-weights",
        "The ReLU is applied to the input; the text applies it to what weights and bias make of the input. (Networks "
        "with normalization before the weights do so, but that is another layer.)",
        {"inner": lambda s: _relu(s.x) @ s.matrix + s.shift, "branch": lambda s: s.inner},
        pairs=False,
    ),
    *(
        Mistake(
            "two-layers-in-the-branch",
            "The input passes weights and bias twice before it is added; the text asks for one layer.",
            formulas,
            pairs=False,
        )
        for formulas in (
            {"branch": lambda s: _relu(_relu(s.inner) @ s.matrix + s.shift)},
            {"branch": lambda s: _relu(s.inner) @ s.matrix + s.shift},
            {"out": lambda s: _relu(_relu(s.inner) @ s.matrix + s.shift + s.skip)},
        )
    ),
)


def _simulate(rule: Rule) -> Simulate:
    def simulate(inputs: Inputs) -> Outputs:
        constants = {name: inputs[name] for name in ("weights", "bias")}

        def after(x: NDArray[Any]) -> SimpleNamespace:
            return over_calls(rule, [{"x": x}], constants)[0]

        rows = inputs["rows"]
        dx = slope(lambda x: (after(x).out * inputs["upstream"]).sum(), rows)
        refused = np.where(after(rows).refused, np.nan, 0.0)
        return {"out": np.asarray(after(rows).out), "one_out": np.asarray(after(rows[:1]).out), "dx": dx + refused}

    return simulate


def _generate(rng: np.random.Generator) -> Inputs:
    """Draw rows until about half of the units are active, and none so near 0 that rounding could decide."""
    while True:
        rows = rng.normal(size=(5, FEATURES))
        weights = rng.normal(size=(FEATURES, FEATURES)) * 0.8
        bias = rng.uniform(0.2, 0.6, size=FEATURES) * rng.choice([-1.0, 1.0], size=FEATURES)
        inner = rows @ weights.T + bias
        every = np.stack([inner, rows @ weights + bias, inner + rows])
        if np.abs(every).min() > 1e-3 and np.all(np.abs((every > 0).mean((1, 2)) - 0.5) < 0.3):
            break
    plain = rng.normal(size=(FEATURES, FEATURES)) * 2.0
    return {"rows": rows, "weights": weights, "bias": bias, "upstream": rng.normal(size=rows.shape), "plain": plain}


TRAINED = FEATURES * FEATURES + FEATURES
STATE_MISTAKES = (
    turned("bias-missing", "The layer has weights but no bias to train.", {"trained": float(FEATURES * FEATURES)}),
    turned("two-layers-in-the-branch", "There are weights and a bias for two layers.", {"trained": 2.0 * TRAINED}),
    turned(
        "nothing-to-train",
        "The module has no parameters: weights and bias must be parameters (or a layer) made in __init__.",
        {"trained": 0.0},
    ),
    turned(
        "takes-one-argument-only",
        "Where a network makes its layers it passes the number of inputs and of outputs; further arguments should be "
        "accepted and ignored.",
        {"takes_more": 0.0},
    ),
    *MODULE_MANNER_MISTAKES,
)

ANSWER = Answer(
    "residual",
    _generate,
    (
        part_from_rule(
            "ResidualLayer",
            RULE,
            _simulate,
            MISTAKES,
            variants=(TRANSPOSED,),
            labels={
                "out": "output",
                "one_out": "output for one row in test mode",
                "dx": "gradient with respect to the input (nan: torch refuses, a value it has kept was overwritten)",
            },
            reread="section 4.8, the formula of the residual layer",
            weight=4.0,
        ),
        flag_part(
            "ResidualLayer as a module",
            {
                "trained": "number of values to train (for 4 dimensions)",
                "takes_more": "takes further arguments (1 = yes)",
                **MODULE_MANNERS,
            },
            STATE_MISTAKES,
            usual={"trained": float(TRAINED)},
            variants=(OTHER_DTYPE,),
            reread="section 4.2, what a module must take",
            weight=1.0,
        ),
    ),
)
