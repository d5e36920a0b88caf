"""How `NesterovOptimizer(parameters, lr=0.01, mu=0.9)` is exercised."""

from course_utils.kits.optimizer_class import optimizer_probe

__all__ = ["PROBE"]

PROBE = optimizer_probe("nesterov", "NesterovOptimizer(parameters, lr=0.01, mu=0.9)", ("mu",))
