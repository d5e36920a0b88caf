"""The exercises, one folder each, by workbook: `exercises/<workbook>/<id>/`.

`probe.py` uses a student's work, and `recorded.json` and `recorded.safetensors` hold the recorded check; students get
these. `answer.py` says what is right and wrong, `solutions.py` has solutions and mutants for the tests; both are for
instructors, and no student's copy has them.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

__all__ = ["exercise_folder", "exercise_ids", "package_of"]


def package_of(exercise: str) -> str:
    """Return the dotted name of the package of an exercise.

    Raises:
        KeyError: There is no such exercise; the message is for whoever gave the id.
    """
    try:
        return f"{__name__}.{_workbooks()[exercise]}.{exercise}"
    except (KeyError, TypeError):
        raise KeyError(f"there is no exercise {exercise!r}; the heading above the cell shows the id") from None


def exercise_folder(exercise: str) -> Traversable:
    """Return the folder of an exercise.

    Raises:
        KeyError: There is no such exercise.
    """
    return files(__name__).joinpath(*package_of(exercise).split(".")[-2:])


def exercise_ids() -> tuple[str, ...]:
    """Return the ids of all exercises that have a probe, in alphabetical order."""
    return tuple(sorted(_workbooks()))


@cache
def _workbooks() -> dict[str, str]:
    return {
        folder.name: workbook.name
        for workbook in files(__name__).iterdir()
        if workbook.is_dir()
        for folder in workbook.iterdir()
        if (folder / "probe.py").is_file()
    }
