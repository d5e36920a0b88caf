"""A student's objects that can be run as they are and with a change, and are afterwards what they were before."""

from __future__ import annotations

from collections.abc import Sequence

from course_utils.changes import Change
from course_utils.checks.pointing.bounds import Bounds
from course_utils.checks.pointing.cells import cell_source
from course_utils.checks.pointing.constants import changed_constant, with_constant
from course_utils.checks.pointing.kept import Kept
from course_utils.checks.pointing.own_code import own_code
from course_utils.checks.pointing.patch import NotPossible, changed_piece, patched
from course_utils.checks.pointing.swallowing import swallows
from course_utils.checks.pointing.trial import Trial, attempt
from course_utils.kits.probe import Inputs, Look, Part

__all__ = ["CannotStop", "StudentCode"]


class CannotStop(Exception):
    """A run of this code could not be stopped."""


class StudentCode:
    """The objects that a part uses, and the functions behind them.

    Args:
        arguments: The objects.

    Raises:
        CannotKeep: They keep something that cannot be put back.
        CannotStop: They take every exception, also the one that stops a run.
    """

    def __init__(self, arguments: Sequence[object]) -> None:
        self._arguments = arguments
        own = own_code(arguments)
        if any(swallows(cell_source(name)) for name in {one.__code__.co_filename for one in own.functions}):
            raise CannotStop
        self.functions, self._own = own.functions, own
        self._kept = Kept(own)

    def run(self, part: Part, inputs: Inputs, bounds: Bounds, look: Look | None = None) -> Trial:
        """Run a part as the code is; see `attempt`."""
        try:
            return attempt(part, self._arguments, inputs, bounds, look)
        finally:
            self._kept.put_back()

    def changed(
        self, cell: str, change: Change, part: Part, inputs: Inputs, bounds: Bounds, look: Look | None = None
    ) -> Trial:
        """Run a part with a change of a cell; where no function takes the change, nothing comes of it."""
        if (constant := changed_constant(cell_source(cell), change)) is not None:
            with with_constant(self._own, cell, *constant) as is_changed:
                return self.run(part, inputs, bounds, look) if is_changed else Trial()
        source = changed_piece(cell_source(cell), change)
        try:
            with patched(self.functions, source, cell, defaults=change.is_default):
                return self.run(part, inputs, bounds, look)
        except NotPossible:
            return Trial()
