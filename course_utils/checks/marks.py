"""The marks that `check` returns: a number, shown by its card and not once more below it."""

from __future__ import annotations

from course_utils.handin.front_end import run_by_nbgrader

__all__ = ["Marks"]


class Marks(float):
    """Marks in points. As the last value of a cell they show nothing, save to nbgrader.

    nbgrader reads partial credit from the number that a cell ends with, and gives full marks where there is none.
    """

    def _ipython_display_(self) -> None:
        if run_by_nbgrader():
            # IPython then shows the number as it shows any other one.
            raise NotImplementedError
