"""Compare what a probe saw with a key, and say what is wrong. The only judge there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_utils.checks.accepted import accepted_arrays
from course_utils.checks.besides import with_besides
from course_utils.checks.causes import with_causes
from course_utils.checks.closeness import close
from course_utils.checks.conditions import with_conditions
from course_utils.checks.labels import Label
from course_utils.checks.patterns import explain_pattern
from course_utils.checks.types import (
    Candidate,
    Evidence,
    Judgement,
    Key,
    Observation,
    PartKey,
    PartObservation,
    Ranked,
    VerdictName,
)
from course_utils.kits.probe import Outputs

__all__ = ["agrees", "judge", "judge_part", "match"]

# Numbers that differ by a smaller share look like rounding.
ALIKE = 0.05
# From what must be mended first to what needs nothing: the whole takes the first that occurs.
URGENCY: tuple[VerdictName, ...] = (
    "crashed", "timeout", "error", "wrong", "misconception", "not attempted", "variant", "correct",
)  # fmt: skip


def judge(observation: Observation, key: Key) -> Judgement:
    """Judge all parts of an exercise; a part that was not observed earns nothing.

    Args:
        observation: What the probe returned.
        key: The answers for the same inputs.

    Returns:
        The judgement of the exercise; `parts` holds the single ones where there are several.
    """
    seen = {part.name: part for part in observation.parts}
    total = sum(part.weight for part in key.parts)
    parts = tuple(
        judge_part(seen.get(part.name), part, key.exercise, key.points * part.weight / total) for part in key.parts
    )
    return parts[0] if len(parts) == 1 else _whole(with_conditions(with_causes(parts, key), key), key)


def judge_part(got: PartObservation | None, key: PartKey, exercise: str, max_score: float) -> Judgement:
    """Judge one part. The order: exact, accepted convention, named mistake, small change, pattern, unknown."""

    def verdict(
        name: VerdictName, share: float, message: str, ids: tuple[str, ...] = (), show: bool = True
    ) -> Judgement:
        accepted = accepted_arrays(got.outputs, key) if got is not None and name == "misconception" else set()
        evidence = _clearest_difference(got.outputs, key, accepted) if got is not None and show else ()
        return Judgement(exercise, key.name, name, max_score * share, max_score, ids, message, evidence)

    if got is None:
        return verdict("crashed", 0.0, "There is no result for this part.")
    if got.problem is not None:
        if _is_right_upon_stand_ins(got, key):
            return verdict("variant", 1.0, f"{key.follows[1]} {got.problem.message}", (key.follows[0],), show=False)
        return verdict(got.problem.verdict, 0.0, got.problem.message, show=False)
    failed = f" {got.failed}" if got.failed else ""
    if agrees(got.outputs, key.expected, key):
        return verdict("correct", 1.0, "")
    if found := match(got.outputs, key.variants, key):
        return verdict("variant", found.share, " ".join(found.says), found.ids, show=False)
    if _is_right_upon_stand_ins(got, key):
        return verdict("variant", 1.0, key.follows[1], (key.follows[0],), show=False)
    if found := match(got.outputs, key.misconceptions, key):
        found = with_besides(found, got.outputs, key)
        message = f"{' And: '.join(found.says)}{failed} Read again: {key.reread}."
        return verdict("misconception", found.share, message, found.ids)
    if found := match(got.outputs, key.changes, key):
        found = with_besides(found, got.outputs, key)
        message = f"{' And: '.join(found.says)} Read again: {key.reread}."
        return verdict("wrong", found.share, message, found.ids)
    # Only now: a known mistake may give other shapes, and then its name says more than the shapes do.
    if complaint := _misshapen(got.outputs, key):
        return verdict("wrong", 0.0, f"{complaint}{failed} Read again: {key.reread}.", show=False)
    return verdict("wrong", 0.0, f"{explain_pattern(got.outputs, key)}{failed} Read again: {key.reread}.")


def agrees(got: Outputs, expected: Outputs, key: PartKey) -> bool:
    """Say whether all arrays agree, NaN and infinity in the same places included."""
    return all(
        name in got
        and got[name].shape == expected[name].shape
        and _share(close(got[name], expected[name], key, name)) >= key.agreement.get(name, 1.0)
        for name in key.expected
        if name in expected
    )


def _is_right_upon_stand_ins(got: PartObservation, key: PartKey) -> bool:
    """Say whether the part uses functions of earlier exercises as it should, whatever these are worth."""
    return bool(key.upon) and agrees(got.upon, key.upon, replace(key, expected=key.upon))


def _share(close: NDArray[np.bool_]) -> float:
    return float(close.mean()) if close.size else 1.0


def match(got: Outputs, candidates: Sequence[Candidate], key: PartKey) -> Candidate | None:
    """Return the first of some candidates that gives these outputs; None if there is none."""
    seen = _at_places(got, key)
    likely = candidates.likely(got, key) if isinstance(candidates, Ranked) else candidates
    return next((one for one in likely if one.ends and _is_like(got, seen, one, key)), None)


def _at_places(got: Outputs, key: PartKey) -> Outputs:
    """Return the entries that recorded candidates hold, of the arrays that are shaped as expected."""
    return {
        name: got[name].ravel()[places]
        for name, places in key.places.items()
        if name in got and got[name].shape == key.expected[name].shape
    }


def _is_like(got: Outputs, seen: Outputs, candidate: Candidate, key: PartKey) -> bool:
    if any(name not in got or got[name].shape != shape for name, shape in candidate.shapes.items()):
        return False
    return agrees(seen if key.places else got, candidate.outputs, key)


def _misshapen(got: Outputs, key: PartKey) -> str:
    for name, array in key.expected.items():
        label = key.labels.get(name, Label(name)).whole(len(np.atleast_1d(array)))
        if name not in got:
            return f"Missing: {label}."
        if got[name].shape != array.shape:
            return f"{label}: the shape is {got[name].shape}; expected {array.shape}."
    return ""


def _clearest_difference(got: Outputs, key: PartKey, accepted: set[str]) -> tuple[Evidence, ...]:
    """Return one number of each side: of the first array that differs, and there of the first step that does.

    Arrays of which only a convention is known come last.
    """
    order = [*key.labels, *key.expected]
    for name in sorted(key.expected, key=lambda name: (name in accepted, order.index(name))):
        expected = key.expected[name]
        if name not in got or got[name].shape != expected.shape:
            continue
        differs = ~close(got[name], expected, key, name)
        share, needed = _share(~differs), key.agreement.get(name, 1.0)
        if share >= needed:
            continue
        label = key.labels.get(name, Label(name))
        if name in key.agreement:
            return (Evidence(f"share right of {label.at(None, 0.0)}", share, needed),)
        index = _farthest(got[name], expected, differs, within_first=bool(label.rows))
        here, wanted = float(got[name][index]), float(expected[index])
        return (_shown(_where(label, index, here), here, wanted, _base(key, name, index)),)
    return ()


def _base(key: PartKey, name: str, index: tuple[int, ...]) -> float:
    """Return the value from before anything happened; 0 where there is none."""
    if name not in key.baselines:
        return 0.0
    return float(np.broadcast_to(key.baselines[name], key.expected[name].shape)[index])


def _shown(where: str, got: float, expected: float, base: float) -> Evidence:
    """Return both numbers; where they differ by little of their size, how far each is from where it started."""
    if base and abs(got - expected) < ALIKE * abs(expected):
        return Evidence(f"{where}, the change since the start", got - base, expected - base)
    return Evidence(where, got, expected)


def _farthest(
    got: NDArray[Any], expected: NDArray[Any], differs: NDArray[np.bool_], *, within_first: bool
) -> tuple[int, ...]:
    """Return the index of the entry that is farthest off; `within_first` stays in the first row that differs."""
    with np.errstate(invalid="ignore"):
        gap = np.where(differs, np.nan_to_num(np.abs(got - expected), nan=np.inf), -1.0)
    if not within_first:
        return tuple(int(i) for i in np.unravel_index(np.argmax(gap), gap.shape))
    row = int(np.argwhere(differs)[0][0])
    return (row, *(int(i) for i in np.unravel_index(np.argmax(gap[row]), gap[row].shape)))


def _where(label: Label, index: tuple[int, ...], value: float) -> str:
    row, entry = (index[0] + 1, index[1:]) if label.rows else (None, index)
    return label.at(row, value) + (f", entry {list(entry)}" if entry else "")


def _whole(parts: tuple[Judgement, ...], key: Key) -> Judgement:
    verdict = min((part.verdict for part in parts), key=URGENCY.index)
    lines = [f"{part.part}: {part.message or part.verdict}" for part in parts if part.verdict != "correct"]
    return Judgement(
        key.exercise,
        "",
        verdict,
        sum(part.score for part in parts),
        key.points,
        tuple(name for part in parts for name in part.misconceptions),
        "\n".join(lines),
        tuple(evidence for part in parts for evidence in part.evidence),
        parts,
    )
