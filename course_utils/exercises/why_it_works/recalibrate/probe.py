"""How `recalibrate_batchnorm(net, X, batch_size)` is exercised: on a net with two batch normalizations.

The last batch is smaller than the others. The momentum of the two layers differs, and the running statistics are those
of batches long ago. Net and images are in float32, as in the workbook.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from course_utils.kits.calls import call
from course_utils.kits.comparing import array_equal, flag
from course_utils.kits.probe import Inputs, Outputs, Part, Probe, as_array, raw_array
from course_utils.kits.tensors import chance
from course_utils.kits.watched_nets import batch, copy_of, kept, normalised_net, states, watch

__all__ = ["PROBE"]

Recalibrate = Callable[..., Any]
DECLARED = "recalibrate_batchnorm(net, X, batch_size)"
LAYERS = {"first": 1, "second": 4}
DTYPE = torch.float32
MODES = {"from_training": True, "from_evaluation": False}


def _statistics(recalibrate: Recalibrate, inputs: Inputs) -> Outputs:
    x = batch(inputs, "rows")[0].to(DTYPE)
    net = normalised_net(inputs).to(DTYPE).eval()
    with chance(int(inputs["seed"]), DTYPE):
        if call(recalibrate, DECLARED, net, x, int(inputs["batch_size"])) is NotImplemented:
            raise NotImplementedError
    return {
        f"{name}_{key}": as_array(getattr(net[index], key), key)  # type: ignore[index]
        for name, index in LAYERS.items()
        for key in ("running_mean", "running_var")
    }


def _manners(recalibrate: Recalibrate, inputs: Inputs) -> Outputs:
    """See what else has changed, from both modes; the statistics are expected to."""
    x = batch(inputs, "rows")[0].to(DTYPE)
    size = int(inputs["batch_size"])
    nets: Outputs = {}
    for name, training in MODES.items():
        net = normalised_net(inputs).to(DTYPE).train(training)
        before, shown = copy_of(net), watch(net, x)
        with chance(int(inputs["seed"]), DTYPE):
            recalibrate(net, x, size)
        nets |= states(net, before, name)
        bounded, no_graph = max(shown.sizes(), default=0) <= size, not any(shown.with_graph)
    seen = {"batches_bounded": flag(bounded), "no_graph": flag(no_graph)}
    return {**nets, **seen, "images": as_array(x, "X")}


def _statements(raw: Outputs, inputs: Inputs) -> Outputs:
    one, other = (kept(raw, inputs, name, training=training, dtype=DTYPE) for name, training in MODES.items())
    unchanged = {name: np.minimum(one[name], other[name]) for name in one if name != "statistics_kept"}
    seen = {name: raw_array(raw, name, ()) for name in ("batches_bounded", "no_graph")}
    return {
        **unchanged,
        **seen,
        "images_left_alone": flag(array_equal(raw["images"], inputs["rows_x"].astype(np.float32))),
    }


PROBE = Probe(
    "recalibrate",
    ("recalibrate_batchnorm",),
    (
        Part("the statistics", ("recalibrate_batchnorm",), _statistics),
        Part(
            "the net afterwards",
            ("recalibrate_batchnorm",),
            _manners,
            summarise=_statements,
            counts_with="the statistics",
        ),
    ),
)
