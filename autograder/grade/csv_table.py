"""A table that a spreadsheet or a platform has written, in whatever encoding and with whatever sign it chose."""

from __future__ import annotations

import codecs
import csv
import io
import re
from pathlib import Path

from autograder.grade.types import GradingError

__all__ = ["read_table"]

MOST_BYTES = 20_000_000
# The line that Excel writes, and reads, before a table to say what separates its cells.
SEPARATOR = re.compile(r"\s*sep=(?P<sign>.)\s*?\r?\n", re.IGNORECASE)
# How files begin that are saved where nobody asks for csv: by Excel, now and before 2007, by LibreOffice and Numbers.
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))

Rows = list[tuple[int, dict[str, str]]]


def read_table(path: Path, what: str) -> tuple[list[str], Rows, tuple[str, ...]]:
    """Read a table that people made or a platform exported.

    Args:
        path: A csv with a header.
        what: What it is, for messages, as "the roster".

    Returns:
        The columns, the lines that are not empty with their numbers, and what was odd about the file, a line each.

    Raises:
        GradingError: It cannot be read.
    """
    try:
        content = path.read_bytes()[: MOST_BYTES + 1]
    except OSError as error:
        raise GradingError(f"{what} {path} cannot be read: {error.strerror}") from error
    if len(content) > MOST_BYTES:
        raise GradingError(f"{what} {path} has more than {MOST_BYTES:,} bytes; no class is so large")
    try:
        text, note = _decoded(content)
        columns, rows = _split(text)
    except GradingError as error:
        raise GradingError(f"{what} {path} {error}") from error
    return columns, rows, (f"{what} {note}.",) if note else ()


def _decoded(content: bytes) -> tuple[str, str]:
    """Return the text, and the end of a sentence on how it was read; empty if there is nothing to say."""
    if content.startswith(WORKBOOKS):
        raise GradingError("is the file of a spreadsheet, not a csv; save it as 'CSV UTF-8'")
    encoding = next((name for mark, name in MARKS if content.startswith(mark)), "utf-8")
    try:
        return content.decode(encoding), ""
    except UnicodeDecodeError as error:
        if encoding != "utf-8" or any(byte < 9 for byte in content):
            raise GradingError("is not UTF-8; save it as 'CSV UTF-8'") from error
    text = content.decode("cp1252", "replace")
    example = next(word for word in re.split(r"[\s,;\"]+", text) if not word.isascii())
    return text, (
        f"is not UTF-8 and was read as Windows-1252, as Excel writes it, such as {example!r}; "
        "where names are wrong, save it as 'CSV UTF-8'"
    )


def _split(text: str) -> tuple[list[str], Rows]:
    said = SEPARATOR.match(text)
    text = text[said.end() :] if said else text
    first = re.split(r"[\r\n]", text.lstrip("\r\n"), maxsplit=1)[0]
    delimiter = said["sign"] if said else max(",;\t", key=first.count)
    try:
        table = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        lines = [(table.line_num + bool(said), row) for row in table if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise GradingError(f"is not a csv: {error}") from error
    if not lines:
        raise GradingError("is empty")
    columns = [name.strip() for name in lines[0][1]]
    return columns, [(number, dict(zip(columns, row, strict=False))) for number, row in lines[1:]]
