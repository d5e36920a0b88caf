"""Let a student's prints through, but only the first of them, so that a flood cannot drown the verdict."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import TextIO

__all__ = ["MAX_CHARACTERS", "first_prints"]

MAX_CHARACTERS = 2_000


class _Limited(io.TextIOBase):
    """A text stream that passes on a limited number of characters and counts the rest."""

    def __init__(self, target: TextIO) -> None:
        self._target = target
        self._left = MAX_CHARACTERS
        self.dropped = 0

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        kept = text[: self._left]
        if kept:
            self._target.write(kept)
            self._left -= len(kept)
        self.dropped += len(text) - len(kept)
        return len(text)

    def flush(self) -> None:
        self._target.flush()


@contextmanager
def first_prints() -> Iterator[None]:
    """Pass on the first characters of stdout and of stderr within the block; say how many were left out."""
    out, err = _Limited(sys.stdout), _Limited(sys.stderr)
    try:
        with redirect_stdout(out), redirect_stderr(err):
            yield
    finally:
        if dropped := out.dropped + err.dropped:
            print(f"\n... {dropped:,} more characters that your code printed are left out.")
