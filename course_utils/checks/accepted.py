"""Arrays in which outputs differ from the text because they follow an accepted convention, not for a mistake."""

from __future__ import annotations

from course_utils.checks.closeness import close
from course_utils.checks.types import Candidate, PartKey, Ranked
from course_utils.kits.probe import Outputs

__all__ = ["accepted_arrays"]


def accepted_arrays(got: Outputs, key: PartKey) -> set[str]:
    """Return the names of the arrays that are as some accepted convention gives them."""
    ways = key.variants.likely(got, key) if isinstance(key.variants, Ranked) else key.variants
    return {name for way in ways if way.ends for name in way.outputs if _is_as_given(got, name, way, key)}


def _is_as_given(got: Outputs, name: str, way: Candidate, key: PartKey) -> bool:
    if name not in got or name not in key.expected or got[name].shape != key.expected[name].shape:
        return False
    entries = got[name].ravel()[key.places[name]] if key.places else got[name]
    return entries.shape == way.outputs[name].shape and bool(close(entries, way.outputs[name], key, name).all())
