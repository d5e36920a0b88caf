"""The page of conventions: which other forms are accepted and which mistakes have a name, from the answers."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from autograder.build.recorded import has_answer
from autograder.catalogue.answer import load_answer

__all__ = ["PAGE", "build_conventions", "with_lists"]

PAGE = PurePosixPath("docs/conventions.md")
# An entry: the id, then the declared form as it is written by hand, then the lists.
ENTRY = re.compile(r"^- `(?P<id>\w+)`: (?P<text>.*(?:\n  .*)*)", re.MULTILINE)
LISTS = re.compile(r"\s*\*(?:Accepted|Named):\*[^*]*")
WIDTH = 120


def build_conventions(root: Path) -> dict[PurePosixPath, bytes]:
    """Return the page by its path below `root`, with new lists; nothing where there is no such page."""
    path = root / PAGE
    if not path.is_file():
        return {}
    return {PAGE: with_lists(path.read_text(encoding="utf-8")).encode()}


def with_lists(page: str) -> str:
    """Return the page in which every entry ends with what is accepted and what is named."""
    return ENTRY.sub(lambda found: _entry(found["id"], found["text"]), page)


def _entry(exercise: str, text: str) -> str:
    declared = LISTS.sub("", " ".join(text.split()))
    parts = load_answer(exercise).parts if has_answer(exercise) else ()
    accepted = _ids([*(way.ids for part in parts for way in part.variants), *(part.follows[:1] for part in parts)])
    named = [one for one in _ids(way.ids for part in parts for way in part.misconceptions) if one not in accepted]
    lists = [f" *{word}:* {', '.join(ids)}." for word, ids in (("Accepted", accepted), ("Named", named)) if ids]
    whole = f"- `{exercise}`: {declared}{''.join(lists)}"
    return textwrap.fill(whole, WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)


def _ids(ways: Iterable[tuple[str, ...]]) -> list[str]:
    return list(dict.fromkeys(name for ids in ways for name in ids))
