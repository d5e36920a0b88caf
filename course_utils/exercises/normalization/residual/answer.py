"""What is right and wrong in `residual`: relu(x W' + b) + x, the input added to what the layer makes of it."""

from __future__ import annotations

import numpy as np

from autograder.catalogue.answer import Answer
from autograder.catalogue.edit import accepted, edit
from autograder.catalogue.ways import solution_part
from autograder.kits.module_statements import (
    MODULE_LABELS,
    MODULE_MISTAKES,
    OTHER_DTYPE,
    Statements,
    statements_part,
)
from course_utils.checks.labels import TABLE, Label
from course_utils.kits.probe import Inputs

__all__ = ["ANSWER"]

FEATURES = 4

LAYER = "self.linear = nn.Linear(dimensions, dimensions)"
BY_ROWS_OF_INPUTS = "lambda x: nn.functional.linear(x, self.linear.weight.T, self.linear.bias)"
BRANCH = "torch.relu(self.linear(x))"
RETURNED = "return branch + x"

TRANSPOSED = accepted(
    "weights-stored-as-in-by-out",
    "The weights are stored with one row per input; torch stores one row per output. Both are in use.",
    {LAYER: f"{LAYER}\nself.linear.forward = {BY_ROWS_OF_INPUTS}"},
)
MISTAKES = (
    edit(
        "relu-after-the-sum",
        "The ReLU is applied after the input is added, so the input does not pass unchanged: negative sums are cut "
        "off.",
        {BRANCH: "self.linear(x)", RETURNED: "return torch.relu(branch + x)"},
    ),
    edit(
        "skip-missing",
        "The input is not added: this is an ordinary layer, and the gradient has no direct way back.",
        {RETURNED: "return branch"},
    ),
    edit(
        "input-overwritten",
        "The layer's result has replaced the input under its name, so the result is added to itself.",
        {RETURNED: "return branch + branch"},
        pairs=False,  # subtracted, it leaves nothing
    ),
    edit(
        "pre-activation-added",
        "The value before the ReLU is added, not the layer's input.",
        {RETURNED: "return branch + self.linear(x)"},
    ),
    edit(
        "skip-activated",
        "The input passes a ReLU before it is added; the skip path does not change it.",
        {RETURNED: "return branch + torch.relu(x)"},
    ),
    edit(
        "skip-subtracted",
        "The input is subtracted from the layer's result, or the other way round; it should be added.",
        {RETURNED: "return branch - x"},
    ),
    edit(
        "skip-subtracted",
        "The layer's result is subtracted from the input; it should be added.",
        {RETURNED: "return x - branch"},
    ),
    edit(
        "skip-multiplied",
        "The input is multiplied by the layer's result; it should be added.",
        {RETURNED: "return branch * x"},
    ),
    edit(
        "sum-halved",
        "The sum is divided by 2. That keeps the size of the values, but the skip path then halves with every layer.",
        {"return branch": "return 0.5 * branch", "+ x": "+ 0.5 * x"},
    ),
    edit(
        "skip-detached",
        "The value is right, but the input is added without its graph, so no gradient flows along the skip path, which "
        "is what it is for.",
        {RETURNED: "return branch + x.detach()"},
    ),
    edit(
        "sum-in-place",
        "The output is right, but torch refuses to go backward: the input is added in place, into the values that the "
        "ReLU has kept for its gradient.",
        {RETURNED: "return branch.add_(x)"},
    ),
    *(
        edit("another-activation", "The activation is not a ReLU.", {"torch.relu(": f"{other}("}, pairs=False)
        for other in ("torch.tanh", "torch.sigmoid", "nn.functional.leaky_relu")
    ),
    edit(
        "activation-missing",
        "The ReLU is missing: the layer stays linear.",
        {"torch.relu(": "("},
    ),
    edit("bias-missing", "The layer has no bias.", {LAYER: LAYER.replace(")", ", bias=False)")}),
    edit(
        "activation-before-weights",
        "The ReLU is applied to the input; the text applies it after weights and bias. (Some networks with "
        "normalization before the weights do this, but it is another layer.)",
        {BRANCH: "self.linear(torch.relu(x))"},
        pairs=False,
    ),
    *(
        edit(
            "two-layers-in-the-branch",
            "The input passes weights and bias twice before it is added; the text asks for one layer.",
            {BRANCH: branch, RETURNED: returned},
            pairs=False,
        )
        for branch, returned in (
            ("torch.relu(self.linear(torch.relu(self.linear(x))))", RETURNED),
            ("self.linear(torch.relu(self.linear(x)))", RETURNED),
            ("self.linear(torch.relu(self.linear(x)))", "return torch.relu(branch + x)"),
        )
    ),
)


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
    Statements(
        "bias-missing",
        "The layer has weights but no bias to train.",
        {"trained": float(FEATURES * FEATURES)},
    ),
    Statements(
        "two-layers-in-the-branch",
        "There are weights and a bias for two layers.",
        {"trained": 2.0 * TRAINED},
    ),
    Statements(
        "nothing-to-train",
        "The module has no parameters: weights and bias must be parameters (or a layer) made in __init__.",
        {"trained": 0.0},
    ),
    Statements(
        "takes-one-argument-only",
        "When a network makes its layers, it passes the number of inputs and of outputs; further arguments should "
        "be accepted and ignored.",
        {"takes_more": 0.0},
    ),
    *MODULE_MISTAKES,
)

VALUES = solution_part(
    "residual",
    "ResidualLayer",
    MISTAKES,
    conventions=(TRANSPOSED,),
    labels={
        "out": Label("output", axes=TABLE),
        "one_out": Label("output for one row in test mode", axes=TABLE),
        "dx": Label(
            "gradient with respect to the input", axes=TABLE, nan="torch refuses, a value it has kept was overwritten"
        ),
    },
    reread="section 4.8, the formula of the residual layer",
    weight=4.0,
    words={"x": "input", "linear": "linear layer"},
)
STATE = statements_part(
    "ResidualLayer as a module",
    {
        "trained": Label("number of values to train (for 4 dimensions)"),
        "takes_more": Label("takes further arguments", statement=True),
        **MODULE_LABELS,
    },
    STATE_MISTAKES,
    usual={"trained": float(TRAINED)},
    conventions=(OTHER_DTYPE,),
    reread="section 4.2, what a module must take",
    weight=1.0,
)
ANSWER = Answer("residual", _generate, (VALUES, STATE))
