"""What the teaching staff sees as it comes: snapshots of the live view, sent by the server when they change."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from autograder.serve.live import class_view, people_view, queue_view
from autograder.serve.service import Service, service_of

__all__ = ["ROUTES", "Feed", "staff_only"]

EVERY_S = 1.0
# Proxies end connections on which nothing is said.
SAY_SOMETHING_S = 15.0
MOST_WATCHERS = 100


class Feed:
    """Snapshots by name, made at most once a second however many people watch."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[float, str]] = {}
        self._locks: dict[str, asyncio.Lock] = {}
        self.watchers = 0

    async def snapshot(self, name: str, make: Callable[[], dict[str, Any]]) -> str:
        """Return a snapshot as JSON."""
        async with self._locks.setdefault(name, asyncio.Lock()):
            made, text = self._kept.get(name, (-EVERY_S, ""))
            if time.monotonic() - made >= EVERY_S or not text:
                text = json.dumps(await run_in_threadpool(make), ensure_ascii=False)
                self._kept[name] = (time.monotonic(), text)
        return text


async def staff_only(request: Request) -> Service:
    """Return the service to one of the teaching staff.

    Raises:
        HTTPException: 401 to somebody unknown, 403 to a student.
    """
    service = service_of(request)
    who = await service.door.by_session(request)
    if who is None:
        raise HTTPException(401, "log in first")
    if not who.staff:
        raise HTTPException(403, "this page is for the teaching staff")
    return service


async def events(request: Request) -> Response:
    """Send the snapshots of a view: `class` or `people`."""
    service = await staff_only(request)
    feed: Feed = request.app.state.feed
    workbook = request.query_params.get("workbook", "")
    view = request.path_params["view"]
    if workbook not in service.desk.releases or view not in ("class", "people"):
        raise HTTPException(404, "there is no such view")
    if feed.watchers >= MOST_WATCHERS:
        raise HTTPException(503, "too many live views are open; close some")
    make = _class(service, workbook) if view == "class" else _people(service, workbook)
    stream = _stream(feed, f"{view} {workbook}", make)
    return StreamingResponse(stream, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


def _class(service: Service, workbook: str) -> Callable[[], dict[str, Any]]:
    desk = service.desk

    def make() -> dict[str, Any]:
        students = service.roster.students()
        found = class_view(desk.engine, workbook, desk.releases[workbook].checked)
        queue = queue_view(desk.engine) if found["people"] is not None else None
        return {**found, "queue": queue, "roster": None if students is None else len(students)}

    return make


def _people(service: Service, workbook: str) -> Callable[[], dict[str, Any]]:
    desk = service.desk
    return lambda: {
        **people_view(desk.engine, workbook, service.roster.students()),
        "warnings": service.warnings(),
    }


async def _stream(feed: Feed, name: str, make: Callable[[], dict[str, Any]]) -> AsyncIterator[str]:
    sent, quiet = "", 0.0
    feed.watchers += 1
    try:
        while True:
            text = await feed.snapshot(name, make)
            if text != sent:
                yield f"data: {text}\n\n"
                sent, quiet = text, 0.0
            elif quiet >= SAY_SOMETHING_S:
                yield ": nothing new\n\n"
                quiet = 0.0
            await asyncio.sleep(EVERY_S)
            quiet += EVERY_S
    finally:
        feed.watchers -= 1


ROUTES = (Route("/events/{view}", events),)
