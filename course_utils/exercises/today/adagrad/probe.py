"""How `AdaGradOptimizer(parameters, lr=0.01, eps=1e-10)` is exercised."""

from course_utils.kits.optimizer_class import optimizer_probe

__all__ = ["PROBE"]

PROBE = optimizer_probe("adagrad", "AdaGradOptimizer(parameters, lr=0.01, eps=1e-10)", ("eps",))
