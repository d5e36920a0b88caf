"""A notebook that is too large only because of what is never read: outputs, and the state of widgets."""

from __future__ import annotations

import re

__all__ = ["AS_LARGE", "without_outputs"]

# With its outputs, a notebook may be so many times as large as without them.
AS_LARGE = 5
# Nobody's notebook has more pieces, and a file made to have them does not keep anybody busy.
MAX_PIECES = 2_000_000
PIECE = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[\[\]{}]', re.DOTALL)
BEGINS = re.compile(rb"\s*:\s*(?=[\[{])")
# What is cut, and the brackets that are open around it: in a cell of the list of cells, in the notebook's metadata.
CUT = {(b'"outputs"', b"{[{"): b"[]", (b'"widgets"', b"{{"): b"{}"}
OPENING = b"[{"
DEEPEST = 4


def without_outputs(content: bytes, max_bytes: int) -> bytes:
    """Return a notebook as it is if it is small enough, else without outputs and widgets, as far as it is JSON.

    The time is linear in its length, and nothing of it is unpacked.

    Args:
        content: The bytes of the file; untrusted.
        max_bytes: What is small enough.
    """
    if len(content) <= max_bytes:
        return content
    kept: list[bytes] = []
    opened = bytearray()
    start = 0
    inside = -1  # how many brackets are open around what is being cut
    for number, piece in enumerate(PIECE.finditer(content)):
        if number > MAX_PIECES:
            return content
        text = piece[0]
        if text[0] == 34:  # a string
            cut = CUT.get((text, bytes(opened))) if inside < 0 and len(opened) < DEEPEST else None
            follows = BEGINS.match(content, piece.end()) if cut is not None else None
            if cut is not None and follows is not None:
                kept += [content[start : follows.end()], cut]
                inside = len(opened)
        elif text in OPENING:
            opened += text
        elif opened:
            opened.pop()
            if len(opened) == inside:
                start, inside = piece.end(), -1
    return content if inside >= 0 else b"".join((*kept, content[start:]))
