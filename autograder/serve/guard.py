"""What stands before every request: headers, sizes, rates, who asks, and whether a form is the service's own."""

from __future__ import annotations

import secrets
import time
from collections import deque

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from autograder.serve.who import Accounts, HubDown, Who

__all__ = ["Doorkeeper", "SafeHeaders", "body_of", "check_form", "form_token"]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
CSRF = "csrf"
# Wrong tokens from one address within a minute.
MOST_WRONG, WITHIN_S, MOST_ADDRESSES = 30, 60.0, 10_000


class SafeHeaders:
    """Adds headers to every answer: no foreign script, no frame, no copy in a cache."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with these headers."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        await self._app(scope, receive, with_headers)


class Doorkeeper:
    """Says who asks.

    Args:
        accounts: Whom there is.
    """

    def __init__(self, accounts: Accounts) -> None:
        self.accounts = accounts
        self._wrong: dict[str, deque[float]] = {}

    async def by_header(self, request: Request) -> Who:
        """Return who asks by the token in the header; cookies do not count here, so that no other page can ask.

        Raises:
            HTTPException: 401 without a known token, 429 after too many, 503 if the hub does not answer.
        """
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() not in ("token", "bearer") or not token.strip():
            raise HTTPException(401, "no token came with this; set COURSE_TOKEN, or work on the course's JupyterHub")
        return await self.by_token(request, token.strip())

    async def by_token(self, request: Request, token: str) -> Who:
        """Return whose token this is; errors as `by_header`."""
        wrong = self._of(request)
        if len(wrong) >= MOST_WRONG:
            raise HTTPException(429, "too many wrong tokens came from this address; wait a minute")
        try:
            who = await self.accounts.by_token(token)
        except HubDown as error:
            raise _hub_down() from error
        if who is None:
            wrong.append(time.monotonic())
            raise HTTPException(401, "nobody in this course has this token; ask the teaching staff whether you are "
                                     "on the roster")  # fmt: skip
        return who

    async def by_session(self, request: Request) -> Who | None:
        """Return who has logged in with this browser; None if nobody has.

        Raises:
            HTTPException: 503 if the hub does not answer.
        """
        try:
            return await self.accounts.by_session(request.session)
        except HubDown as error:
            raise _hub_down() from error

    def _of(self, request: Request) -> deque[float]:
        """Return the times of the last wrong tokens from where a request came."""
        if len(self._wrong) > MOST_ADDRESSES:
            self._wrong.clear()
        times = self._wrong.setdefault(request.client.host if request.client else "", deque())
        while times and times[0] < time.monotonic() - WITHIN_S:
            times.popleft()
        return times


def _hub_down() -> HTTPException:
    return HTTPException(503, "the hub does not answer, and without it the service cannot tell who you are; your "
                              "notebook is as it was, hand it in again in a few minutes")  # fmt: skip


async def body_of(request: Request, most: int) -> bytes:
    """Return the body of a request.

    Raises:
        HTTPException: 413 if it is too large; nothing more of it is read then.
    """
    said = request.headers.get("content-length", "")
    refused = HTTPException(413, f"the file is too large: at most {most:,} bytes are taken. Pictures make notebooks "
                                 "large; leave out the largest")  # fmt: skip
    if said.isdigit() and int(said) > most:
        raise refused
    content = bytearray()
    async for piece in request.stream():
        content += piece
        if len(content) > most:
            raise refused
    return bytes(content)


def form_token(request: Request) -> str:
    """Return the secret that the forms of this session carry."""
    return str(request.session.setdefault(CSRF, secrets.token_urlsafe(24)))


def check_form(request: Request, given: object) -> None:
    """Refuse a form that was not made for this session.

    Raises:
        HTTPException: 403 if it was not.
    """
    known = str(request.session.get(CSRF, ""))
    from_here = request.headers.get("sec-fetch-site", "same-origin") == "same-origin"
    if not known or not from_here or not secrets.compare_digest(known.encode(), str(given).encode()):
        raise HTTPException(403, "this form is not from a page of yours here, or too old; load the page again")
