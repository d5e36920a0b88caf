"""How `MuonOptimizer(parameters, lr=0.02, mu=0.95)` is exercised."""

from __future__ import annotations

import torch

from course_utils.kits.calls import make
from course_utils.kits.comparing import flag
from course_utils.kits.optimizer_class import optimizer_probe
from course_utils.kits.probe import Inputs, Part, Pieces, Probe
from course_utils.kits.stand_ins import ORTHOGONALISED

__all__ = ["PROBE"]

DECLARED = "MuonOptimizer(parameters, lr=0.02, mu=0.95)"
STEPS = optimizer_probe("muon", DECLARED, ("mu",))
OTHER_SCALE = "match_rms_adamw"


def _run(optimizer_class: object, inputs: Inputs) -> Pieces:
    """Return what the probe of an optimizer does, and the statements `vector_refused` and `declares_other_scale`."""
    (part,) = STEPS.parts
    declares = OTHER_SCALE in (getattr(optimizer_class, "__doc__", None) or "")
    pieces = part.run(optimizer_class, inputs)
    assert not isinstance(pieces, dict)
    yield from pieces
    yield {"vector_refused": flag(_refuses_a_vector(optimizer_class)), "declares_other_scale": flag(declares)}


def _refuses_a_vector(optimizer_class: object) -> bool:
    """Say whether a matrix beside a vector leads to a ValueError, at once or in the first step."""
    tensors = [torch.nn.Parameter(torch.ones(shape)) for shape in ((2, 3), (3,))]
    for parameter in tensors:
        parameter.grad = torch.ones_like(parameter)
    try:
        make(optimizer_class, DECLARED, tensors).step()
    except ValueError:
        return True
    except Exception:
        return False
    return False


PROBE = Probe("muon", ("MuonOptimizer",), (Part("MuonOptimizer", ("MuonOptimizer",), _run, upon=ORTHOGONALISED),))
