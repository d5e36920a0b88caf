"""The little that decides what an answer is worth, whatever else it says: numbers, negations, directions, key terms."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

from rapidfuzz import fuzz
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

__all__ = ["Signature", "is_no_idea", "key_terms", "plain", "say_the_same", "signature"]

NUMBER = re.compile(r"(?:(?<![\w.)])[-−])?\d+(?:[.,]\d+)?")
WORD = re.compile(r"[^\W\d_]+(?:['’]t)?")
# Directions of thought and their opposites, and what turns them round: a swap of these changes what is said.
TURNING = frozenset(
    re.findall(
        r"\w+",
        "above after all although always any bad because before below best better big bigger both but cannot constant "
        "converge converged converges decrease decreases different diverge diverged diverges double doubles down each "
        "early equal every except explode explodes fall falls false fast faster fewer first flat global good greater "
        "grow grows half halves hardly high higher however if increase increases inside just large larger last late "
        "least left less little local long low lower max maximum min minimum more most need needs negative neither "
        "never no nobody none nor not nothing one only outside over positive quarter right rise rises same sharp "
        "short shrink shrinks slow slower small smaller some sometimes stable therefore third true twice two under "
        "unequal unless unstable up vanish vanishes without worse worst yes",
    )
)
# Of one meaning here, so that they do not keep answers apart.
ALIKE = {
    "big": "large",
    "bigger": "larger",
    "cant": "not",
    "little": "small",
    "twice": "double",
    "two": "2",
    "one": "1",
}
NO_IDEA = re.compile(
    r"(i (have|had) )?(absolutely |really )?no (idea|clue|answer|time)( (at all|sorry))?|"
    r"(i )?(do not|don'?t|dont) (really )?know( this| it| the answer| sorry)?|i am not sure|not sure|idk|"
    r"(sorry )?(skip|skipped|todo|tbd|n/?a|none|nothing|pass|help)|keine ahnung|weiß (ich )?nicht"
)
# Shorter words are no terms; a stem of so many letters joins `gradient` and `gradients`.
SHORTEST, STEM = 3, 6
# In percent of the letters: two words that differ by a typing error.
ALMOST = 80


@dataclass(frozen=True)
class Signature:
    """What the answers of one group have in common.

    Args:
        numbers: The numbers, in their order.
        turning: The words that turn the sense, in their order.
        terms: The key terms, as stems.
    """

    numbers: tuple[str, ...]
    turning: tuple[str, ...]
    terms: frozenset[str]


def plain(text: str) -> str:
    """Return a text without differences that mean nothing: capitals, spaces, the stop at its end."""
    folded = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    return re.sub(r"\s+", " ", folded).strip().rstrip(".! ")


def is_no_idea(text: str) -> bool:
    """Say whether an answer only admits that its author has none, as `idk`, `no idea` or `?`."""
    said = re.sub(r"[,;:*_]", "", plain(text)).strip(" .!?-–—")
    return bool(text) and (not re.search(r"\w", said) or NO_IDEA.fullmatch(said) is not None)


def key_terms(*texts: str) -> frozenset[str]:
    """Return the terms of a model answer and its guide, as stems: what marks are given for."""
    words = (word for text in texts for word in WORD.findall(plain(text)))
    return frozenset(_stem(word) for word in words if len(word) >= SHORTEST and word not in ENGLISH_STOP_WORDS)


def signature(text: str, terms: Collection[str]) -> Signature:
    """Return the signature of an answer.

    Args:
        text: The answer.
        terms: What `key_terms` returned for the question.
    """
    words = [ALIKE.get(word, word) for word in _words(text)]
    numbers = tuple(_number(found) for found in NUMBER.findall(plain(text)))
    turning = tuple(word for word in words if word in TURNING or word.isdigit())
    return Signature(numbers, turning, frozenset(map(_stem, words)) & frozenset(terms))


def say_the_same(one: str, other: str) -> bool:
    """Say whether no word with a meaning stands in the place of another one, and those of both have the same order.

    A word more is allowed, since the distance of two texts counts it; a word that differs by a typing error as well.
    """
    first, second = _meaning(one), _meaning(other)
    only_first, only_second = [_without(first, second), _without(second, first)]
    if only_first and only_second and not all(_almost(word, only_second) for word in only_first):
        return False
    return _without(first, only_first) == _without(second, only_second)


def _meaning(text: str) -> list[str]:
    return [_stem(word) for word in _words(text) if word not in ENGLISH_STOP_WORDS and word not in TURNING]


def _without(words: list[str], others: list[str]) -> list[str]:
    known = set(others)
    return [word for word in words if word not in known]


def _almost(word: str, others: list[str]) -> bool:
    return any(fuzz.ratio(word, other) >= ALMOST for other in others)


def _words(text: str) -> list[str]:
    joined = re.sub(r"\b(?:do|does|did|is|are|was|has)n'?t\b", " not ", plain(text))
    return WORD.findall(re.sub(r"can ?not\b|can'?t\b|n't\b", " not ", joined))


def _number(text: str) -> str:
    return f"{float(text.replace(',', '.').replace('−', '-')):g}"


def _stem(word: str) -> str:
    return re.sub(r"(ing|ed|es|s)$", "", word)[:STEM] if len(word) > 4 else word
