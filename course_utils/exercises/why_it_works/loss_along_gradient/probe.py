"""How `loss_range_along_gradient(net, X, y, step_lengths)` is exercised: on a net with batch normalization."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from course_utils.kits.calls import call
from course_utils.kits.comparing import every, flag
from course_utils.kits.probe import Inputs, Outputs, Part, Pieces, Probe, as_array, raw_array
from course_utils.kits.stand_ins import LOSS
from course_utils.kits.tensors import chance
from course_utils.kits.unpack import unpack
from course_utils.kits.watched_nets import batch, copy_of, kept, normalised_net, plain_number, states

__all__ = ["PROBE"]

Measure = Callable[..., Any]
DECLARED = "loss_range_along_gradient(net, X, y, step_lengths)"
NAMES = ("lowest", "highest")


def _range(measure: Measure, inputs: Inputs) -> Pieces:
    """Yield the lowest and the highest loss for a single step length, which is quick, then for two sets of them."""
    few, found = inputs["few_lengths"], []
    with chance(int(inputs["seed"])):
        for lengths in (few[:1], few, inputs["many_lengths"]):
            x, y = batch(inputs, "rows")
            found.append(_ends(call(measure, DECLARED, normalised_net(inputs), x, y, lengths.tolist())))
            yield {"lowest": np.array([low for low, _ in found]), "highest": np.array([high for _, high in found])}


def _ends(returned: object) -> list[float]:
    values = unpack(returned, "loss_range_along_gradient", NAMES)
    return [float(as_array(value, f"the {name} loss", ())) for name, value in zip(NAMES, values, strict=True)]


def _manners(measure: Measure, inputs: Inputs) -> Outputs:
    x, y = batch(inputs, "rows")
    net, lengths = normalised_net(inputs), inputs["few_lengths"].tolist()
    before = copy_of(net)
    with chance(int(inputs["seed"])):
        ends = unpack(call(measure, DECLARED, net, x, y, lengths), "loss_range_along_gradient", NAMES)
    free = every(plain_number(value, f"the {name} loss")[1] for name, value in zip(NAMES, ends, strict=True))
    return {"plain_numbers": flag(free), **states(net, before, "net")}


def _statements(raw: Outputs, inputs: Inputs) -> Outputs:
    return {"plain_numbers": raw_array(raw, "plain_numbers", ()), **kept(raw, inputs, "net")}


PROBE = Probe(
    "loss_along_gradient",
    ("loss_range_along_gradient",),
    (
        Part("the range", ("loss_range_along_gradient",), _range, upon=LOSS),
        Part(
            "the net afterwards",
            ("loss_range_along_gradient",),
            _manners,
            summarise=_statements,
            counts_with="the range",
        ),
    ),
)
