"""Pictures that a browser can hold: how large a PNG or JPEG would be, from its header; nothing is decoded here."""

from __future__ import annotations

import base64
import binascii
import io

from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile

__all__ = ["TYPES", "PixelBudget", "pixels"]

TYPES = ("image/png", "image/jpeg")
# The signature of a PNG and its first chunk, which tells the size; the end stands for the rest. Of a second header
# Pillow would take the size, and a browser would not.
HEADER, NO_ROWS = 33, b"\0\0\0\0IDAT"


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
    """Return width times height of a picture, None if its header is none of that type.

    Args:
        mime: "image/png" or "image/jpeg".
        data: The bytes of the picture; untrusted.
    """
    try:
        if mime == "image/png":
            width, height = PngImageFile(io.BytesIO(data[:HEADER] + NO_ROWS)).size
        else:
            width, height = JpegImageFile(io.BytesIO(data)).size
    except Exception:  # whatever a header can do to the one who reads it
        return None
    return width * height or None  # 0: a JPEG whose height is told after the first scan
