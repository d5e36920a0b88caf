"""Answers that are alike lie together: the empty ones first, then those without an idea, then groups.

Alike are answers of the same signature in which no word replaces another one, and whose words (TF-IDF of words and of
pieces of words) and letters in their order (edit distance) are close to those of all others of the group: complete
linkage, since a group gets one mark.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from rapidfuzz import fuzz, process
from scipy.cluster.hierarchy import leaves_list, linkage
from scipy.spatial.distance import squareform
from sklearn.cluster import AgglomerativeClustering
from sklearn.feature_extraction.text import TfidfVectorizer

from autograder.marking.signature import is_no_idea, plain, say_the_same, signature

__all__ = ["Group", "grouped"]

# From 0, the same, to 1, nothing in common: of the worse of both measures.
FARTHEST = 0.42
# Of a long text, the beginning decides whether it is alike; the time grows with the square of its length.
LONGEST = 4000


@dataclass(frozen=True)
class Group:
    """Answers that are alike.

    Args:
        kind: `empty`, `no idea` or `alike`; a single answer is a group as well.
        members: Places of the answers; those with the same text together, in one tuple.
    """

    kind: Literal["empty", "no idea", "alike"]
    members: tuple[tuple[int, ...], ...]

    @property
    def size(self) -> int:
        """How many answers it has."""
        return sum(map(len, self.members))


def grouped(texts: Sequence[str], terms: Collection[str] = ()) -> tuple[Group, ...]:
    """Return the groups of some answers; each answer is in one of them.

    Args:
        texts: The answers; untrusted, empty where nothing was written.
        terms: The terms of the question that marks are given for, as `key_terms` returns them.

    Returns:
        The empty ones, those without an idea, then the others so that neighbours resemble each other.
    """
    places: dict[str, list[int]] = {}
    for place, text in enumerate(texts):
        places.setdefault(plain(text), []).append(place)
    empty = tuple(tuple(places[text]) for text in places if not text)
    without = tuple(tuple(where) for text, where in places.items() if text and is_no_idea(text))
    rest = [text for text in places if text and not is_no_idea(text)]
    groups = [Group("empty", empty)] if empty else []
    groups += [Group("no idea", without)] if without else []
    clusters = _clusters([text[:LONGEST] for text in rest], terms)
    return (*groups, *(Group("alike", tuple(tuple(places[rest[one]]) for one in cluster)) for cluster in clusters))


def _clusters(texts: list[str], terms: Collection[str]) -> list[list[int]]:
    """Return clusters of different texts, by their places, in an order in which neighbours resemble each other."""
    if len(texts) < 2:
        return [[place] for place in range(len(texts))]
    distances = _distances(texts)
    order = leaves_list(linkage(squareform(distances, checks=False), "average"))
    signatures = [signature(text, terms) for text in texts]
    apart = distances.copy()
    for one, other in np.argwhere(np.triu(distances <= FARTHEST, 1)):
        if signatures[one] != signatures[other] or not say_the_same(texts[one], texts[other]):
            apart[one, other] = apart[other, one] = 1.0
    clustering = AgglomerativeClustering(None, metric="precomputed", linkage="complete", distance_threshold=FARTHEST)
    labels = clustering.fit_predict(apart)
    found: dict[int, list[int]] = {}
    for place in order:
        found.setdefault(int(labels[place]), []).append(int(place))
    return list(found.values())


def _distances(texts: list[str]) -> np.ndarray:
    """Return the distance of every two texts, from 0 to 1, as a symmetric array (texts, texts)."""
    near = np.minimum(_words(texts), process.cdist(texts, texts, scorer=fuzz.ratio, dtype=np.float64) / 100)
    distances: np.ndarray = np.clip(1 - (near + near.T) / 2, 0.0, 1.0)
    np.fill_diagonal(distances, 0.0)
    return distances


def _words(texts: list[str]) -> np.ndarray:
    """Return the likeness of the words: the mean cosine of TF-IDF vectors of words, and of pieces of three to five."""
    words = TfidfVectorizer(ngram_range=(1, 2), token_pattern=r"(?u)\w+", sublinear_tf=True)
    pieces = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True)
    likeness = [np.asarray((found @ found.T).todense()) for found in _vectors(texts, words, pieces)]
    mean: np.ndarray = np.mean(likeness or [np.zeros((len(texts), len(texts)))], axis=0)
    return mean


def _vectors(texts: list[str], *vectorizers: TfidfVectorizer):  # type: ignore[no-untyped-def]
    for vectorizer in vectorizers:
        try:
            yield vectorizer.fit_transform(texts)
        except ValueError:  # nothing but signs in all of the texts
            continue
