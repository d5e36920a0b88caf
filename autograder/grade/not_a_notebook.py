"""Tell the person who handed in a file that is only named like a notebook which kind of file it is."""

from __future__ import annotations

import codecs
import re

__all__ = ["text_of_notebook", "what_it_is"]

# How files begin.
BEGINNINGS = (
    (b"PK\x03\x04", "a zip archive: unpack it, and hand in the notebook that is in it"),
    (b"\x1f\x8b", "an archive made by gzip: unpack it, and hand in the notebook that is in it"),
    (b"%PDF", "a PDF: hand in the notebook itself, which ends in .ipynb"),
    (b"\x89PNG", "a picture"),
    (b"version https://git-lfs", "a pointer of Git LFS to a large file: download the file itself"),
)
HTML = re.compile(rb"\s*<(?:!doctype|html|head|\?xml)", re.IGNORECASE)
CONFLICT = re.compile(rb"^<{7} .*?^={7}\r?$.*?^>{7} ", re.MULTILINE | re.DOTALL)
# In bytes; a conflict that begins later is one that nobody is told of.
LOOKED_AT = 5_000_000
MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def text_of_notebook(content: bytes) -> str:
    """Return the text of a file, in UTF-8, or in UTF-16 with a mark at its beginning, as PowerShell writes it.

    Raises:
        UnicodeDecodeError: It is neither.
    """
    return content.decode(next((name for mark, name in MARKS if content.startswith(mark)), "utf-8"))


def what_it_is(content: bytes) -> str:
    """Return the end of the sentence "The file is not a notebook, but ..."; empty if nothing is known.

    Args:
        content: The bytes of a file that is not JSON; untrusted.
    """
    for beginning, what in BEGINNINGS:
        if content.startswith(beginning):
            return what
    if HTML.match(content[:1000]):
        return "a web page: download the notebook itself, which ends in .ipynb"
    if CONFLICT.search(content[:LOOKED_AT]):
        return (
            "two versions of one with the marks of a merge conflict (<<<<<<< and >>>>>>>): settle it, and save it again"
        )
    if content.lstrip().startswith(b"{") and not content.rstrip().endswith(b"}"):
        return "the beginning of one: it breaks off in the middle; save and hand it in again"
    return ""
