"""How `RMSPropOptimizer(parameters, lr=0.01, beta=0.9)` is exercised."""

from course_utils.kits.optimizer_class import optimizer_probe

__all__ = ["PROBE"]

PROBE = optimizer_probe("rmsprop", "RMSPropOptimizer(parameters, lr=0.01, beta=0.9)", ("beta",))
