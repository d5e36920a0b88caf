"""What the messages of Python, numpy and torch usually mean, for someone who meets them first."""

from course_utils.checks.meanings.autograd import AUTOGRAD
from course_utils.checks.meanings.kinds import KINDS
from course_utils.checks.meanings.meaning import Meaning
from course_utils.checks.meanings.python import PYTHON
from course_utils.checks.meanings.shapes import SHAPES

__all__ = ["MEANINGS", "Meaning", "meaning_of"]

MEANINGS = (*PYTHON, *SHAPES, *KINDS, *AUTOGRAD)


def meaning_of(error: BaseException, text: str) -> str:
    """Return what `error`, whose message begins with the line `text`, usually means; empty if that is not known."""
    return next((said for meaning in MEANINGS if (said := meaning.of(error, text))), "")
