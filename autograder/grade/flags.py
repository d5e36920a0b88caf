"""What exercises take from libraries: lines for the instructor, read where that can harm nobody."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from autograder.catalogue.answer import load_answer
from autograder.grade.apart import Apart, Ended
from autograder.grade.library_uses import first_lines, seen_uses
from autograder.grade.plain_code import could_use
from autograder.grade.release import Release
from autograder.grade.static_checks import forget_submission, names_used, read_release, written_uses
from autograder.grade.types import Rebuilt
from autograder.sandbox.types import LibraryUse

__all__ = ["Reading", "flags_of", "read_code"]

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reading:
    """What the code of a submission says before it runs.

    Args:
        written: Lines about what it uses of libraries, by exercise, for those that ask to write that by hand.
        plain: Those of these exercises for which it could use nothing that it does not name.
    """

    written: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    plain: frozenset[str] = frozenset()


def read_code(release: Release, rebuilt: Rebuilt, exercises: Iterable[str]) -> Reading:
    """Read the code of a submission.

    Args:
        release: The released notebook.
        rebuilt: What will be run; its sources are untrusted.
        exercises: The exercises that are graded.
    """
    asked = {exercise: by_hand for exercise in exercises if (by_hand := load_answer(exercise).by_hand)}
    if not asked:
        return Reading()
    try:
        written, plain = _READER.ask((release, rebuilt, asked))
    except (Ended, OSError) as error:
        # What is only shown must not stop a grade.
        log.warning("the code of a submission was not read: %s", error)
        return Reading(dict.fromkeys(asked, (f"The code could not be read: {error}.",)))
    return Reading({name: tuple(lines) for name, lines in written.items()}, frozenset(plain))


def flags_of(reading: Reading, uses: Mapping[str, Sequence[LibraryUse]]) -> dict[str, tuple[str, ...]]:
    """Return the lines by exercise: of what is written, and of what was seen while it ran.

    Args:
        reading: What the code says.
        uses: What was recorded while the exercises were probed, by exercise; untrusted.
    """
    return {
        name: first_lines((*lines, *seen_uses(uses.get(name, ()), load_answer(name).by_hand)))
        for name, lines in reading.written.items()
    }


def _read(question: tuple[Release, Rebuilt, Mapping[str, Sequence[str]]]) -> tuple[dict[str, Sequence[str]], list[str]]:
    release, rebuilt, asked = question
    read_release(release)
    written = {name: _lines(release, rebuilt, name, by_hand) for name, by_hand in asked.items()}
    used = names_used(release, rebuilt)
    forget_submission()
    return written, [name for name, by_hand in asked.items() if not could_use(used, by_hand)]


# One for each process that grades.
_READER = Apart(_read)


def _lines(release: Release, rebuilt: Rebuilt, exercise: str, by_hand: Sequence[str]) -> Sequence[str]:
    try:
        return written_uses(release, rebuilt, exercise, by_hand)
    except Exception as error:
        return (f"The code could not be read ({type(error).__name__}).",)
