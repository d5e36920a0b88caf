"""`autograder mark` as people start it, on a free port."""

import os
import re
import subprocess
import sys
from contextlib import contextmanager


class Server:
    """A running server: its address, which ends in the token, and its process."""

    def __init__(self, process):
        self.process = process
        line = process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)/([\w-]+)/", line)
        assert found, line + process.stderr.read()
        self.address, self.port, self.token = found[0], int(found[1]), found[2]


@contextmanager
def marking(root, grading, marker="anna"):
    """Start it; end it afterwards."""
    process = subprocess.Popen(
        [sys.executable, "-m", "autograder", "mark", str(grading), "--no-browser", "--marker", marker],
        cwd=root,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield Server(process)
    finally:
        process.kill()
        process.communicate(timeout=60)
