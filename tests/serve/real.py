"""The service as a process on a free port of loopback, started and ended by its id."""

import csv
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager

import psutil

STARTS_WITHIN_S = 180


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def answers(address):
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return answer.status == 200
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def wait_for(condition, what, within_s=STARTS_WITHIN_S):
    deadline = time.monotonic() + within_s
    while not (found := condition()):
        assert time.monotonic() < deadline, f"not within {within_s} s: {what}"
        time.sleep(0.2)
    return found


class RealService:
    """`autograder serve` with tokens for a roster."""

    def __init__(self, course, out, roster, *options):
        self.course, self.out, self.port = course, out, free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.command = [sys.executable, "-m", "autograder", "serve", str(out), "--accounts", "--roster", str(roster),
                        "--staff", "teacher", "--port", str(self.port), "--workers", "1", *options]  # fmt: skip

    def start(self):
        self.out.mkdir(exist_ok=True)
        self.log = (self.out / "service.log").open("a")
        environment = {name: text for name, text in os.environ.items() if not name.startswith("JUPYTERHUB")}
        self.process = subprocess.Popen(
            self.command, cwd=self.course, stdout=self.log, stderr=self.log, env=environment
        )
        wait_for(lambda: self.process.poll() is not None or answers(f"{self.address}/health"), "the service answers")
        assert self.process.poll() is None, (self.out / "service.log").read_text()

    def grader(self):
        """The process that grades, once it is there."""

        def found():
            below = psutil.Process(self.process.pid).children()
            return next((one for one in below if "autograder.serve.grader" in " ".join(one.cmdline())), None)

        return wait_for(found, "there is a process that grades")

    def end(self):
        self.process.terminate()
        self.process.wait(60)
        self.log.close()

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.log.close()

    def tokens(self):
        with (self.out / "serve" / "tokens.csv").open() as file:
            return {row["name"]: row["token"] for row in csv.DictReader(file)}


@contextmanager
def real_service(course, out, roster, *options):
    service = RealService(course, out, roster, *options)
    service.start()
    try:
        yield service
    finally:
        if service.process.poll() is None:
            service.end()
