"""How `AdamOptimizer(parameters, lr=0.01, beta1=0.9, beta2=0.99)` is exercised."""

from course_utils.kits.optimizer_class import optimizer_probe

__all__ = ["PROBE"]

PROBE = optimizer_probe("adam", "AdamOptimizer(parameters, lr=0.01, beta1=0.9, beta2=0.99)", ("beta1", "beta2"))
