"""Debian's PostgreSQL with a data folder of its own, on a free port of loopback, as a user without rights."""

import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.serve.real import free_port

PLACES = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
# The server refuses to run as root.
USER = "postgres" if os.geteuid() == 0 else ""
NEEDS_POSTGRES = pytest.mark.skipif(
    not PLACES or (USER and shutil.which("runuser") is None),
    reason="PostgreSQL is not installed; as root: apt-get install postgresql",
)


@contextmanager
def postgres():
    """Start a server and yield the address of an empty database."""
    # Not below pytest's folders, which only their user may enter.
    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name), free_port()
        if USER:
            shutil.chown(folder, USER)
        data = folder / "data"
        _run("initdb", "--pgdata", data, "--auth", "trust", "--username", "course", "--no-sync")
        options = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={folder}"
        _run("pg_ctl", "--pgdata", data, "--wait", "--log", folder / "log", "--options", options, "start")
        try:
            yield f"postgresql+psycopg://course@127.0.0.1:{port}/postgres"
        finally:
            _run("pg_ctl", "--pgdata", data, "--mode", "immediate", "stop")


def _run(command, *words):
    start = ["runuser", "-u", USER, "--"] if USER else []
    whole = [*start, str(PLACES[-1].parent / command), *map(str, words)]
    done = subprocess.run(whole, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd="/")
    assert done.returncode == 0, done.stderr
