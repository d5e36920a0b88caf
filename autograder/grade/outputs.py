"""Outputs of student code made inert: text and bitmaps stay, whatever a browser could run does not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from autograder.grade.pictures import TYPES, PixelBudget
from autograder.grade.read import tidy
from autograder.grade.types import Picture

__all__ = ["inert_outputs", "inert_pictures", "pixels_of_a_notebook"]

MAX_TEXT = 20_000
MAX_IMAGE = 2_000_000
MAX_PIXELS = 20_000_000
MAX_PIXELS_OF_ALL = 100_000_000  # 400 MB once a browser has unpacked them
MAX_OUTPUTS = 50
ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def pixels_of_a_notebook() -> PixelBudget:
    """Return what the pictures of one notebook may hold."""
    return PixelBudget(MAX_PIXELS, MAX_PIXELS_OF_ALL)


def inert_outputs(outputs: Iterable[Mapping[str, Any]], budget: PixelBudget) -> list[dict[str, Any]]:
    """Return what may be shown of the nbformat outputs of a cell.

    Streams, tracebacks and plain text are kept as text without control sequences and cut to a length; PNG and JPEG
    pictures are kept if they are such and fit into the budget of their notebook; HTML, SVG, scripts, LaTeX and
    widgets are replaced by a line that says so.
    """
    made = [output for one in outputs for output in _inert(one, budget)]
    if len(made) <= MAX_OUTPUTS:
        return made
    return [*made[:MAX_OUTPUTS], _stream(f"({len(made) - MAX_OUTPUTS} more outputs were left out)")]


def inert_pictures(pictures: Iterable[Picture], budget: PixelBudget) -> dict[str, dict[str, str]]:
    """Return the pictures that were pasted into a text as nbformat's attachments: PNG and JPEG within the budget."""
    return {one.name: {one.mime: kept} for one in pictures if (kept := _picture(one.mime, one.data, budget))}


def _inert(output: Mapping[str, Any], budget: PixelBudget) -> list[dict[str, Any]]:
    kind = output.get("output_type")
    if kind == "stream":
        return [_stream(_plain(output.get("text")), "stderr" if output.get("name") == "stderr" else "stdout")]
    if kind == "error":
        lines = output.get("traceback")
        trace = [_plain(line) for line in lines] if isinstance(lines, list) else []
        name, value = _plain(output.get("ename")), _plain(output.get("evalue"))
        return [{"output_type": "error", "ename": name, "evalue": value, "traceback": trace}]
    if kind in ("display_data", "execute_result") and isinstance(output.get("data"), Mapping):
        return _display(output["data"], budget)
    return []


def _display(data: Mapping[str, Any], budget: PixelBudget) -> list[dict[str, Any]]:
    kept = {mime: picture for mime in TYPES if (picture := _picture(mime, data.get(mime), budget))}
    if "text/plain" in data:
        kept["text/plain"] = _plain(data["text/plain"])
    if not kept:
        found = ", ".join(sorted(tidy(str(mime), 40) for mime in data))
        kept["text/plain"] = f"(an output of type {found} is not shown)"
    return [{"output_type": "display_data", "data": kept, "metadata": {}}]


def _picture(mime: str, value: Any, budget: PixelBudget) -> str:
    return budget.keep(mime, value) if isinstance(value, str) and len(value) <= MAX_IMAGE else ""


def _plain(value: Any) -> str:
    if isinstance(value, list):
        value = "".join(str(line) for line in value)
    return tidy(ANSI.sub("", str(value or "")), MAX_TEXT)


def _stream(text: str, name: str = "stdout") -> dict[str, Any]:
    return {"output_type": "stream", "name": name, "text": text}
