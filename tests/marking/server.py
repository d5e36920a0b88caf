"""The marking pages on a free port: as people start them, and, sooner there, in this process."""

import os
import re
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass

import uvicorn

from autograder.marking.app import make_app
from autograder.marking.desk import Desk, open_desk

TOKEN = "correct-horse"


@dataclass(frozen=True)
class Server:
    """A running server: its address, which ends in the token; its process, or what it serves."""

    address: str
    process: subprocess.Popen | None = None
    desk: Desk | None = None


@contextmanager
def serving(root, grading, marker="anna"):
    """Answer in a thread; end it afterwards."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        port = listening.getsockname()[1]
        desk = open_desk(grading, root)
        app = make_app(desk, marker, port, TOKEN)
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        try:
            yield Server(f"http://127.0.0.1:{port}/{TOKEN}/", desk=desk)
        finally:
            server.should_exit = server.force_exit = True
            thread.join(60)


@contextmanager
def marking(root, grading, marker="anna"):
    """Start `autograder mark`; end it afterwards."""
    process = subprocess.Popen(
        [sys.executable, "-m", "autograder", "mark", str(grading), "--no-browser", "--marker", marker],
        cwd=root,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        line = process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+/[\w-]+/", line)
        assert found, line + process.stderr.read()
        yield Server(found[0], process)
    finally:
        process.kill()
        process.communicate(timeout=60)
