"""The marking pages as a web application: each order is one transaction in the gradebook."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route

from autograder.grade.types import GradingError
from autograder.marking.desk import Desk, Place
from autograder.marking.orders import ExceptionOrder, ItemOrder, MarkOrder, Order, number_in, read_order
from autograder.marking.views import exceptions_page, index_page, question_page, state_record
from autograder.marking.walls import MAX_BODY, Walls
from autograder.marks.audit import write_audit
from autograder.marks.decisions import decide, override, revoke
from autograder.marks.give import Given, give_mark, take_back
from autograder.marks.rubric import add_item, change_item, retire_item
from autograder.marks.tables import reading, writing

__all__ = ["make_app"]

FILES = {"marking.js": "text/javascript", "exceptions.js": "text/javascript", "marking.css": "text/css"}
Record = dict[str, Any]


def make_app(desk: Desk, marker: str, port: int, token: str) -> Walls:
    """Return the application.

    Args:
        desk: The class.
        marker: Who marks if a page says nothing else.
        port: The port of the server.
        token: What all addresses begin with.
    """
    pages = _Pages(desk, marker, f"/{token}")
    place = "{assignment}/{cell}"
    routes = [
        Route("/", pages.index),
        Route(f"/question/{place}", pages.question),
        Route(f"/states/{place}", pages.states),
        Route(f"/names/{place}", pages.names),
        Route("/exceptions", pages.exceptions),
        Route("/page/{name}", _file),
        Route(f"/mark/{place}", pages.mark, methods=["POST"]),
        Route(f"/undo/{place}", pages.undo, methods=["POST"]),
        Route(f"/item/{place}", pages.item, methods=["POST"]),
        Route("/exceptions/{act}", pages.exception, methods=["POST"]),
    ]
    return Walls(Starlette(routes=[Mount(f"/{token}", routes=routes)]), port, token)


class _Pages:
    """What the routes do; the work is done in a thread, since the gradebook waits for other writers."""

    def __init__(self, desk: Desk, marker: str, root: str) -> None:
        self._desk, self._marker, self._root = desk, marker, root

    async def index(self, request: Request) -> Response:
        return await _as_page(lambda: index_page(self._desk, self._root))

    async def question(self, request: Request) -> Response:
        place = _place(request)
        return await _as_page(lambda: question_page(self._desk, self._desk.sheet(*place), self._root, self._marker))

    async def exceptions(self, request: Request) -> Response:
        return await _as_page(lambda: exceptions_page(self._desk, self._root, self._marker))

    async def states(self, request: Request) -> Response:
        place = _place(request)
        return await self._as_json(place, lambda: {})

    async def names(self, request: Request) -> Response:
        place = _place(request)
        return await self._as_json(place, lambda: {"names": self._names(place)})

    async def mark(self, request: Request) -> Response:
        place, record = _place(request), await _body(request)
        return await self._as_json(place, lambda: self._mark(place, read_order(MarkOrder, record)))

    async def undo(self, request: Request) -> Response:
        place, record = _place(request), await _body(request)
        return await self._as_json(place, lambda: self._undo(place, read_order(Order, record)))

    async def item(self, request: Request) -> Response:
        place, record = _place(request), await _body(request)
        return await self._as_json(place, lambda: self._item(place, read_order(ItemOrder, record)))

    async def exception(self, request: Request) -> Response:
        act, record = request.path_params["act"], await _body(request)
        return await self._as_json(None, lambda: self._exception(act, read_order(ExceptionOrder, record)))

    def _names(self, place: Place) -> dict[str, str]:
        with reading(self._desk.gradebook) as database:
            return self._desk.names(database)

    def _mark(self, place: Place, order: MarkOrder) -> Record:
        points = None if order.points is None else number_in(order.points, "a mark")
        given = Given(None if order.items is None else tuple(order.items), points, order.comment)
        answers = self._desk.shown(place, order.answers)
        with writing(self._desk.gradebook) as database:
            give_mark(database, place, order.marker, answers, given)
        return {"said": f"{_counted(len(answers))} marked."}

    def _undo(self, place: Place, order: Order) -> Record:
        with writing(self._desk.gradebook) as database:
            undone = take_back(database, place, order.marker)
        keys = [self._desk.key(student) for student in undone.students]
        what = "The rubric is" if undone.of_rubric else f"{_counted(len(keys))}"
        return {"said": f"Undone. {what} as before.", "keys": keys, "reload": undone.of_rubric}

    def _item(self, place: Place, order: ItemOrder) -> Record:
        self._desk.question(*place)
        with writing(self._desk.gradebook) as database:
            if order.item is not None and order.retire:
                retire_item(database, place, order.marker, order.item)
                return {"said": "The item is no longer offered."}
            points = number_in(order.points, "the points of an item")
            if order.item is None:
                add_item(database, place, order.marker, order.text, points)
                return {"said": "The item is in the rubric."}
            carrying = change_item(database, place, order.marker, order.item, order.text, points)
        return {"said": f"The item is changed, and with it {_counted(carrying)}."}

    def _exception(self, act: str, order: ExceptionOrder) -> Record:
        assignment, _, cell = order.place.partition("/")
        place = (assignment, cell)
        with writing(self._desk.gradebook) as database:
            if act == "override":
                points = None if order.points == "" else number_in(order.points, "a mark")
                override(database, place, order.marker, order.student.strip(), points, order.reason)
            elif act == "decide":
                decide(database, place, order.marker, order.kind, order.reason)
            elif act == "revoke":
                revoke(database, place, order.marker, order.reason)
            else:
                raise GradingError(f"there is no exception called {act!r}")
        write_audit(self._desk.grading)
        return {"said": "Saved."}

    async def _as_json(self, place: Place | None, work: Callable[[], Record]) -> Response:
        """Answer with what was done, or why not, and with the marks as they are now."""

        def answer() -> tuple[Record, int]:
            try:
                return work() | self._states(place), 200
            except GradingError as error:
                return {"error": f"{str(error)[:1].upper()}{str(error)[1:]}."} | self._states(place), 409

        try:
            record, status = await run_in_threadpool(answer)
        except GradingError as error:
            record, status = {"error": str(error)}, 409
        return JSONResponse(record, status)

    def _states(self, place: Place | None) -> Record:
        if place is None:
            return {}
        with reading(self._desk.gradebook) as database:
            found = self._desk.states(database, place)
        return {"states": {key: state_record(state) for key, state in found.items()}}


async def _as_page(make: Callable[[], str]) -> Response:
    try:
        return HTMLResponse(await run_in_threadpool(make))
    except GradingError as error:
        return PlainTextResponse(f"{error}\n", 409)


async def _file(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in FILES:
        return PlainTextResponse("There is no such file.\n", 404)
    content = (files("autograder.marking") / "page" / name).read_bytes()
    return Response(content, media_type=FILES[name])


async def _body(request: Request) -> Mapping[str, Any]:
    """Return what a page has sent; nothing where it is no JSON object, or longer than any order."""
    content = b""
    async for piece in request.stream():
        content += piece
        if len(content) > MAX_BODY:
            return {}
    try:
        record = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return record if isinstance(record, dict) else {}


def _place(request: Request) -> Place:
    return request.path_params["assignment"], request.path_params["cell"]


def _counted(answers: int) -> str:
    return "1 answer is" if answers == 1 else f"{answers} answers are"
