"""The cells of a table that a spreadsheet may open: a name never becomes a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

from autograder.grade.visible import visible

__all__ = ["as_csv", "defused", "number"]

# What a spreadsheet takes for the beginning of a formula, behind spaces too.
FORMULA = re.compile(r"\s*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
# Where another program would begin a new cell, and with a formula.
INNER = re.compile(r"([;\t])(?=\s*[=+\-@\uff1d\uff0b\uff0d\uff20])")
HARMLESS = re.compile(r"-|[+-]?\d+(\.\d*)?")


def defused(text: str) -> str:
    """Return a cell that is text to every spreadsheet: what looks like a formula gets an apostrophe before it.

    Spreadsheets of some countries split at semicolons, so a formula may also begin behind one. What is hidden is
    written out.
    """
    text = INNER.sub(r"\1'", visible(text))
    return f"'{text}" if FORMULA.match(text) and not HARMLESS.fullmatch(text) else text


def number(value: float) -> str:
    """Return marks with at most four decimals, without zeros at the end."""
    return f"{value:.4f}".rstrip("0").rstrip(".")


def as_csv(rows: Iterable[Sequence[str]]) -> bytes:
    """Return a table as csv in UTF-8 with a mark at its beginning, so that Excel reads umlauts."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([defused(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")
