"""How `optimize_f(x, y, step_size, steps)` is exercised."""

from course_utils.probes.base import Probe
from course_utils.probes.descent_runs import descent_runs

__all__ = ["PROBE"]

PROBE = Probe.single("gradient_descent", "optimize_f", descent_runs)
