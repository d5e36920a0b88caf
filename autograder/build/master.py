"""Read a master: a py:percent text whose cell markers say what each cell is for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from autograder.build.master_faults import BuildError, Fault

__all__ = ["EXPERIMENT_TAG", "Kind", "Master", "MasterCell", "read_master"]

Kind = Literal["prose", "code", "exercise", "check", "question", "hint", "experiment"]

# Marks the cells of a notebook that grading does not run.
EXPERIMENT_TAG = "experiment"
# What may stand in a cell's marker, by the kind of cell that it makes; `part` only beside `exercise`.
CODE_KINDS: tuple[Kind, ...] = ("exercise", "check", "experiment")
PROSE_KINDS: tuple[Kind, ...] = ("question", "hint")
# jupytext's note of the blank lines that a formatter put between cells.
SPACING = "lines_to_next_cell"


@dataclass(frozen=True)
class MasterCell:
    """A cell of a master.

    Args:
        kind: What it is for.
        name: The exercise's id, or the name of an experiment; empty for prose and ordinary code.
        source: Its text, without the comment signs where it is prose.
        line: Line of the master on which `source` starts, counted from 1.
        part: Tells several solution cells of one exercise apart; empty where there is one.
    """

    kind: Kind
    name: str
    source: str
    line: int
    part: str = ""

    @property
    def is_code(self) -> bool:
        """Whether the cell is run."""
        return self.kind not in ("prose", *PROSE_KINDS)


@dataclass(frozen=True)
class Master:
    """One workbook as it is edited."""

    name: str
    path: Path
    cells: tuple[MasterCell, ...]


def read_master(path: Path) -> Master:
    """Read and split a master; what the cells say is not looked at.

    Raises:
        BuildError: Text before the first cell, or a marker that means nothing.
    """
    import jupytext  # half a second that grading does not need

    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    markers = [number for number, line in enumerate(lines, start=1) if line.startswith("# %%")]
    cells = jupytext.reads(text, fmt="py:percent").cells
    if len(cells) != len(markers):
        raise BuildError([Fault(path, 1, "there is text before the first cell marker `# %%`")])
    faults = [Fault(path, at, said) for at, cell in zip(markers, cells, strict=True) for said in _faults(cell)]
    if faults:
        raise BuildError(faults)
    starts = (_first_text(lines, marker) for marker in markers)
    return Master(path.stem, path, tuple(_cell(cell, at) for at, cell in zip(starts, cells, strict=True)))


def _first_text(lines: list[str], marker: int) -> int:
    """Return the number of the first line with text after a marker."""
    following = (number for number, line in enumerate(lines[marker:], start=marker + 1) if line.strip())
    return next(following, marker + 1)


def _faults(cell: Mapping[str, Any]) -> Iterator[str]:
    names = {name for name in cell["metadata"] if name != SPACING}
    allowed = CODE_KINDS if cell["cell_type"] == "code" else PROSE_KINDS
    for name in sorted(names):
        if name not in (*allowed, "part"):
            yield f"a {cell['cell_type']} cell cannot be marked `{name}`; there is {', '.join(allowed)}"
    if len(names & {*allowed}) > 1:
        yield f"a cell is one of {', '.join(allowed)}, not several"
    if "part" in names and "exercise" not in names:
        yield "`part` stands only beside `exercise`"
    if not cell["source"].strip():
        yield "the cell is empty"


def _cell(cell: Mapping[str, Any], line: int) -> MasterCell:
    marks = cell["metadata"]
    kind: Kind = next((kind for kind in (*CODE_KINDS, *PROSE_KINDS) if kind in marks), "prose")
    if kind == "prose" and cell["cell_type"] == "code":
        kind = "code"
    return MasterCell(kind, str(marks.get(kind, "")), cell["source"], line, str(marks.get("part", "")))
