"""The sentence of a mistake, found by its name."""

from __future__ import annotations

from course_utils.checks.recorded import load_recorded

__all__ = ["words_of"]


def words_of(exercise: str, mistake: str) -> str:
    """Return the sentence of a single mistake; empty where there is none.

    The recorded check has the same sentences as the answer, and is read without torch. Only what shows in hidden inputs
    alone is not in it.
    """
    try:
        known = [one for part in load_recorded(exercise)[1].parts for one in part.misconceptions]
    except KeyError:
        known = []
    found = [one.says for one in known if one.ids == (mistake,)]
    if not found:
        from autograder.catalogue.answer import load_answer  # seconds, and rarely needed

        answers = [one for part in load_answer(exercise).parts for one in part.misconceptions]
        found = [one.says for one in answers if one.ids == (mistake,)]
    return " ".join(found[0]) if found else ""
