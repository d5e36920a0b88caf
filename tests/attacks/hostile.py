"""Hostile notebooks: short py:percent texts in `fixtures/`, each named for what it does.

The first comment says what it does, `# verdict:` what may become of the exercise `ema` that it solves (several are
joined by "|"), `# seconds:` how long a cell and a probe of it may take, `# never:` what it would print had it come
through, and `# afterwards: any` that it damages its own later exercises too.
"""

import functools
from dataclasses import dataclass, fields
from pathlib import Path

import jupytext

from autograder.sandbox.types import Limits
from tests.grade import mini

FIXTURES = Path(__file__).parent / "fixtures"
NAMES = sorted(path.stem for path in FIXTURES.glob("*.py"))
PATIENCE_S = 20.0
SMALL = {"memory_bytes": 1_000_000_000, "file_bytes": 50_000_000, "processes": 48}


@dataclass(frozen=True)
class Hostile:
    """A hostile notebook.

    Args:
        name: What it does.
        added: Sources of the cells before the solution.
        solution: Source of the solution of `ema`.
        verdicts: What may become of `ema`.
        damages_itself: Whether later exercises of the same notebook may suffer.
        seconds: How long a cell, and a probe, may take.
        never: What it would print had it come through; empty if it prints nothing of the kind.
    """

    name: str
    added: tuple[str, ...]
    solution: str
    verdicts: tuple[str, ...]
    damages_itself: bool
    seconds: float
    never: str

    def notebook(self, released, others):
        """The released notebook with this one's cells in it, and the honest solutions of `others`."""
        cells = []
        for cell in released["cells"]:
            if cell["id"] == "ema":
                cells += [mini.code(source) for source in self.added]
                cell = {**cell, "source": self.solution}
            cells.append({**cell, "source": others.get(cell["id"], cell["source"])})
        return {**released, "cells": cells}


def header_of(name):
    """Return what the first comment of a fixture says, by its words."""
    return _header((FIXTURES / f"{name}.py").read_text().partition("# %%")[0])


def _header(head):
    return dict(line[2:].split(": ", 1) for line in head.splitlines() if ": " in line)


@functools.cache
def load_hostile(name, **places):
    """Read a fixture; `@WORD@` in it becomes the value of `WORD` in `places`."""
    text = (FIXTURES / f"{name}.py").read_text()
    for word, value in places.items():
        text = text.replace(f"@{word}@", str(value))
    head, _, body = text.partition("# %%")
    header = _header(head)
    cells = [cell for cell in jupytext.reads(f"# %%{body}", "py:percent").cells if cell.cell_type == "code"]
    (solution,) = [cell.source for cell in cells if cell.metadata.get("exercise") == "ema"]
    added = tuple(cell.source for cell in cells if "exercise" not in cell.metadata)
    seconds = float(header.get("seconds", PATIENCE_S))
    verdicts = tuple(header["verdict"].split(" | "))
    return Hostile(name, added, solution, verdicts, "afterwards" in header, seconds, header.get("never", ""))


def limits_of(seconds):
    """The limits of a class of hostile notebooks."""
    assert set(SMALL) < {field.name for field in fields(Limits)}
    return Limits(cell_s=seconds, probe_s=seconds, **SMALL)
