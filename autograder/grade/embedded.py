"""Pictures that stand in a text as data, as Colab writes those that are pasted; Jupyter keeps them beside the text."""

from __future__ import annotations

import re

from autograder.grade.types import Picture

__all__ = ["embedded_pictures"]

DATA = r"data:(?P<mime{0}>image/(?:png|jpeg|jpg));base64,(?P<data{0}>[A-Za-z0-9+/=\r\n]*+)"
MARKDOWN = rf"!\[(?P<alt>[^\]\n]{{0,200}})\]\(<?{DATA.format(1)}>?[^)\n]{{0,200}}\)"
HTML = rf"<img\b(?:(?!src)[^<>]){{0,500}}src\s*=\s*[\"']?{DATA.format(2)}[\"']?[^<>]{{0,500}}>"
EMBEDDED = re.compile(f"{MARKDOWN}|{HTML}", re.IGNORECASE)


def embedded_pictures(source: str, most: int) -> tuple[str, tuple[Picture, ...]]:
    """Take the PNG and JPEG pictures out of a text; where they stood, it names them as Jupyter does.

    Args:
        source: The text; untrusted.
        most: How many pictures are taken; the others stay as they are.

    Returns:
        The text, and the pictures by the names that it has for them.
    """
    found: list[Picture] = []

    def name(match: re.Match[str]) -> str:
        if len(found) == most:
            return match[0]
        mime = (match["mime1"] or match["mime2"]).lower().replace("jpg", "jpeg")
        data = "".join((match["data1"] or match["data2"] or "").split())
        found.append(Picture(f"embedded-{len(found) + 1}.{mime.removeprefix('image/')}", mime, data))
        return f"![{match['alt'] or ''}](attachment:{found[-1].name})"

    return EMBEDDED.sub(name, source), tuple(found)
