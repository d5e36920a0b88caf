"""The line of a student's code in which one small change makes a failing part right.

The student's functions are changed one piece at a time, and the part is run again on the recorded inputs. Every such
run is bounded (`bounds`), touches no files and no network (`quiet`), and leaves everything as it was (`kept`). What
fits the recorded numbers has to fit a second set of them, too.
"""

from course_utils.checks.pointing.late_parts import import_late_parts
from course_utils.checks.pointing.point import find_change, outputs_after, point_at
from course_utils.checks.pointing.search import BUDGET_S, Found
from course_utils.checks.pointing.sentence import pointed_at
from course_utils.checks.pointing.unused import unused_value

__all__ = [
    "BUDGET_S",
    "Found",
    "find_change",
    "import_late_parts",
    "outputs_after",
    "point_at",
    "pointed_at",
    "unused_value",
]
