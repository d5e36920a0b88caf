"""How `batchnorm_backward(dout, cache) -> (dx, dgamma, dbeta)` is exercised."""

from course_utils.kits.array_gradients import gradients_part
from course_utils.kits.probe import Probe

__all__ = ["PROBE"]

PROBE = Probe(
    "batchnorm_backward",
    ("batchnorm_forward", "batchnorm_backward"),
    (gradients_part("batchnorm_forward", "batchnorm_backward", {"mode": "train"}),),
)
