"""Cells and their lines by the numbers that a notebook shows beside them."""

from __future__ import annotations

import linecache
import re
import sys
from typing import Any

__all__ = ["cell_number", "shown_line"]


def cell_number(name: str) -> int | None:
    """Return the number that the notebook shows beside a cell; None outside of a notebook.

    Args:
        name: The file name of a code object.
    """
    try:
        said = _shell().compile.format_code_name(name)
        found = re.search(r"\d+", said[1])
        return int(found[0]) if found else None
    except (AttributeError, TypeError):
        return None


def shown_line(name: str, line: int) -> int:
    """Return the number that the notebook shows beside a line of a cell.

    IPython takes away the empty lines at the top of a cell before it counts. How many these were is read from the cell
    as it was typed; where that is not known, or has another text in that line, the number stays as it is.

    Args:
        name: The file name of a code object.
        line: The number of the line, as Python counts it.
    """
    ran, typed = (_rows(text) for text in ("".join(linecache.getlines(name)), _typed(name)))
    above = len(typed) - len(ran)
    is_there = 0 < line <= len(ran) and above > 0 and ran[line - 1].strip() == typed[above + line - 1].strip()
    return line + above if is_there else line


def _typed(name: str) -> str:
    try:
        return str(_shell().history_manager.input_hist_raw[cell_number(name)])
    except (AttributeError, TypeError, IndexError):
        return ""


def _rows(text: str) -> list[str]:
    return text.rstrip().splitlines()


def _shell() -> Any:
    # Who has not imported IPython is in no notebook, and should not wait for it.
    return sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
