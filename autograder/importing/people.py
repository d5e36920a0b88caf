"""Names as people and platforms write them: umlauts, apostrophes, the family name first, everything in one word."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["FOLDINGS", "TEST_STUDENT", "is_participant", "is_student_id", "rotations", "slug", "sortable", "words"]

# Letters that lose no accent when they are taken apart.
PLAIN = {"ß": "ss", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i"}
EXPANDED = {"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "ß": "ss"}
LONGEST_ID = 128
# What Moodle calls people in anonymous assignments, in the languages of its rosters.
ANONYMOUS = re.compile(
    r"(?:.*-)?(?:Participante?|Teilnehmer[^\w\s]?(?:in)?|Partecipante|Deelnemer|Deltagare) ?\d*", re.IGNORECASE
)
# The one of Canvas's "Student View", as names of files and gradebooks have it.
TEST_STUDENT = ("studenttest", "teststudent")


def _as_written(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFC", text).casefold() if c.isalnum())


def _without_accents(text: str) -> str:
    lower = unicodedata.normalize("NFC", text).lower()
    apart = unicodedata.normalize("NFKD", "".join(PLAIN.get(c, c) for c in lower))
    return "".join(c for c in apart.casefold() if c.isalnum())


def _expanded(text: str) -> str:
    lower = unicodedata.normalize("NFC", text).lower()
    return _without_accents("".join(EXPANDED.get(c, c) for c in lower))


# From the surest to the weakest way to compare names: Müller is Müller, Muller or Mueller.
FOLDINGS = (_as_written, _without_accents, _expanded)


def words(name: str) -> tuple[str, ...]:
    """Return the words of a name, in its order."""
    return tuple(word for word in re.split(r"[\s,_]+", name.strip()) if word)


def sortable(first: str, last: str) -> str:
    """Return a name with the family name first."""
    return f"{last}, {first}" if first and last else last or first


def rotations(name: str) -> tuple[str, ...]:
    """Return the name with every one of its words first: one of them is the family name first."""
    found = words(name)
    return tuple(" ".join((*found[i:], *found[:i])) for i in range(len(found)))


def slug(name: str) -> str:
    """Return a name as an id: small letters without accents, words joined by hyphens."""
    return "-".join(folded for word in words(name) if (folded := _expanded(word)))


def is_participant(name: str) -> bool:
    """Say whether a name is only Moodle's word for a participant, behind that of a group or not."""
    return ANONYMOUS.fullmatch(name) is not None


def is_student_id(text: str) -> bool:
    """Say whether a text can be a student's id, which is the name of a folder."""
    plain = text == text.strip() and not text.startswith((".", "-")) and not re.search(r'[/\\:*?"<>|]', text)
    return plain and text.isprintable() and 0 < len(text.encode()) <= LONGEST_ID
