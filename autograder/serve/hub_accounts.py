"""Accounts of a JupyterHub: the hub says whose a token is, and who belongs to the teaching staff."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from jupyterhub.services.auth import HubOAuth
from tornado.web import HTTPError

from autograder.serve.class_list import ClassList
from autograder.serve.who import HubDown, Who

__all__ = ["CREDENTIAL", "HubAccounts"]

# What a session holds: the token that the hub gave for it, as in JupyterHub's own services.
CREDENTIAL = "hub_token"
# A hub that hangs is as good as away.
ANSWERS_WITHIN_S = 10.0


class HubAccounts:
    """Asks the hub; its answers are kept for five minutes, in which the hub may be away.

    Args:
        roster: The students; nobody else may hand in where there is a roster.
        staff: Names of the teaching staff.
        staff_groups: Groups of the hub whose members belong to it.
    """

    at_hub = True

    def __init__(self, roster: ClassList, staff: Iterable[str], staff_groups: Iterable[str]) -> None:
        self._auth = HubOAuth()
        self._roster, self._staff, self._groups = roster, frozenset(staff), frozenset(staff_groups)

    async def by_token(self, token: str) -> Who | None:
        """Return the owner of a token; None if nobody who may use this service has it.

        Raises:
            HubDown: The hub does not answer.
        """
        try:
            user = await asyncio.wait_for(self._auth.user_for_token(token, sync=False), ANSWERS_WITHIN_S)
        except (HTTPError, TimeoutError) as error:
            raise HubDown from error
        if not user or user.get("kind") != "user" or not self._auth.check_scopes(self._auth.access_scopes, user):
            return None
        name = str(user["name"])
        staff = name in self._staff or not self._groups.isdisjoint(user.get("groups", ()))
        students = self._roster.students()
        return Who(name, staff) if staff or students is None or name in students else None

    async def by_session(self, session: Mapping[str, Any]) -> Who | None:
        """Return whose session this is; None if the hub has ended it.

        Raises:
            HubDown: The hub does not answer.
        """
        token = session.get(CREDENTIAL)
        return await self.by_token(str(token)) if token else None

    def begin_login(self, state: str) -> tuple[str, str]:
        """Return where the browser logs in, and a secret that proves later who began it."""
        verifier, challenge, method = self._auth.generate_pkce_code_challenge()
        query = {
            "client_id": self._auth.oauth_client_id, "redirect_uri": self._auth.oauth_redirect_uri,
            "response_type": "code", "state": state, "code_challenge": challenge, "code_challenge_method": method,
        }  # fmt: skip
        return f"{self._auth.oauth_authorization_url}?{urlencode(query)}", verifier

    async def end_login(self, code: str, verifier: str) -> str:
        """Return the token for what the browser brought back.

        Raises:
            HubDown: The hub gives none.
        """
        try:
            asked = self._auth.token_for_code(code, code_verifier=verifier, sync=False)
            return str(await asyncio.wait_for(asked, ANSWERS_WITHIN_S))
        except (HTTPError, TimeoutError) as error:
            raise HubDown from error
