"""How `optimize_f(x, y, step_size, steps, decay=1.0)` is exercised."""

from course_utils.probes.base import Probe
from course_utils.probes.descent_runs import descent_runs

__all__ = ["PROBE"]

PROBE = Probe.single("step_size_decay", "optimize_f", descent_runs)
