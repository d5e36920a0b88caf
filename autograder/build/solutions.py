"""Solution regions: where they begin and end, and what stands in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

__all__ = ["BEGIN", "END", "MARKERS", "solution_faults", "solution_lines"]

BEGIN = "### BEGIN SOLUTION"
END = "### END SOLUTION"
# Nothing of this may be left in what students get.
MARKERS = ("BEGIN SOLUTION", "END SOLUTION", "BEGIN HIDDEN TESTS", "END HIDDEN TESTS", "BEGIN MARK SCHEME")


def solution_faults(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield the index of a line and what is wrong with the markers there."""
    opened: int | None = None
    regions = 0
    for at, line in enumerate(lines):
        if line.strip() == BEGIN:
            if opened is not None:
                yield at, f"`{BEGIN}` inside a solution that began in line {opened + 1} of the cell"
            opened, regions = at, regions + 1
        elif line.strip() == END:
            if opened is None:
                yield at, f"`{END}` without `{BEGIN}`"
            opened = None
        elif any(marker in line for marker in MARKERS):
            yield at, f"a marker is a line of its own: `{BEGIN}` or `{END}`"
    if opened is not None:
        yield opened, f"`{BEGIN}` without `{END}`"
    if not regions:
        yield 0, f"a solution cell needs `{BEGIN}` and `{END}` around what students do not get"


def solution_lines(source: str) -> list[str]:
    """Return the lines of a cell that stand inside solution regions."""
    inside, found = False, []
    for line in source.splitlines():
        if line.strip() in (BEGIN, END):
            inside = line.strip() == BEGIN
        elif inside:
            found.append(line)
    return found
