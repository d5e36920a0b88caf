"""How `momentum_update(loss, params, grad_vel, lr=1e-3, beta=0.8)` is exercised."""

from course_utils.kits.softmax_update import update_probe

__all__ = ["PROBE"]

DECLARED = "momentum_update(loss, params, grad_vel, lr=1e-3, beta=0.8)"

PROBE = update_probe("momentum_update", DECLARED, "grad_vel", ("lr", "beta"))
