"""How large a PNG or JPEG picture would be in memory, from its first bytes: nothing is decoded here."""

from __future__ import annotations

import struct

__all__ = ["MAGIC", "pixels"]

MAGIC = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}
# Start-of-frame markers of JPEG (ITU-T T.81, table B.1): C0 to CF without C4, C8 and CC.
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
STANDALONE = frozenset((0x01, *range(0xD0, 0xD9)))  # markers without a length


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
