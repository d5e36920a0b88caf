"""What shows the output of a cell: a notebook's front end, nbgrader that runs it alone, or a terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

__all__ = ["VS_CODE", "has_links_to_cells", "in_notebook", "run_by_nbgrader", "show", "shown"]

# Set by nbgrader while it grades or validates.
NBGRADER = "NBGRADER_EXECUTION"
# Where VS Code tells a kernel which file it runs: a name in the notebook's globals.
VS_CODE = "__vsc_ipynb_file__"


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


def has_links_to_cells() -> bool:
    """Tell whether `#cell-id=...` leads to a cell, as in JupyterLab; on Colab and in VS Code it leads nowhere."""
    return "google.colab" not in sys.modules and VS_CODE not in vars(sys.modules["__main__"])


def show(text: str, rich: str, kind: str = "text/html") -> None:
    """Show HTML (or another `kind`) in a notebook, with the text for whoever reads the file; else print the text."""
    shown(text, rich, kind)


def shown(text: str, rich: str, kind: str = "text/html") -> Callable[[str, str], None]:
    """Show as `show`; return what shows another text and HTML in the same place (in a terminal, below)."""
    if not in_notebook():
        print(text)
        return lambda text, _: print(text)
    from IPython.display import display

    handle = display({"text/plain": text, kind: rich}, raw=True, display_id=True)
    return lambda text, rich: handle.update({"text/plain": text, kind: rich}, raw=True)
