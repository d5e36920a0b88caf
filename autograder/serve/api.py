"""What notebooks ask: hand in, and how it stands. Tokens only; a browser's cookies count for nothing here."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from autograder.serve.desk import Refused
from autograder.serve.guard import body_of
from autograder.serve.hand_ins import hand_in, verdicts_left
from autograder.serve.service import service_of
from autograder.serve.verdicts import told

__all__ = ["ROUTES"]


async def take(request: Request) -> Response:
    """Take a notebook; the answer is the receipt."""
    service = service_of(request)
    who = await service.door.by_header(request)
    content = await body_of(request, service.desk.most_bytes)
    hint = request.query_params.get("workbook", "")
    try:
        accepted = await run_in_threadpool(service.desk.take, who.name, content, hint)
    except Refused as error:
        raise HTTPException(error.status, error.message) from error
    return JSONResponse(told(accepted.hand_in, accepted.left), 201)


async def tell(request: Request) -> Response:
    """Tell how a hand-in of the one who asks stands."""
    service = service_of(request)
    who = await service.door.by_header(request)
    desk = service.desk
    found = await run_in_threadpool(hand_in, desk.engine, request.path_params["number"])
    if found is None or found.student != who.name:
        raise HTTPException(404, "you have no hand-in of this number")
    left = await run_in_threadpool(verdicts_left, desk.engine, desk.rules, who.name, desk.clock.now())
    return JSONResponse(told(found, left))


async def key(request: Request) -> Response:
    """Publish the key by which receipts are verified."""
    return Response(service_of(request).desk.signer.public, media_type="application/x-pem-file")


async def health(request: Request) -> Response:
    """Say that the service answers."""
    return JSONResponse({"status": "ok"})


ROUTES = (
    Route("/api/hand-ins", take, methods=["POST"]),
    Route("/api/hand-ins/{number:int}", tell),
    Route("/key.pem", key),
    Route("/health", health),
)
