"""How `rmsprop_update(loss, params, grad_sq, lr=1e-3, alpha=0.8, epsilon=1e-8)` is exercised."""

from course_utils.kits.softmax_update import update_probe

__all__ = ["PROBE"]

DECLARED = "rmsprop_update(loss, params, grad_sq, lr=1e-3, alpha=0.8, epsilon=1e-8)"

PROBE = update_probe("rmsprop_update", DECLARED, "grad_sq", ("lr", "alpha", "epsilon"))
