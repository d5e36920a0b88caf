"""How `LionOptimizer(parameters, lr=1e-4, beta1=0.9, beta2=0.99, weight_decay=0.0)` is exercised."""

from course_utils.kits.optimizer_class import optimizer_probe

__all__ = ["PROBE"]

PROBE = optimizer_probe(
    "lion",
    "LionOptimizer(parameters, lr=1e-4, beta1=0.9, beta2=0.99, weight_decay=0.0)",
    (
        "beta1",
        "beta2",
        "weight_decay",
    ),
)
