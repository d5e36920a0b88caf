"""Outputs of student code made inert: text and bitmaps stay, whatever a browser could run does not."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Mapping
from typing import Any

from autograder.grade.pictures import MAGIC, pixels
from autograder.grade.read import tidy

__all__ = ["inert_outputs"]

MAX_TEXT = 20_000
MAX_IMAGE = 2_000_000
MAX_PIXELS = 20_000_000  # a few kilobytes can stand for a picture of gigabytes, which a browser would unpack
MAX_OUTPUTS = 50
ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def inert_outputs(outputs: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return what may be shown of some nbformat outputs.

    Streams, tracebacks and plain text are kept as text without control sequences and cut to a length; PNG and JPEG
    pictures are kept if they are such, of at most `MAX_PIXELS`; HTML, SVG, scripts, LaTeX and widgets are replaced by
    a line that says so.
    """
    made = [output for one in outputs for output in _inert(one)]
    if len(made) <= MAX_OUTPUTS:
        return made
    return [*made[:MAX_OUTPUTS], _stream(f"({len(made) - MAX_OUTPUTS} more outputs were left out)")]


def _inert(output: Mapping[str, Any]) -> list[dict[str, Any]]:
    kind = output.get("output_type")
    if kind == "stream":
        return [_stream(_plain(output.get("text")), "stderr" if output.get("name") == "stderr" else "stdout")]
    if kind == "error":
        lines = output.get("traceback")
        trace = [_plain(line) for line in lines] if isinstance(lines, list) else []
        name, value = _plain(output.get("ename")), _plain(output.get("evalue"))
        return [{"output_type": "error", "ename": name, "evalue": value, "traceback": trace}]
    if kind in ("display_data", "execute_result") and isinstance(output.get("data"), Mapping):
        return _display(output["data"])
    return []


def _display(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    kept = {mime: picture for mime in MAGIC if (picture := _picture(mime, data.get(mime)))}
    if "text/plain" in data:
        kept["text/plain"] = _plain(data["text/plain"])
    if not kept:
        found = ", ".join(sorted(tidy(str(mime), 40) for mime in data))
        kept["text/plain"] = f"(an output of type {found} is not shown)"
    return [{"output_type": "display_data", "data": kept, "metadata": {}}]


def _picture(mime: str, value: Any) -> str:
    if not isinstance(value, str) or len(value) > MAX_IMAGE:
        return ""
    try:
        data = base64.b64decode(value.replace("\n", ""), validate=True)
    except (binascii.Error, ValueError):
        return ""
    size = pixels(mime, data)
    return base64.b64encode(data).decode() if size is not None and size <= MAX_PIXELS else ""


def _plain(value: Any) -> str:
    if isinstance(value, list):
        value = "".join(str(line) for line in value)
    return tidy(ANSI.sub("", str(value or "")), MAX_TEXT)


def _stream(text: str, name: str = "stdout") -> dict[str, Any]:
    return {"output_type": "stream", "name": name, "text": text}
