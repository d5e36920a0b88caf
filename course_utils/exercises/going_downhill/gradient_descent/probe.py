"""How `optimize_f(x, y, step_size, steps)` is exercised."""

from course_utils.kits.descent_runs import descent_runs
from course_utils.kits.probe import Probe

__all__ = ["PROBE"]

PROBE = Probe.single("gradient_descent", "optimize_f", descent_runs)
