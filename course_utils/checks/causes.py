"""Where a part fails and uses another part that is not right either: say so, as mending that one may be enough."""

from __future__ import annotations

from dataclasses import replace

from course_utils.checks.types import Judgement, Key, VerdictName

__all__ = ["with_causes"]

RIGHT: tuple[VerdictName, ...] = ("correct", "variant")
# A mistake that has a name is the part's own; a stub and a crash say enough.
UNEXPLAINED: tuple[VerdictName, ...] = ("wrong", "error")


def with_causes(parts: tuple[Judgement, ...], key: Key) -> tuple[Judgement, ...]:
    """Return the judgements of the parts of one exercise; those without an explanation name what they build on.

    Args:
        parts: The judgements. A part builds on another one if that is called as an object that it uses.
        key: The key that they were judged by.
    """
    uses = {part.name: part.uses for part in key.parts}
    unfinished = [part.part for part in parts if part.verdict not in RIGHT]
    return tuple(_with_cause(part, [name for name in uses.get(part.part, ()) if name in unfinished]) for part in parts)


def _with_cause(part: Judgement, unfinished: list[str]) -> Judgement:
    names = " and ".join(name for name in unfinished if name != part.part)
    if not names or part.verdict not in UNEXPLAINED:
        return part
    return replace(part, message=f"{part.message} This part uses {names}, which is not right yet: begin there.")
