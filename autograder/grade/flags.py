"""Lines for the instructor about what exercises take from libraries, read where that can harm nobody."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence

from autograder.catalogue.answer import load_answer
from autograder.grade.apart import Apart, Ended
from autograder.grade.library_uses import first_lines, seen_uses
from autograder.grade.release import Release
from autograder.grade.static_checks import forget_submission, read_release, written_uses
from autograder.grade.types import Rebuilt
from autograder.sandbox.types import LibraryUse

__all__ = ["flags_of"]

log = logging.getLogger(__name__)


def flags_of(
    release: Release, rebuilt: Rebuilt, exercises: Iterable[str], uses: Mapping[str, Sequence[LibraryUse]]
) -> dict[str, tuple[str, ...]]:
    """Return the lines by exercise, for those that ask to write by hand what a library has.

    Args:
        release: The released notebook.
        rebuilt: What was run; its sources are untrusted.
        exercises: The exercises.
        uses: What was recorded while they were probed, by exercise; untrusted.
    """
    asked = {exercise: by_hand for exercise in exercises if (by_hand := load_answer(exercise).by_hand)}
    if not asked:
        return {}
    try:
        found = _READER.ask((release, rebuilt, asked, {name: tuple(uses.get(name, ())) for name in asked}))
    except (Ended, OSError) as error:
        # What is only shown must not stop a grade.
        log.warning("the code of a submission was not read: %s", error)
        return dict.fromkeys(asked, (f"The code could not be read: {error}.",))
    return {name: tuple(lines) for name, lines in found.items()}


def _read(
    question: tuple[Release, Rebuilt, Mapping[str, Sequence[str]], Mapping[str, Sequence[LibraryUse]]],
) -> dict[str, tuple[str, ...]]:
    release, rebuilt, asked, uses = question
    read_release(release)
    found = {name: _lines(release, rebuilt, name, by_hand, uses[name]) for name, by_hand in asked.items()}
    forget_submission()
    return found


# One for each process that grades.
_READER = Apart(_read)


def _lines(
    release: Release, rebuilt: Rebuilt, exercise: str, by_hand: Sequence[str], uses: Sequence[LibraryUse]
) -> tuple[str, ...]:
    try:
        return first_lines((*written_uses(release, rebuilt, exercise, by_hand), *seen_uses(uses, by_hand)))
    except Exception as error:
        return (f"The code could not be read ({type(error).__name__}).",)
