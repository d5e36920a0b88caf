"""Marks lost for lateness, by nbgrader's own policy: its timestamps, its due dates, its plugin."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.grade.types import GradingError

if TYPE_CHECKING:
    from traitlets.config import Config

__all__ = ["CONFIG_NAME", "Late", "Lateness", "Penalty", "penalty_of"]

CONFIG_NAME = "nbgrader_config.py"
# `penalty(student, score, seconds_late)` returns the marks to take off, or None.
Penalty = Callable[[str, float, float], float | None]
DAY_S = 86_400


@dataclass(frozen=True)
class Late:
    """How late a submission is.

    Args:
        seconds: Time after the due date that nbgrader's gradebook holds, extensions allowed for.
        penalty: Marks taken off by the policy.
    """

    seconds: float
    penalty: float

    @property
    def days(self) -> int:
        """Late days; a day that has begun counts."""
        return math.ceil(self.seconds / DAY_S)

    def __str__(self) -> str:
        return f"{self.days} day{'s' * (self.days != 1)} late, {self.penalty:g} marks off"


# By student and assignment; whoever was in time is not in it.
Lateness = Mapping[tuple[str, str], Late]


def penalty_of(folder: Path) -> Penalty:
    """Return the policy that `nbgrader_config.py` in `folder` names; without one, lateness costs nothing.

    Raises:
        GradingError: The file cannot be used. The policy raises it as well, where what it calls fails.
    """
    from nbgrader.preprocessors import AssignLatePenalties  # a second that is not needed where nothing is graded

    with _errors_of_config(folder):
        step = AssignLatePenalties(config=_config(folder))
        step.init_plugin()
    plugin: Any = step.plugin_inst

    def penalty(student: str, score: float, seconds_late: float) -> float | None:
        if seconds_late <= 0:
            return None
        with _errors_of_config(folder):
            found = plugin.late_submission_penalty(student, score, seconds_late)
            return None if found is None else min(max(float(found), 0.0), score)

    return penalty


@contextmanager
def _errors_of_config(folder: Path) -> Iterator[None]:
    try:
        yield
    except Exception as error:  # the file is code of the instructor's
        said = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        raise GradingError(f"{folder / CONFIG_NAME} cannot be used ({said}); correct it") from error


def _config(folder: Path) -> Config:
    from traitlets.config import Config
    from traitlets.config.loader import ConfigFileNotFound, PyFileConfigLoader

    try:
        return PyFileConfigLoader(CONFIG_NAME, path=str(folder)).load_config()
    except ConfigFileNotFound:
        return Config()
