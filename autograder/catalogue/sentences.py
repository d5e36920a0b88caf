"""A sentence for a small change of a solution: which part of which formula is not as it should be."""

from __future__ import annotations

import re
from collections.abc import Mapping

from course_utils.changes import Change
from course_utils.changes.targets import RETURNED

__all__ = ["name_of", "sentence"]

NUMBER = re.compile(r"[-+]?\d+(\.\d*)?(e[-+]?\d+)?", re.IGNORECASE)
NAME = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")
LONGEST = 40
# Names that are spoken of without an article, as letters are.
BARE = ("alpha", "beta", "gamma", "delta", "epsilon", "momentum", "logits", "labels", "parameters", "weights")
# By the kind of change. {where} begins the sentence, {term} and {instead} are parts of the formula in words.
SAYS = {
    "sign": "{where}{term} has the wrong sign.",
    "divided": "{where}a product takes the place of a quotient, or the other way round: see {term}.",
    "multiplied": "{where}a product takes the place of a quotient, or the other way round: see {term}.",
    "complement": "{where}{term} and 1 minus {term} are mixed up.",
    "term-missing": "{where}a term is missing: {term}.",
    "factor-missing": "{where}a factor is missing: {term}.",
    "factor-twice": "{where}one factor occurs twice: {term}.",
    "division-missing": "{where}the division by {term} is missing.",
    "divided-twice": "{where}the division by {term} occurs twice.",
    "root-of-divisor": "{where}the root of {term} divides where {term} itself should.",
    "exchanged": "{where}{term} and {instead} have changed places.",
    "elementwise": "{where}a matrix product is taken entry by entry.",
    "power-missing": "{where}{term} is not raised to the power {instead}.",
    "product-for-power": "{where}{term} is multiplied by {instead}, which should be its exponent.",
    "condition": "{where}a comparison is not the right one.",
    "one-case": "{where}two cases are treated alike that should differ.",
    "cases-exchanged": "{where}two cases have changed places.",
    "results-exchanged": "The returned values have changed places.",
    "root-missing": "{where}the square root is missing.",
    "outside-root": "{where}{term} is added after the root; it belongs under it.",
    "call-missing": "{where}the call of {instead} is missing.",
    "function": "{where}the code computes {instead} where {term} is meant.",
    "count": "{where}the repetitions begin or end one too early or too late.",
    "axis": "{where}{term} is taken along the wrong axis.",
    "axis-lost": "{where}{term} loses the axis along which it is taken, so that shapes no longer match.",
    "bias": "{where}{term} divides by N - 1 where N is meant, or the other way round.",
    "flag": "{where}a switch is set the wrong way round.",
    "constant": "{where}the constant {term} has another value.",
    "name": "{where}the values are those with {instead} in the place of {term}.",
    "statement-missing": "A step is missing: {target} is not updated.",
    "not-added-up": "{where}each new value replaces the ones before it instead of being added to them.",
    "graph-kept": "The gradient graph is kept where the values should not be part of it.",
    "return-in-loop": "The function returns inside its loop: only the first round is computed.",
    "argument-unused": "The value that is passed for {term} is not used: the result is the one for its default.",
    "arguments-unused": "The values that are passed for {term} are not used: the result is the one for their defaults.",
    "brackets-missing": "{where}brackets are missing around {term}.",
    "order": "The order is not right: {target} is computed after {term}, and should be computed before it.",
}


def sentence(change: Change, words: Mapping[str, str]) -> str:
    """Return what a small change of a solution means, for the student; never the code that mends it.

    Args:
        change: The change.
        words: How to speak of names; other names are spoken with blanks for underscores.
    """
    if change.target.startswith("default of"):
        return f"The default value of {change.target.removeprefix('default of ')} is not the one of the text."
    target, term = _noun(change.target, words) or "a value", _in_words(change.term, words)
    if change.kind == "order":
        target, term = _noun(change.term, words) or "a value", target
    where, instead = _where(change.target, words), _in_words(change.instead, words)
    said = SAYS[change.kind].format(where=where, target=target, term=term, instead=instead)
    said = said[0].upper() + said[1:]
    return f"{said[:-1]}, in one of the cases only." if change.mode else said


def name_of(change: Change) -> str:
    """Return an id for reports: the kind of the change and what it concerns."""
    target = re.sub(r"\W+|_+", "-", change.target).strip("-").lower()
    return f"{change.kind}-in-{target}" if target else change.kind


def _where(target: str, words: Mapping[str, str]) -> str:
    places = {RETURNED: "in the value that is returned", "loop": "in the loop", "condition": "in the condition", "": ""}
    said = places.get(target, f"in the formula of {_noun(target, words)}")
    return f"{said}, " if said else ""


def _spoken(name: str, words: Mapping[str, str]) -> str:
    """Return how to speak of a name or of the last part of a dotted one."""
    last = name.rpartition(".")[2]
    if last == "sqrt":
        return "root"
    return words.get(name) or words.get(last) or last.replace("_", " ").strip()


def _noun(name: str, words: Mapping[str, str]) -> str:
    """Return a name as a noun with its article; letters and names with numbers have none."""
    said = _spoken(name, words)
    bare = len(said) <= 3 or said in BARE or said.endswith(" hat") or any(sign.isdigit() for sign in said)
    return said if bare or said.startswith(("the ", "a ", "an ")) else f"the {said}"


def _in_words(code: str, words: Mapping[str, str]) -> str:
    """Return a part of a formula in words: a name as a noun, anything short as a formula of words."""
    code = code.strip()
    if NUMBER.fullmatch(code):
        return code
    if NAME.fullmatch(code):
        return _noun(code, words)
    spoken = NAME.sub(lambda found: _spoken(found[0], words), code)
    return spoken if len(spoken) <= LONGEST and "\n" not in spoken else "a part of the formula"
