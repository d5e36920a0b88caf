"""How `compute_local_smoothness(net, X, y, learning_rate, batch_size)` is exercised.

The minibatch is drawn by the solution, so the value is compared where chance has no say: on rows that are all alike.
Which rows it takes, and what it leaves behind, is seen on a net with batch normalization and rows that all differ.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from course_utils.kits.calls import call
from course_utils.kits.comparing import every, flag
from course_utils.kits.probe import Inputs, Outputs, Part, Pieces, Probe, ProbeFailure, raw_array
from course_utils.kits.stand_ins import LOSS
from course_utils.kits.tensors import chance
from course_utils.kits.watched_nets import (
    batch,
    copy_of,
    kept,
    normalised_net,
    plain_net,
    plain_number,
    states,
    watch,
)

__all__ = ["PROBE", "alike"]

Measure = Callable[..., Any]
DECLARED = "compute_local_smoothness(net, X, y, learning_rate, batch_size)"
WHAT = "the return value of compute_local_smoothness"
NETS = ("first", "second")
SEEN = (
    "measured_in_training_mode",
    "modes_mixed",
    "whole_set_used",
    "minibatch_drawn",
    "fresh_minibatch",
    "plain_number",
)


def alike(inputs: Inputs) -> tuple[torch.Tensor, torch.Tensor]:
    """Return as many copies of one row as the probe uses."""
    x, y = batch(inputs, "row")
    return x.repeat(int(inputs["copies"]), 1, 1, 1), y.repeat(int(inputs["copies"]))


def _value(measure: Measure, inputs: Inputs) -> Pieces:
    """Yield the smoothness for two learning rates."""
    values = []
    with chance(int(inputs["seed"])):
        for learning_rate in inputs["learning_rates"]:
            x, y = alike(inputs)
            found = call(measure, DECLARED, plain_net(inputs), x, y, float(learning_rate), int(inputs["batch_size"]))
            values.append(plain_number(found, WHAT)[0])
            yield {"smoothness": np.array(values)}


def _manners(measure: Measure, inputs: Inputs) -> Outputs:
    """Measure two nets that are the same, one after the other."""
    x, y = batch(inputs, "rows")
    size, modes, calls, drawn = int(inputs["batch_size"]), [], [], []
    nets: Outputs = {}
    with chance(int(inputs["seed"])):
        for name in NETS:
            net = normalised_net(inputs)
            before, seen = copy_of(net), watch(net, x)
            _, free = plain_number(call(measure, DECLARED, net, x, y, 0.05, size), WHAT)
            modes += seen.training
            calls += seen.rows
            drawn.append([rows for rows in seen.rows if len(rows) == size])
            nets |= states(net, before, name)
    if not calls:
        raise ProbeFailure("the net was never called; a gradient of its loss needs a forward pass.")
    return {
        "measured_in_training_mode": flag(every(modes)),
        "modes_mixed": flag(any(modes) and not every(modes)),
        "whole_set_used": flag(_rows_often_enough(calls, len(x))),
        "minibatch_drawn": flag(every(drawn)),
        "fresh_minibatch": flag(drawn[0] != drawn[1]),
        "plain_number": flag(free),
        **nets,
    }


def _statements(raw: Outputs, inputs: Inputs) -> Outputs:
    one, other = (kept(raw, inputs, name) for name in NETS)
    seen = {name: raw_array(raw, name, ()) for name in SEEN}
    return {**seen, **{name: np.minimum(one[name], other[name]) for name in one}}


def _rows_often_enough(calls: list[list[int]], count: int) -> bool:
    """Say whether every row was used at least four times: before and after the step, in two measurements."""
    used = np.bincount([row for rows in calls for row in rows], minlength=count)
    return bool(used.min() >= 4)


PROBE = Probe(
    "local_smoothness",
    ("compute_local_smoothness",),
    (
        Part("the ratio", ("compute_local_smoothness",), _value, upon=LOSS),
        Part(
            "the net afterwards",
            ("compute_local_smoothness",),
            _manners,
            summarise=_statements,
            counts_with="the ratio",
        ),
    ),
)
