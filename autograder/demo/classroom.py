"""The submissions of the demo class, and what grading must say about each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.demo.sources import ANOTHER_STYLE, CELLS, CHECKED, PERFECT

__all__ = ["CLASS", "WORKBOOK", "Demo", "hand_in"]

WORKBOOK = "02_optimizers"


@dataclass(frozen=True)
class Demo:
    """A submission, called by what it shows.

    Args:
        name: The student's id.
        sources: Sources of cells, by id; other cells stay as released.
        expected: Verdict, or misconception, of each exercise that is not `correct`, by exercise.
        content: The whole file, where it is no notebook.
        file_name: Name of the file.
    """

    name: str
    sources: Mapping[str, str] = field(default_factory=dict)
    expected: Mapping[str, str] = field(default_factory=dict)
    content: str = ""
    file_name: str = f"{WORKBOOK}.ipynb"


def _mistake(name: str, verdict: str) -> Demo:
    exercise, source = CELLS[name]
    return Demo(name.replace(" ", "_"), {**PERFECT, exercise: source}, {exercise: verdict})


CLASS = (
    Demo("perfect", PERFECT),
    Demo("perfect_in_another_style", ANOTHER_STYLE, file_name=f"Copy of {WORKBOOK} (1).ipynb"),
    Demo("untouched", expected=dict.fromkeys(CHECKED, "not attempted")),
    _mistake("heavy ball form", "no-one-minus-beta"),
    _mistake("velocity not kept", "velocity-not-kept"),
    _mistake("ascent", "ascent"),
    _mistake("squares summed", "squares-summed"),
    _mistake("epsilon outside", "variant"),
    _mistake("no root", "no-root"),
    _mistake("no bias correction", "no-bias-correction"),
    _mistake("always corrected", "always-corrected"),
    _mistake("exception", "error"),
    _mistake("endless loop", "timeout"),
    Demo(
        "not_a_notebook",
        expected=dict.fromkeys(CHECKED, "error"),
        content="Dear instructor, my notebook is on the other laptop.\n",
    ),
)


def hand_in(released: bytes, folder: Path) -> None:
    """Write the submissions of the class below `folder`, made from the released notebook."""
    for demo in CLASS:
        path = folder / demo.name / WORKBOOK / demo.file_name
        path.parent.mkdir(parents=True)
        path.write_bytes(demo.content.encode() or _filled(released, demo.sources))


def _filled(released: bytes, sources: Mapping[str, str]) -> bytes:
    notebook: dict[str, Any] = json.loads(released)
    for cell in notebook["cells"]:
        cell["source"] = sources.get(cell["id"], cell["source"])
    return json.dumps(notebook).encode()
