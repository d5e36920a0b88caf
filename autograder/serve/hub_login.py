"""Logging in at the hub: there with a state, back with a code, by OAuth 2 with PKCE."""

from __future__ import annotations

import secrets

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from autograder.serve.hub_accounts import CREDENTIAL, HubAccounts
from autograder.serve.service import service_of
from autograder.serve.wanted import wanted_page
from autograder.serve.who import HubDown

__all__ = ["ROUTES"]

STATE, VERIFIER = "oauth_state", "oauth_verifier"


def _hub(request: Request) -> HubAccounts:
    accounts = service_of(request).door.accounts
    assert isinstance(accounts, HubAccounts)
    return accounts


async def begin(request: Request) -> Response:
    """Send the browser to the hub."""
    state = secrets.token_urlsafe(24)
    address, verifier = _hub(request).begin_login(state)
    request.session[STATE], request.session[VERIFIER] = state, verifier
    return RedirectResponse(address, 303)


async def end(request: Request) -> Response:
    """Take the browser back from the hub.

    Raises:
        HTTPException: 403 if this browser was not sent, 503 if the hub does not answer.
    """
    known, verifier = request.session.pop(STATE, ""), request.session.pop(VERIFIER, "")
    given, code = request.query_params.get("state", ""), request.query_params.get("code", "")
    if not known or not code or not secrets.compare_digest(known.encode(), given.encode()):
        raise HTTPException(403, "this log-in was not begun here, or too long ago; open the page again")
    try:
        token = await _hub(request).end_login(code, verifier)
    except HubDown as error:
        raise HTTPException(503, "the hub does not answer; open the page again in a few minutes") from error
    page = wanted_page(request)
    request.session.clear()
    request.session[CREDENTIAL] = token
    if await service_of(request).door.by_session(request) is None:
        request.session.clear()
        raise HTTPException(403, "you are not on the roster of this course; ask the teaching staff")
    return RedirectResponse(page, 303)


ROUTES = (Route("/hub-login", begin), Route("/oauth_callback", end))
