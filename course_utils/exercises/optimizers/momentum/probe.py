"""How `MomentumOptimizer(parameters, lr=0.01, mu=0.9)` is exercised."""

from course_utils.kits.optimizer_class import optimizer_probe

__all__ = ["PROBE"]

PROBE = optimizer_probe("momentum", "MomentumOptimizer(parameters, lr=0.01, mu=0.9)", ("mu",))
