"""What shows the output of a cell: a notebook's front end, nbgrader that runs it alone, or a terminal."""

from __future__ import annotations

import os

__all__ = ["in_notebook", "run_by_nbgrader", "show"]

# Set by nbgrader while it grades or validates.
NBGRADER = "NBGRADER_EXECUTION"


def run_by_nbgrader() -> bool:
    """Tell whether nbgrader runs this notebook."""
    return NBGRADER in os.environ


def in_notebook() -> bool:
    """Tell whether this runs in a kernel, whose front end can show HTML."""
    try:
        from IPython import get_ipython
    except ImportError:
        return False
    return hasattr(get_ipython(), "kernel")


def show(text: str, html: str) -> None:
    """Show HTML where a notebook's front end does, with the text for whoever reads the file; else print the text."""
    if not in_notebook():
        print(text)
        return
    from IPython.display import display

    display({"text/plain": text, "text/html": html}, raw=True)
