"""The page of conventions: which other forms are accepted and which mistakes have a name, from the answers."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Collection, Iterable
from pathlib import Path, PurePosixPath

from autograder.build.recorded import has_answer
from autograder.catalogue.answer import load_answer

__all__ = ["PAGE", "build_conventions", "with_entry", "with_lists"]

PAGE = PurePosixPath("docs/conventions.md")
# An entry: the id, then the declared form as it is written by hand, then the lists.
ENTRY = re.compile(r"^- `(?P<id>\w+)`: (?P<text>.*(?:\n  .*)*)", re.MULTILINE)
LISTS = re.compile(r"\s*\*(?:Accepted|Named):\*[^*]*")
WIDTH = 120


def build_conventions(root: Path, only: Collection[str] = ()) -> dict[PurePosixPath, bytes]:
    """Return the page by its path below `root`, with new lists; nothing where there is no such page.

    Args:
        root: Folder of `course.toml`.
        only: The exercises whose lists are made anew; all of them if empty.
    """
    path = root / PAGE
    if not path.is_file():
        return {}
    return {PAGE: with_lists(path.read_text(encoding="utf-8"), only).encode()}


def with_lists(page: str, only: Collection[str] = ()) -> str:
    """Return the page in which the entries of all exercises, or of some, end with what is accepted and named."""

    def renewed(found: re.Match[str]) -> str:
        return _entry(found["id"], found["text"]) if not only or found["id"] in only else found[0]

    return ENTRY.sub(renewed, page)


def with_entry(page: str, workbook: str, exercise: str, declared: str) -> str:
    """Return the page with an entry for a new exercise, the last one of its workbook.

    Args:
        page: The page.
        workbook: Name of the workbook, as in the heading of its section.
        exercise: The new id.
        declared: The declared form, a sentence.

    Returns:
        The page; as it is where it has no such section.
    """
    section = re.compile(rf"(?P<before>^### .*`{workbook}`$.*?)(?P<space>\s*)(?=^##|\Z)", re.MULTILINE | re.DOTALL)
    entry = _wrapped(f"- `{exercise}`: {declared}")
    return section.sub(lambda found: f"{found['before']}\n{entry}{found['space']}", page, count=1)


def _entry(exercise: str, text: str) -> str:
    declared = LISTS.sub("", " ".join(text.split()))
    parts = load_answer(exercise).parts if has_answer(exercise) else ()
    accepted = _ids([*(way.ids for part in parts for way in part.variants), *(part.follows[:1] for part in parts)])
    named = [one for one in _ids(way.ids for part in parts for way in part.misconceptions) if one not in accepted]
    lists = [f" *{word}:* {', '.join(ids)}." for word, ids in (("Accepted", accepted), ("Named", named)) if ids]
    return _wrapped(f"- `{exercise}`: {declared}{''.join(lists)}")


def _wrapped(entry: str) -> str:
    return textwrap.fill(entry, WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)


def _ids(ways: Iterable[tuple[str, ...]]) -> list[str]:
    return list(dict.fromkeys(name for ids in ways for name in ids))
