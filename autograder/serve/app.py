"""The application: all routes below the prefix, and a sentence for whatever goes wrong."""

from __future__ import annotations

from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route

import autograder.report
from autograder.serve import api, pages, watching
from autograder.serve.guard import SafeHeaders
from autograder.serve.service import Service, service_of
from autograder.serve.wanted import to_login
from autograder.serve.watching import Feed

__all__ = ["make_app"]

SESSION_S = 12 * 3600
MISTAKE = ("the service made a mistake, which is in its log; nothing was accepted. Your notebook is as it was, hand it "
           "in again in a few minutes")  # fmt: skip
STATIC = {
    "style.css": Path(autograder.report.__file__).parent / "style.css",
    "serve.css": pages.WEB / "serve.css",
    "live.js": pages.WEB / "live.js",
    "mine.js": pages.WEB / "mine.js",
}


def make_app(service: Service, secret: str) -> Starlette:
    """Return the application.

    Args:
        service: What its requests share.
        secret: Signs the sessions.
    """
    routes: list[BaseRoute] = [*api.ROUTES, *watching.ROUTES, *pages.ROUTES, Route("/static/{name}", static)]
    if service.door.accounts.at_hub:
        from autograder.serve import hub_login  # jupyterhub is only needed at a hub

        routes += hub_login.ROUTES
    below: list[BaseRoute] = [Mount(service.prefix, routes=routes)] if service.prefix else routes
    if service.prefix:
        below.append(Route("/", lambda request: RedirectResponse(f"{service.prefix}/")))
    sessions = Middleware(
        SessionMiddleware,
        secret_key=secret,
        session_cookie="hand-in-session",
        max_age=SESSION_S,
        path=f"{service.prefix}/",
        same_site="lax",
        https_only=service.https,
    )
    app = Starlette(
        routes=below,
        middleware=[Middleware(SafeHeaders), sessions],
        exception_handlers={HTTPException: _refusal, Exception: _failure},
    )
    app.state.service, app.state.feed = service, Feed()
    return app


async def static(request: Request) -> Response:
    """Give one of the files of the pages."""
    path = STATIC.get(request.path_params["name"])
    if path is None:
        raise HTTPException(404, "there is no such file")
    return FileResponse(path)


def _refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return _answer(request, error.status_code, error.detail)


def _failure(request: Request, error: Exception) -> Response:
    return JSONResponse({"error": MISTAKE}, 500)


def _answer(request: Request, status: int, said: str) -> Response:
    path = request.url.path.removeprefix(service_of(request).prefix)
    if path.startswith(("/api/", "/events/")):
        return JSONResponse({"error": said}, status)
    if status == 401:
        return to_login(request)
    return pages.problem_page(request, status, said)
