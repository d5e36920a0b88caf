"""How `recalibrate_batchnorm(net, X, batch_size)` is exercised: on a net with two batch normalizations.

The last batch is smaller than the others. The momentum of the two layers differs, and the running statistics are those
of batches long ago.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from course_utils.probes.base import Inputs, Outputs, Part, Probe, as_array
from course_utils.probes.calls import call
from course_utils.probes.tensors import chance, flag
from course_utils.probes.watched_nets import afterwards, batch, copy_of, normalised_net, watch

__all__ = ["PROBE"]

Recalibrate = Callable[..., Any]
DECLARED = "recalibrate_batchnorm(net, X, batch_size)"
LAYERS = {"first": 1, "second": 5}


def _statistics(recalibrate: Recalibrate, inputs: Inputs) -> Outputs:
    x, _ = batch(inputs, "rows")
    net = normalised_net(inputs).eval()
    with chance(int(inputs["seed"])):
        if call(recalibrate, DECLARED, net, x, int(inputs["batch_size"])) is NotImplemented:
            raise NotImplementedError
    return {
        f"{name}_{key}": as_array(getattr(net[index], key), key)  # type: ignore[index]
        for name, index in LAYERS.items()
        for key in ("running_mean", "running_var")
    }


def _manners(recalibrate: Recalibrate, inputs: Inputs) -> Outputs:
    """See what else has changed, from both modes; the statistics are expected to."""
    x, _ = batch(inputs, "rows")
    size, found = int(inputs["batch_size"]), []
    for training in (True, False):
        net = normalised_net(inputs).train(training)
        before, seen = copy_of(net), watch(net, x)
        with chance(int(inputs["seed"])):
            recalibrate(net, x, size)
        found.append(afterwards(net, before))
        bounded, no_graph = max(seen.sizes(), default=0) <= size, not any(seen.with_graph)
    kept = {name: np.minimum(found[0][name], found[1][name]) for name in found[0] if name != "statistics_kept"}
    same_x = torch.equal(x, batch(inputs, "rows")[0])
    return {**kept, "batches_bounded": flag(bounded), "no_graph": flag(no_graph), "images_left_alone": flag(same_x)}


PROBE = Probe(
    "recalibrate",
    ("recalibrate_batchnorm",),
    (
        Part("the statistics", ("recalibrate_batchnorm",), _statistics),
        Part("the net afterwards", ("recalibrate_batchnorm",), _manners),
    ),
)
