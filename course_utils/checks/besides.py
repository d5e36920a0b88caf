"""What is said beside a mistake: an argument was changed, which does not show in the values that the mistake gives."""

from __future__ import annotations

from dataclasses import replace
from math import prod

from course_utils.checks.closeness import close
from course_utils.checks.types import Besides, Candidate, PartKey
from course_utils.kits.probe import Outputs

__all__ = ["with_besides"]


def with_besides(found: Candidate, got: Outputs, key: PartKey) -> Candidate:
    """Return a candidate together with what else is wrong in arrays of which it says nothing."""
    seen = [one for one in key.besides if _is_new(one, found) and _is_wrong(one, got, key)]
    ids = tuple(dict.fromkeys([*found.ids, *(one.id for one in seen)]))
    says = (*found.says, *(one.says for one in seen))
    return replace(found, ids=ids, says=says, share=found.share * prod(one.share for one in seen))


def _is_new(one: Besides, found: Candidate) -> bool:
    return one.array not in found.outputs and one.id not in found.ids


def _is_wrong(one: Besides, got: Outputs, key: PartKey) -> bool:
    wanted = key.expected[one.array]
    found = got.get(one.array)
    return found is not None and found.shape == wanted.shape and not close(found, wanted, key, one.array).all()
