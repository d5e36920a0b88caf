"""The world outside the sandbox: things that a submission must neither see nor change, and eyes on them."""

import hashlib
import os
import secrets
import socket
import sqlite3
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from autograder.sandbox.servers import close_servers

ROOT = Path(__file__).parents[2]


@dataclass
class Outside:
    """What lies outside, and how to see that it is untouched."""

    token: str
    secrets: Path
    listeners: list
    port: int

    def places(self):
        return {"TOKEN": self.token, "SECRETS": self.secrets, "ROOT": ROOT, "PORT": self.port}

    def state(self):
        """Everything that must be the same before and after."""
        folders = [self.secrets, ROOT, ROOT / "course_utils", Path(sys.prefix), Path(os.__file__).parent]
        files = sorted(path for path in self.secrets.rglob("*") if path.is_file())
        return {
            "secrets": [(path, path.stat().st_mtime_ns, digest(path)) for path in files],
            "names": [
                found
                for folder in [*folders, Path("/etc"), Path("/"), Path("/dev"), Path("/tmp")]
                for found in os.listdir(folder)
                if self.token in found
            ],
            "mounts": Path("/proc/self/mountinfo").read_text(),
            "processes": self.processes(),
            "visitors": [name for listener in self.listeners for name in visitors(listener)],
        }

    def processes(self):
        """Command lines of processes that a submission left behind."""
        found = []
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                found.append(path.read_bytes())
            except OSError:
                continue
        return [line for line in found if self.token.encode() in line]


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def visitors(listener):
    try:
        return [str(listener.recvfrom(10) if listener.type == socket.SOCK_DGRAM else listener.accept())]
    except BlockingIOError:
        return []


def listen(family, kind, address):
    listener = socket.socket(family, kind)
    listener.bind(address)
    if kind == socket.SOCK_STREAM:
        listener.listen()
    listener.setblocking(False)
    return listener


@pytest.fixture(scope="session")
def outside(tmp_path_factory):
    token = f"token{secrets.token_hex(8)}"
    folder = tmp_path_factory.mktemp("secrets")
    folder.chmod(0o777)
    (folder / "other.ipynb").write_text('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}')
    (folder / "solution.py").write_text(
        f"# {token}\ndef ema(values, beta, bias_correction=False):\n    return values\n"
    )
    with sqlite3.connect(folder / "gradebook.db") as gradebook:
        gradebook.execute("create table grade (student text, manual_score real)")
        gradebook.execute("insert into grade values ('ada', 1.0)")
    for path in folder.iterdir():
        path.chmod(0o666)
    tcp = listen(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0))
    port = tcp.getsockname()[1]
    udp = listen(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", port))
    abstract = listen(socket.AF_UNIX, socket.SOCK_STREAM, f"\0{token}")
    close_servers()  # the warm process is to be started with the secret in our environment
    os.environ["INSTRUCTOR_KEY"] = token
    yield Outside(token, folder, [tcp, udp, abstract], port)
    del os.environ["INSTRUCTOR_KEY"]
    close_servers()
    for listener in (tcp, udp, abstract):
        listener.close()
