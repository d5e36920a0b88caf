"""The cells of a notebook by the names that Python's code objects have for them."""

from __future__ import annotations

import linecache

__all__ = ["cell_source", "is_cell"]


def cell_source(name: str) -> str:
    """Return the source of a cell as it was run, which IPython keeps for tracebacks; empty if it is no cell.

    Args:
        name: The file name of a code object.
    """
    kept = linecache.cache.get(name)
    # Of a file, the third entry is a time; of a cell there is none.
    return "".join(kept[2]) if kept is not None and len(kept) == 4 and kept[1] is None else ""


def is_cell(name: str) -> bool:
    """Say whether code with this file name was typed in a cell."""
    kept = linecache.cache.get(name)
    return kept is not None and len(kept) == 4 and kept[1] is None
