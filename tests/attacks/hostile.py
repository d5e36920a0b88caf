"""Hostile notebooks: short py:percent texts in `fixtures/`, each named for what it does.

The first comment says what it does, `# verdict:` what may become of the exercise `ema` that it solves (several are
joined by "|"), `# limits:` smaller limits, and `# afterwards: any` that it damages its own later exercises too.
"""

from dataclasses import dataclass, fields
from pathlib import Path

import jupytext

from autograder.sandbox.types import CellStep, Limits

FIXTURES = Path(__file__).parent / "fixtures"
NAMES = sorted(path.stem for path in FIXTURES.glob("*.py"))
SMALL = {"cell_s": 4.0, "probe_s": 4.0, "memory_bytes": 1_000_000_000, "file_bytes": 50_000_000, "processes": 48}


@dataclass(frozen=True)
class Hostile:
    """A hostile notebook: its cells, and what must become of it."""

    name: str
    cells: tuple[CellStep, ...]
    verdicts: tuple[str, ...]
    damages_itself: bool
    limits: Limits


def load_hostile(name, **places):
    """Read a fixture; `@WORD@` in it becomes the value of `WORD` in `places`."""
    text = (FIXTURES / f"{name}.py").read_text()
    for word, value in places.items():
        text = text.replace(f"@{word}@", str(value))
    header = dict(line[2:].split(": ", 1) for line in text.splitlines() if line.startswith("# ") and ": " in line)
    cells = [cell for cell in jupytext.reads(text, "py:percent").cells if cell.cell_type == "code"]
    steps = [
        CellStep(f"{name}-{i}", cell.source, cell.metadata.get("exercise"))
        for i, cell in enumerate(cells)
        if not cell.source.startswith(f"# {header_title(text)}")
    ]
    verdicts = tuple(header["verdict"].split(" | "))
    return Hostile(name, tuple(steps), verdicts, "afterwards" in header, _limits(header.get("limits", "")))


def header_title(text):
    return text.partition("\n")[0].removeprefix("# ")


def _limits(text):
    types = {field.name: float if field.type == "float" else int for field in fields(Limits)}
    given = dict(item.split("=") for item in text.split(", ") if item)
    return Limits(**{**SMALL, **{name: types[name](value) for name, value in given.items()}})
