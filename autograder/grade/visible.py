"""Characters that nobody sees, and that change what is read: they are written out, as `⟨U+202E⟩`.

Some turn the order of a line around, some have no width, and marks that are stacked by the hundred cover the lines
above. What they are is in the Unicode Standard, chapters 23.2 and 23.3, and in UAX #9.
"""

from __future__ import annotations

import re
import unicodedata

__all__ = ["visible"]

# Written languages put fewer marks on a letter.
MOST_MARKS = 8
# Signs without a shape that are not of the category of formats.
FILLERS = "\u034f\u115f\u1160\u17b4\u17b5\u2028\u2029\u2800\u3164\uffa0"
JOINERS = "\u200c\u200d"
# What is outside of these ranges is looked at; in most texts there is none.
LOOKED_AT = re.compile(r"[^\x00-\xac\xae-\u02ff\u2010-\u2027\u2030-\u205f\u2190-\u27ff\u3001-\u3163\u4e00-\u9fff]+")


def visible(text: str) -> str:
    """Return a text in which everything can be seen: characters without a shape are written out, as `⟨U+202E⟩`.

    Letters of all scripts stay, with up to eight marks each, and so do emoji.

    Args:
        text: The text; untrusted.
    """
    return LOOKED_AT.sub(_written_out, text)


def _written_out(found: re.Match[str]) -> str:
    made: list[str] = []
    marks = 0
    for place, sign in enumerate(found[0], start=found.start()):
        kind = unicodedata.category(sign)
        marks = marks + 1 if kind in ("Mn", "Me") else 0
        hidden = sign in FILLERS or (kind == "Cf" and not _joins(found.string, place)) or marks > MOST_MARKS
        made.append(f"⟨U+{ord(sign):04X}⟩" if hidden else sign)
    return "".join(made)


def _joins(text: str, place: int) -> bool:
    """Say whether a sign joins, or keeps apart, two letters or emoji of a script that needs it."""
    around = text[place - 1 : place], text[place + 1 : place + 2]
    return text[place] in JOINERS and all(one and not one.isascii() and one not in JOINERS for one in around)
