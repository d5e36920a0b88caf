"""How `batchnorm_backward_alt(dout, cache) -> (dx, dgamma, dbeta)` is exercised."""

from course_utils.kits.array_gradients import gradients_part
from course_utils.kits.probe import Probe

__all__ = ["PROBE"]

PROBE = Probe(
    "batchnorm_backward_alt",
    ("batchnorm_forward", "batchnorm_backward_alt"),
    (gradients_part("batchnorm_forward", "batchnorm_backward_alt", {"mode": "train"}),),
)
