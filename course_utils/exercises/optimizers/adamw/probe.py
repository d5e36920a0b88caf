"""How `AdamWOptimizer(parameters, lr=0.01, beta1=0.9, beta2=0.999, weight_decay=0.01)` is exercised."""

from course_utils.kits.optimizer_class import optimizer_probe
from course_utils.kits.stand_ins import ADAM

__all__ = ["PROBE"]

DECLARED = "AdamWOptimizer(parameters, lr=0.01, beta1=0.9, beta2=0.999, weight_decay=0.01)"

PROBE = optimizer_probe("adamw", DECLARED, ("beta1", "beta2", "weight_decay"), upon=ADAM)
