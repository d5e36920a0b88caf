"""What an alternative gives for some inputs, worked out once for all mutants that it is compared with.

Grading works out a mistake for one submission; the kill matrix does so for every mutant, with the same inputs.
"""

from dataclasses import replace

from autograder.catalogue.answer import NoOutputsError, Piecewise
from course_utils.checks.types import KINDS


def remembering(answer):
    """Return an answer whose alternatives are run once; it must be asked for the same inputs every time."""
    return replace(answer, parts=tuple(replace(part, **_alternatives(part)) for part in answer.parts))


def _alternatives(part):
    return {kind: tuple(replace(one, simulate=_once(one.simulate)) for one in getattr(part, kind)) for kind in KINDS}


def _once(simulate):
    return Piecewise(_Pieces(simulate).until) if isinstance(simulate, Piecewise) else simulate


class _Pieces:
    """The pieces that came so far; a run that stopped too early for the next mutant is made once more, to its end."""

    def __init__(self, simulate):
        self._simulate, self._pieces, self._all, self._problem = simulate, [], None, None

    def until(self, inputs, is_enough):
        outputs = {}
        for piece in self._pieces:
            outputs |= piece
            if is_enough(piece):
                return outputs
        if self._all is None and self._problem is None:
            return self._run(inputs, is_enough)
        if self._problem is not None:
            raise self._problem
        return self._all

    def _run(self, inputs, is_enough):
        known, stopped = self._pieces, []
        self._pieces = []

        def keep(piece):
            self._pieces.append(piece)
            # What is known did not stop it.
            if len(self._pieces) > len(known) and is_enough(piece):
                stopped.append(True)
            return bool(stopped)

        try:
            found = self._simulate.until(inputs, keep)
        except NoOutputsError as error:
            self._problem = error
            raise
        if not stopped:
            self._all = found
        return found
