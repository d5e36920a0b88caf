"""Notebooks of format 3, as Jupyter of 2014 wrote them, and some converters still do."""

from __future__ import annotations

from typing import Any

__all__ = ["cells_of_format_3"]


def cells_of_format_3(notebook: dict[str, Any]) -> list[Any] | None:
    """Return the cells as format 4 has them; None if there are none. What is damaged in a cell is left as it is.

    Args:
        notebook: The parsed file; untrusted.
    """
    sheets = notebook.get("worksheets")
    if not isinstance(sheets, list):
        return None
    lists = [sheet["cells"] for sheet in sheets if isinstance(sheet, dict) and isinstance(sheet.get("cells"), list)]
    return [_cell(record) for cells in lists for record in cells]


def _cell(record: Any) -> Any:
    if not isinstance(record, dict):
        return record
    kind = record.get("cell_type")
    if kind == "code":
        return {**record, "source": record.get("input")}
    if kind in ("heading", "html"):
        return {**record, "cell_type": "markdown", "source": _heading(record)}
    return record


def _heading(record: dict[str, Any]) -> Any:
    """Return the text of a cell, with the signs that make it a heading where it was one."""
    source, level = record.get("source"), record.get("level")
    text = "".join(source) if isinstance(source, list) and all(isinstance(one, str) for one in source) else source
    if record.get("cell_type") == "heading" and isinstance(text, str) and isinstance(level, int) and 0 < level <= 6:
        return f"{'#' * level} {text}"
    return text
