"""What is watched of the cells of a notebook: those that need an open exercise, were stopped, or cannot be read."""

from __future__ import annotations

import sys
from typing import Any

from course_utils.checks.cells_not_run import note_unread_cell
from course_utils.checks.open_exercises import pass_over_stub, say_what_is_open
from course_utils.checks.stopped import say_where_it_was

__all__ = ["watch_cells"]


def watch_cells() -> None:
    """Begin to watch the cells of this kernel; without a kernel, or when they are watched already, do nothing."""
    if "IPython" not in sys.modules:  # a command line should not wait for it
        return
    from IPython import get_ipython

    shell = get_ipython()
    if not hasattr(shell, "kernel") or NotImplementedError in shell.custom_exceptions:
        return

    def after_cell(result: Any) -> None:
        if result is not None:  # it was interrupted
            note_unread_cell(result, shell.user_ns)
            pass_over_stub(result)

    def say(shell: Any, kind: type, *found: Any, **more: Any) -> Any:
        handler: Any = say_where_it_was if issubclass(kind, KeyboardInterrupt) else say_what_is_open
        return handler(shell, kind, *found, **more)

    shell.set_custom_exc((NotImplementedError, KeyboardInterrupt), say)
    shell.events.register("post_run_cell", after_cell)
