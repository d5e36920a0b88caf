"""What all requests of the running service share."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request

from autograder.serve.class_list import ClassList
from autograder.serve.desk import Desk
from autograder.serve.guard import Doorkeeper
from autograder.serve.hand_ins import last_time
from autograder.serve.job import STATUS

__all__ = ["Service", "service_of"]


@dataclass(frozen=True)
class Service:
    """The running service.

    Args:
        desk: Takes hand-ins.
        door: Says who asks.
        roster: The class.
        prefix: What its addresses begin with, as in `"/services/hand-in"`; empty at the top.
        https: Whether browsers reach it by https only.
    """

    desk: Desk
    door: Doorkeeper
    roster: ClassList
    prefix: str = ""
    https: bool = False

    def warnings(self) -> list[str]:
        """Return what the teaching staff has to know: a clock that was moved, a roster or grading in trouble."""
        try:
            status = (self.desk.folder / STATUS).read_text(encoding="utf-8")
        except OSError:
            status = ""
        lines = [f"grading has stopped: {line}" for line in status.splitlines()]
        return [line for line in (*lines, self.roster.trouble, self.desk.clock.warning(last_time(self.desk.engine)))
                if line]  # fmt: skip


def service_of(request: Request) -> Service:
    """Return the service that a request came to."""
    service = request.app.state.service
    assert isinstance(service, Service)
    return service
