"""The page that somebody asked for before logging in, and the way back to it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from autograder.serve.service import service_of

__all__ = ["to_login", "wanted_page"]

WANTED = "wanted"


def to_login(request: Request) -> Response:
    """Send the browser to the log-in, and remember the page that it asked for."""
    if request.method == "GET":
        request.session[WANTED] = request.url.path
    return RedirectResponse(f"{service_of(request).prefix}/login", 303)


def wanted_page(request: Request) -> str:
    """Return the path that was asked for before the log-in; that of the first page where none was."""
    first = f"{service_of(request).prefix}/"
    path = str(request.session.get(WANTED, first))
    # A path that begins with two slashes would be an address elsewhere.
    return path if path.startswith(first) and not path.startswith("//") else first
