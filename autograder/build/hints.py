"""Hints: written in a master in one cell per exercise, folded in the notebook, and listed for `hint`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from autograder.build.master import Master, MasterCell

__all__ = ["build_hints", "folded", "hint_faults", "hints_in"]

FOLDER = PurePosixPath("course_utils/hints")
# Between two hints of a cell.
LINE = re.compile(r"^---$", re.MULTILINE)
FEWEST, MOST = 2, 3


def hints_in(cell: MasterCell) -> list[str]:
    """Return the hints of a cell, in their order."""
    return [text.strip() for text in LINE.split(cell.source)]


def folded(cell: MasterCell) -> str:
    """Return the hints of a cell as a notebook shows them: each closed until it is clicked."""
    texts = hints_in(cell)
    return "\n\n".join(
        f"<details>\n<summary>Hint {number} of {len(texts)}</summary>\n\n{text}\n\n</details>"
        for number, text in enumerate(texts, start=1)
    )


def hint_faults(cell: MasterCell) -> Iterator[tuple[int, str]]:
    """Yield what is wrong with the hints of a cell: line and message."""
    texts = hints_in(cell)
    if not FEWEST <= len(texts) <= MOST or not all(texts):
        yield cell.line, f"there should be two or three hints, with a line `---` between them; there are {len(texts)}"
    if "```" in cell.source:
        yield cell.line, "a hint holds no code"


def build_hints(masters: Mapping[str, Master]) -> dict[PurePosixPath, bytes]:
    """Return a file for every workbook with the hints of its exercises, by the files' paths."""
    return {
        FOLDER / f"{name}.json": _as_bytes(master)
        for name, master in masters.items()
        if any(cell.kind == "hint" for cell in master.cells)
    }


def _as_bytes(master: Master) -> bytes:
    record = {cell.name: hints_in(cell) for cell in master.cells if cell.kind == "hint"}
    return (json.dumps(record, indent=1, ensure_ascii=False) + "\n").encode()
