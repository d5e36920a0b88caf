"""What a cell printed and displayed, as nbformat dictionaries, up to a size."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

__all__ = ["Recorder", "RecordingStream"]


class Recorder:
    """Collects the outputs of one cell; what goes beyond `budget` bytes is dropped and said to be."""

    def __init__(self) -> None:
        self.start(0)

    def start(self, budget: int) -> None:
        """Forget everything and take up to `budget` bytes from now on."""
        self.outputs: list[dict[str, Any]] = []
        self.by_display: dict[str, dict[str, Any]] = {}
        self.left = budget
        self.full = False

    def stream(self, name: str, text: str) -> None:
        """Take text of stdout or stderr; neighbouring pieces become one output."""
        text = text[: self._take(len(text))]
        last = self.outputs[-1] if self.outputs else {}
        if text and last.get("output_type") == "stream" and last["name"] == name:
            last["pieces"].append(text)
        elif text:
            self.outputs.append({"output_type": "stream", "name": name, "pieces": [text]})

    def display(self, kind: str, data: Mapping[str, Any], display_id: str | None = None, **more: Any) -> None:
        """Take one rich output of type `kind`; a known `display_id` is replaced in place."""
        kept = {mime: value for mime, value in data.items() if isinstance(value, str)}
        size = sum(map(len, kept.values()))
        if self._take(size, whole=True) < size:
            return
        output = {"output_type": kind, "data": kept, "metadata": {}, **more}
        if display_id is not None and display_id in self.by_display:
            self.by_display[display_id].update(output)
            return
        if display_id is not None:
            self.by_display[display_id] = output
        self.outputs.append(output)

    def error(self, name: str, value: str, traceback: list[str]) -> None:
        """Take an exception, always: it is the reason of the verdict."""
        lines = [line[:2000] for line in traceback[-20:]]
        self.outputs.append({"output_type": "error", "ename": name[:200], "evalue": value[:2000], "traceback": lines})

    def clear(self) -> None:
        """Drop what was shown so far, as `clear_output` does. The budget stays used."""
        self.outputs.clear()
        self.by_display.clear()

    def take(self) -> list[dict[str, Any]]:
        """Return the outputs as nbformat dictionaries."""
        if self.full:
            self.outputs.append(
                {"output_type": "stream", "name": "stderr", "pieces": ["\n[more output was dropped]\n"]}
            )
        return [
            {"output_type": "stream", "name": output["name"], "text": "".join(output["pieces"])}
            if output["output_type"] == "stream"
            else output
            for output in self.outputs
        ]

    def _take(self, size: int, whole: bool = False) -> int:
        """Return how much of `size` still fits (all of it or nothing where it must be `whole`)."""
        self.full |= size > self.left
        granted = (size if size <= self.left else 0) if whole else min(size, self.left)
        self.left -= granted
        return granted


class RecordingStream(io.TextIOBase):
    """A stdout or stderr that hands its text to a recorder."""

    encoding = "utf-8"

    def __init__(self, recorder: Recorder, name: str) -> None:
        self.recorder, self.name = recorder, name

    def writable(self) -> bool:
        """Say that it can be written."""
        return True

    def write(self, text: str, /) -> int:
        """Take text; the count is that of a file."""
        self.recorder.stream(self.name, text)
        return len(text)
