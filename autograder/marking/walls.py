"""Who may talk to the marking pages: a browser on this machine that has the token, and no other site in it."""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["MAX_BODY", "Walls"]

NAMES = ("127.0.0.1", "localhost")
MAX_BODY = 1_000_000
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Walls:
    """Refuses whatever does not come from the page itself.

    The name in `Host` must be this machine's, so that no other name can be made to point here (DNS rebinding). `Origin`
    and `Sec-Fetch-Site`, where a browser sends them, must be the page's own. The address must begin with the token.

    Args:
        app: What answers, below the token.
        port: The port of the server.
        token: The token.
    """

    def __init__(self, app: ASGIApp, port: int, token: str) -> None:
        self._app, self._token = app, token
        self._hosts = {f"{name}:{port}" for name in NAMES}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse."""
        if scope["type"] != "http":
            return
        reason = self._refusal(Headers(scope=scope), str(scope["path"]), str(scope["method"]))
        if reason:
            await PlainTextResponse(f"{reason}\n", 403, headers=HEADERS)(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        await self._app(scope, receive, guarded)

    def _refusal(self, headers: Headers, path: str, method: str) -> str:
        host = headers.get("host", "")
        if host not in self._hosts:
            return "Refused: the marking pages answer on this machine only, under 127.0.0.1 or localhost."
        if not _all(headers.getlist("origin"), (f"http://{host}",)) or not _all(
            headers.getlist("sec-fetch-site"), ("same-origin", "none") if method == "GET" else ("same-origin",)
        ):
            return "Refused: the request comes from another page."
        if not secrets.compare_digest(path.split("/")[1].encode(), self._token.encode()):
            return "Refused: the address lacks the token. Open the whole address that `autograder mark` has printed."
        if method == "POST" and headers.get("content-type", "").partition(";")[0].strip() != "application/json":
            return "Refused: only the page itself sends marks."
        return ""


def _all(values: Iterable[str], allowed: tuple[str, ...]) -> bool:
    return all(value in allowed for value in values)
