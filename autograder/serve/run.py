"""Run the service: it answers at once, prepares itself meanwhile, and keeps a process that grades.

A hub gives up a service that does not answer within seconds, and the imports of grading take longer on a busy machine.
"""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
from contextlib import suppress

import uvicorn
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from autograder.serve.job import Job
from autograder.serve.wishes import SUBMITTED, Wishes

__all__ = ["serve_for_ever"]

log = logging.getLogger(__name__)

GRADER = [sys.executable, "-c", "from autograder.serve.grader import main; main()"]
START_AGAIN_S = 2.0
GRACE_S = 3
STARTING = "the service is starting; your notebook is as it was, hand it in again in a minute"


def serve_for_ever(wishes: Wishes) -> None:
    """Answer and grade until this process is ended.

    Raises:
        GradingError: Something is missing or wrong; the message says what to do.
        CourseError: `course.toml` is missing or faulty.
    """
    running = _Running(wishes)
    config = uvicorn.Config(
        running,
        host=wishes.host,
        port=wishes.port,
        log_level="warning",
        lifespan="on",
        timeout_graceful_shutdown=GRACE_S,
        server_header=False,
    )
    running.server = uvicorn.Server(config)
    running.server.run()
    if running.error is not None:
        raise running.error


class _Running:
    """The application of this process: until the real one is prepared, it says that it is starting."""

    def __init__(self, wishes: Wishes) -> None:
        self._wishes = wishes
        self._app: ASGIApp = _starting
        self.server: uvicorn.Server | None = None
        self.error: Exception | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        else:
            await self._app(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        task = asyncio.create_task(self._prepare_and_grade())
        await send({"type": "lifespan.startup.complete"})
        await receive()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await send({"type": "lifespan.shutdown.complete"})

    async def _prepare_and_grade(self) -> None:
        try:
            self._app = await asyncio.to_thread(_prepared, self._wishes)
        except Exception as error:
            self.error = error
            if self.server is not None:
                self.server.should_exit = True
            return
        if self._wishes.workers != 0:
            await _keep_grading(_job(self._wishes))


async def _starting(scope: Scope, receive: Receive, send: Send) -> None:
    """Say that the service is starting: to notebooks as a refusal, to browsers, and to a hub that waits, as a page."""
    for_browsers = not scope["path"].endswith("/health") and "/api/" not in scope["path"]
    answer: ASGIApp = JSONResponse({"error": STARTING}, 503, {"Retry-After": "10"})
    if for_browsers:
        answer = PlainTextResponse("The service is starting; this page loads again by itself.", 202, {"Refresh": "3"})
    await answer(scope, receive, send)


def _prepared(wishes: Wishes) -> ASGIApp:
    from autograder.serve.prepare import prepare  # seconds, in which this process answers already

    return prepare(wishes)


def _job(wishes: Wishes) -> Job:
    submitted = wishes.out / SUBMITTED
    return Job(str(wishes.root), str(wishes.folder), str(submitted), wishes.address, wishes.workers, wishes.walls)


async def _keep_grading(job: Job) -> None:
    """Start the process that grades, again whenever it has ended."""
    while True:
        # Started by the main thread, with whose end the process ends.
        process = subprocess.Popen(GRADER, stdin=subprocess.PIPE, text=True)
        assert process.stdin is not None
        try:
            with suppress(BrokenPipeError):
                process.stdin.write(job.to_json() + "\n")
                process.stdin.close()
            while process.poll() is None:
                await asyncio.sleep(0.2)
        finally:
            _end(process)
        log.error("the process that grades has ended with status %d; it starts again", process.returncode)
        await asyncio.sleep(START_AGAIN_S)


def _end(process: subprocess.Popen[str]) -> None:
    """End a process that ends its own; one that does not is killed."""
    process.terminate()
    try:
        process.wait(GRACE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
