"""How `LayerNorm()`, a torch module without parameters, is exercised.

Inputs: `square_rows`, `other_rows` and `plain`, all batches of rows; `dout`, an upstream gradient for `plain`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from course_utils.kits.array_functions import if_shapes_fit
from course_utils.kits.module_gradients import gradient_statements
from course_utils.kits.probe import Inputs, Outputs, Part, Probe
from course_utils.kits.tensor_modules import applied, made, manner_statements, manners

__all__ = ["PROBE"]


def _values(factory: Callable[..., Any], inputs: Inputs) -> Outputs:
    square = {"square_out": applied(made(factory), inputs["square_rows"])}
    back = gradient_statements(lambda: made(factory), inputs["plain"], inputs["dout"])
    return {**square, **if_shapes_fit(_other_shape)(factory, inputs), **back}


def _other_shape(factory: Callable[..., Any], inputs: Inputs) -> Outputs:
    rows = inputs["other_rows"]
    return {"other_out": applied(made(factory), rows), "test_out": applied(made(factory).eval(), rows[:1])}


def _state(factory: Callable[..., Any], inputs: Inputs) -> Outputs:
    count = len(list(made(factory).parameters()))
    return {"parameters": np.array(float(count)), **manners(lambda: made(factory), inputs["plain"])}


PROBE = Probe(
    "layernorm_module",
    ("LayerNorm",),
    (
        Part("LayerNorm", ("LayerNorm",), _values),
        Part("LayerNorm as a module", ("LayerNorm",), _state, summarise=manner_statements, counts_with="LayerNorm"),
    ),
)
