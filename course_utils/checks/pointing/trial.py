"""One run of a part within bounds, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from course_utils.checks.pointing.bounds import Bounds, Stopped, bounded
from course_utils.checks.pointing.quiet import quiet
from course_utils.kits.probe import Inputs, Look, Outputs, Part, ProbeFailure, watched

__all__ = ["Trial", "attempt"]

# A run is stopped at its next line; until then it has to be quiet.
GRACE_S = 10.0


@dataclass(frozen=True)
class Trial:
    """What a run gave: arrays; or what the probe complained of; or an error; or nothing, after a stop."""

    outputs: Outputs | None = None
    complaint: str = ""
    error: BaseException | None = None
    stopped: bool = False


def attempt(part: Part, arguments: Sequence[object], inputs: Inputs, bounds: Bounds, look: Look | None) -> Trial:
    """Run a part on a copy of its inputs, as the check does, and stop it at its bounds.

    Args:
        part: The part.
        arguments: The student's objects.
        inputs: The inputs.
        bounds: The bounds.
        look: Sees every array that the probe takes, and may raise `Stopped`; None if nobody does.
    """
    given = {name: np.array(array) for name, array in inputs.items()}
    try:
        with bounded(bounds), quiet(bounds.until.clock + GRACE_S), watched(look):
            return Trial(part.outputs(*arguments, given))
    except Stopped:
        return Trial(stopped=True)
    except ProbeFailure as failure:
        return Trial(complaint=str(failure))
    except (Exception, SystemExit) as error:
        return Trial(error=error)
