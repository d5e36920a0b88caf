"""A sentence for a small change of a solution: which part of which formula is not as it should be."""

from __future__ import annotations

import re
from collections.abc import Mapping

from course_utils.changes import Change
from course_utils.changes.targets import RETURNED

__all__ = ["name_of", "sentence"]

NUMBER = re.compile(r"[-+]?\d+(\.\d*)?(e[-+]?\d+)?", re.IGNORECASE)
LONGEST = 40
# By the kind of change. {where} begins the sentence, {term} and {instead} are parts of the formula in words.
SAYS = {
    "sign": "{where}, {term} has the wrong sign.",
    "divided": "{where}, something is divided by {term} that should be multiplied by it.",
    "multiplied": "{where}, something is multiplied by {term} that should be divided by it.",
    "complement": "{where}, {term} and 1 minus {term} are mixed up.",
    "term-missing": "{where}, a term is missing: {term}.",
    "factor-missing": "{where}, a factor is missing: {term}.",
    "factor-twice": "{where}, the factor {term} occurs twice.",
    "division-missing": "{where}, a division is missing: the one by {term}.",
    "divided-twice": "{where}, the division by {term} occurs twice.",
    "root-of-divisor": "{where}, the root of {term} divides where {term} itself should.",
    "exchanged": "{where}, {term} and {instead} have changed places.",
    "elementwise": "{where}, a matrix product is taken entry by entry.",
    "power-missing": "{where}, the power of {term} is missing.",
    "product-for-power": "{where}, {term} is multiplied by {instead}, which is its exponent.",
    "condition": "{where}, a condition is not the right one.",
    "one-case": "{where}, two cases are treated alike that should differ.",
    "cases-exchanged": "{where}, two cases have changed places.",
    "results-exchanged": "The returned values have changed places.",
    "root-missing": "{where}, the square root is missing.",
    "outside-root": "{where}, {term} is added after the root; it belongs under it.",
    "call-missing": "{where}, one step of the computation is missing: {instead}.",
    "function": "{where}, {instead} is used where another function belongs.",
    "count": "{where}, the number of repetitions is one off, or counting starts at another number.",
    "axis": "{where}, {term} is taken along the wrong axis.",
    "axis-lost": "{where}, {term} loses the axis along which it is taken, so that shapes no longer match.",
    "bias": "{where}, {term} divides by N - 1 where N is meant, or the other way round.",
    "flag": "{where}, a switch is set the wrong way round.",
    "constant": "{where}, the constant {term} has another value.",
    "name": "{where}, {instead} is used where {term} belongs.",
    "statement-missing": "A step is missing: {target} is not updated.",
    "not-added-up": "{where}, each new value replaces the ones before it instead of being added to them.",
    "graph-kept": "The gradient graph is kept where the values should not be part of it.",
    "order": "The order is not right: {target} is computed after {term}, and should be computed before it.",
}


def sentence(change: Change, words: Mapping[str, str]) -> str:
    """Return what a small change of a solution means, for the student; never the code that mends it.

    Args:
        change: The change.
        words: How to speak of names; other names are spoken with blanks for underscores.
    """
    target = _spoken(change.target, words) or "one formula"
    if change.kind == "order":
        target, term = _spoken(change.term, words) or "one step", target
    else:
        term = _in_words(change.term, words)
    where = _where(change.target, target)
    said = SAYS[change.kind].format(where=where, target=target, term=term, instead=_in_words(change.instead, words))
    return f"{said[:-1]}, in one of the cases only." if change.mode else said


def name_of(change: Change) -> str:
    """Return an id for reports: the kind of the change and what it concerns."""
    target = re.sub(r"\W+|_+", "-", change.target).strip("-").lower()
    return f"{change.kind}-in-{target}" if target else change.kind


def _where(target: str, spoken: str) -> str:
    if target.startswith("default of"):
        return f"In the signature, for the {spoken}"
    if target == RETURNED:
        return "In the value that is returned"
    return f"In the formula of {spoken}"


def _spoken(name: str, words: Mapping[str, str]) -> str:
    return words.get(name, name.replace("_", " ").strip())


def _in_words(code: str, words: Mapping[str, str]) -> str:
    """Return a part of a formula in words, where it is a name or a number; otherwise as a formula of words."""
    code = code.replace("self.", "").strip()
    if NUMBER.fullmatch(code):
        return code
    spoken = re.sub(r"[A-Za-z_][A-Za-z_0-9]*", lambda found: _spoken(found[0], words), code)
    return spoken if len(spoken) <= LONGEST and "\n" not in spoken else "a part of the formula"
