"""The server of the marking pages: on this machine only, under an address that holds a token."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Callable
from threading import Thread

import uvicorn

from autograder.grade.types import GradingError
from autograder.marking.app import make_app
from autograder.marking.desk import Desk

__all__ = ["serve"]

LOOPBACK = "127.0.0.1"


def serve(desk: Desk, marker: str, port: int, tell: Callable[[str], None]) -> None:
    """Answer until the process is interrupted.

    Args:
        desk: The class.
        marker: Who marks if a page says nothing else.
        port: The port; a free one if 0.
        tell: Is given the address once it answers.

    Raises:
        GradingError: The port is taken.
    """
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((LOOPBACK, port))
        except OSError as error:
            raise GradingError(
                f"port {port} cannot be used ({error.strerror}); give another --port, or none"
            ) from error
        taken = int(listening.getsockname()[1])
        token = secrets.token_urlsafe(24)
        listening.listen()
        Thread(target=desk.warm, daemon=True).start()
        tell(f"http://{LOOPBACK}:{taken}/{token}/")
        app = make_app(desk, marker, taken, token)
        config = uvicorn.Config(app, log_level="warning", access_log=False, server_header=False, lifespan="off")
        uvicorn.Server(config).run([listening])
