"""Who asks: what every kind of accounts answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

__all__ = ["Accounts", "HubDown", "Who"]


class HubDown(Exception):
    """The hub, which alone knows who asks, does not answer."""


@dataclass(frozen=True)
class Who:
    """A person: the student's id, and whether it is one of the teaching staff."""

    name: str
    staff: bool


class Accounts(Protocol):
    """Knows people by tokens, and by what a session holds of one."""

    # Whether people log in at a hub, and not with a token in a form.
    at_hub: bool

    async def by_token(self, token: str) -> Who | None:
        """Return whose token this is; None if nobody's.

        Raises:
            HubDown: Nobody can tell.
        """

    async def by_session(self, session: Mapping[str, Any]) -> Who | None:
        """Return whose session this is; None if nobody's.

        Raises:
            HubDown: Nobody can tell.
        """
