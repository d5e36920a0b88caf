"""The pages: what somebody has handed in, the log-in, and the live view."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from autograder.grade.visible import visible
from autograder.report.words import SYMBOLS, marks
from autograder.serve.desk import Refused
from autograder.serve.guard import check_form, form_token
from autograder.serve.hand_ins import hand_in, hand_ins_of, verdicts_left
from autograder.serve.live import last_workbook
from autograder.serve.service import service_of
from autograder.serve.token_accounts import CREDENTIAL, name_of_token
from autograder.serve.verdicts import told
from autograder.serve.wanted import to_login, wanted_page
from autograder.serve.watching import staff_only
from autograder.serve.who import Who

__all__ = ["ROUTES", "WEB", "problem_page"]

WEB = Path(__file__).parent / "web"
# Around the file in a form.
OF_A_FORM = 65_536


async def mine(request: Request) -> Response:
    """Show what somebody has handed in, with receipts and verdicts, and a form to hand in."""
    service = service_of(request)
    desk = service.desk
    who = await service.door.by_session(request)
    if who is None:
        return to_login(request)
    found = await run_in_threadpool(hand_ins_of, desk.engine, who.name)
    left = await run_in_threadpool(verdicts_left, desk.engine, desk.rules, who.name, desk.clock.now())
    waits = any(one.state in ("waiting", "running") for one in found)
    return _page(request, "mine", who=who, left=left, waits=waits, said="", hand_ins=[told(one, left) for one in found])


async def login(request: Request) -> Response:
    """Show the form for a token, or lead to the hub."""
    service = service_of(request)
    if service.door.accounts.at_hub:
        return RedirectResponse(f"{service.prefix}/hub-login", 303)
    return _page(request, "login", who=None, said="")


async def log_in(request: Request) -> Response:
    """Take a token from the form."""
    service = service_of(request)
    form = await _form(request, OF_A_FORM)
    try:
        token = str(form.get("token", "")).strip()
        await service.door.by_token(request, token)
    except HTTPException as error:
        return _page(request, "login", who=None, said=error.detail, status=error.status_code)
    page = wanted_page(request)
    request.session.clear()
    request.session[CREDENTIAL] = name_of_token(token)
    return RedirectResponse(page, 303)


async def log_out(request: Request) -> Response:
    """Forget who uses this browser."""
    await _form(request, OF_A_FORM)
    request.session.clear()
    return RedirectResponse(f"{service_of(request).prefix}/login", 303)


async def _logged_in(request: Request) -> Who:
    who = await service_of(request).door.by_session(request)
    if who is None:
        raise HTTPException(401, "log in first")
    return who


async def upload(request: Request) -> Response:
    """Take a notebook from the form."""
    service = service_of(request)
    who = await _logged_in(request)
    form = await _form(request, service.desk.most_bytes + OF_A_FORM)
    file = form.get("notebook")
    if not isinstance(file, UploadFile) or not file.filename:
        raise HTTPException(422, "no file came with the form; choose the notebook that you want to hand in")
    try:
        await run_in_threadpool(service.desk.take, who.name, await file.read(), Path(file.filename).stem)
    except Refused as error:
        raise HTTPException(error.status, error.message) from error
    return RedirectResponse(f"{service.prefix}/", 303)


async def receipt(request: Request) -> Response:
    """Give a receipt as a file to the one who handed in, or to the teaching staff."""
    service = service_of(request)
    who = await _logged_in(request)
    found = await run_in_threadpool(hand_in, service.desk.engine, request.path_params["number"])
    if found is None or not (who.staff or found.student == who.name):
        raise HTTPException(404, "you have no hand-in of this number")
    name = f'attachment; filename="receipt-{found.number}.json"'
    return Response(found.receipt, media_type="application/json", headers={"Content-Disposition": name})


async def live(request: Request) -> Response:
    """Show the live view: of the class, without names, or of the people."""
    service = await staff_only(request)
    who = await service.door.by_session(request)
    course = service.desk.course
    books = {name: course.workbooks[name].title for name in service.desk.releases}
    chosen = request.query_params.get("workbook", "") or await run_in_threadpool(last_workbook, service.desk.engine)
    workbook = chosen if chosen in books else next(iter(books))
    view = "people" if request.url.path.endswith("/people") else "class"
    return _page(request, view, who=who, books=books, workbook=workbook, view=view)


def problem_page(request: Request, status: int, detail: str) -> Response:
    """Return a page with one sentence about what is wrong."""
    return _page(request, "problem", who=None, said=f"{detail[:1].upper()}{detail[1:]}", status=status)


async def _form(request: Request, most: int) -> Any:
    """Return a form of this session.

    Raises:
        HTTPException: 411 or 413 if it may be too large, 403 if it is from elsewhere.
    """
    size = request.headers.get("content-length", "")
    if not size.isdigit():
        raise HTTPException(411, "the browser did not say how large the form is")
    if int(size) > most:
        raise HTTPException(413, f"the file is too large: at most {most - OF_A_FORM:,} bytes are taken")
    form = await request.form(max_files=1, max_fields=5)
    check_form(request, form.get("csrf", ""))
    return form


def _page(request: Request, template: str, *, status: int = 200, **values: Any) -> Response:
    service = service_of(request)
    text = _environment().get_template(f"{template}.html.j2").render(
        prefix=service.prefix, course=service.desk.course.course.title, csrf=form_token(request), **values
    )  # fmt: skip
    return HTMLResponse(visible(text), status)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(WEB), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"marks": marks, "symbol": SYMBOLS.__getitem__, "slug": lambda name: name.replace(" ", "-")}
    return environment


ROUTES = (
    Route("/", mine),
    Route("/login", login),
    Route("/login", log_in, methods=["POST"]),
    Route("/logout", log_out, methods=["POST"]),
    Route("/hand-in", upload, methods=["POST"]),
    Route("/receipts/{number:int}", receipt),
    Route("/class", live),
    Route("/people", live),
)
