"""Pictures that a browser can hold: how large a PNG or JPEG would be, from its first bytes; nothing is decoded here."""

from __future__ import annotations

import base64
import binascii
import struct

__all__ = ["MAGIC", "PixelBudget", "pixels"]

MAGIC = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}
# Start-of-frame markers of JPEG (ITU-T T.81, table B.1): C0 to CF without C4, C8 and CC.
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
STANDALONE = frozenset((0x01, *range(0xD0, 0xD9)))  # markers without a length


class PixelBudget:
    """What the pictures on one page may hold together; a few kilobytes can stand for gigabytes in memory.

    Args:
        of_one: Most pixels of one picture.
        of_all: Most pixels of all that are kept.
    """

    def __init__(self, of_one: int, of_all: int) -> None:
        self._of_one, self._left = of_one, of_all

    def keep(self, mime: str, text: str) -> str:
        """Return a picture, in base64 without line breaks; empty if it is none of that type, or too large.

        Args:
            mime: "image/png" or "image/jpeg".
            text: The picture in base64; untrusted.
        """
        try:
            data = base64.b64decode(text.replace("\n", ""), validate=True)
        except (binascii.Error, ValueError):
            return ""
        size = pixels(mime, data)
        if size is None or size > min(self._of_one, self._left):
            return ""
        self._left -= size
        return base64.b64encode(data).decode()


def pixels(mime: str, data: bytes) -> int | None:
    """Return width times height of a picture, 0 if it ends before they stand, None if it is none of that type.

    Args:
        mime: "image/png" or "image/jpeg".
        data: The bytes of the picture; untrusted.
    """
    if not data.startswith(MAGIC[mime]):
        return None
    return _of_png(data) if mime == "image/png" else _of_jpeg(data)


def _of_png(data: bytes) -> int | None:
    """Read IHDR, which must be the first chunk (PNG specification, section 5.6)."""
    if len(data) < 24:
        return 0
    width, height = struct.unpack(">II", data[16:24])
    return width * height if data[12:16] == b"IHDR" else None


def _of_jpeg(data: bytes) -> int:
    """Go from marker to marker up to the first frame; like decoders do, skip what stands between them."""
    place = 2
    while (place := data.find(b"\xff", place)) >= 0 and len(data) >= place + 9:
        marker = data[place + 1]
        if marker in FRAMES:
            height, width = struct.unpack(">HH", data[place + 5 : place + 9])
            return int(width * (height or 0xFFFF))  # 0: it is told after the first scan
        if marker in (0x00, 0xFF) or marker in STANDALONE:
            place += 1
        else:
            place += 2 + int.from_bytes(data[place + 2 : place + 4], "big")
    return 0
