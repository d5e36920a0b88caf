"""The trusted side's end: starts the warm process, and starts and stops children."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from typing import Any, Literal

from autograder.sandbox.child import Broken, Child, End
from autograder.sandbox.types import Limits
from autograder.sandbox.walls.disk import FOLDER
from autograder.sandbox.walls.known_walls import WALLS, describe

__all__ = ["Server", "Strictness", "WallsMissing"]

Strictness = Literal["full", "weak"]

START_S = 300.0  # a machine at work on other things takes minutes for what takes seconds
STOP_S = 60.0


class WallsMissing(Exception):
    """This machine cannot build every wall, and weak ones were not accepted.

    Args:
        failures: The reason by name of the wall.
    """

    def __init__(self, failures: Mapping[str, str]) -> None:
        self.failures = dict(failures)
        lines = [f"- {name}: {WALLS[name]}: {reason}" for name, reason in self.failures.items()]
        super().__init__("\n".join(["student code would run without these walls (see `autograder doctor`):", *lines]))


class Server:
    """A warm process. Close it when done; it also ends when this process does.

    Args:
        walls: "full" refuses to run anything if a wall is missing; "weak" builds what can be built.

    Raises:
        WallsMissing: A wall is missing.
        Broken: The warm process ended.
    """

    def __init__(self, walls: Strictness = "full") -> None:
        self.walls = walls
        self._heard = b""
        self.control, theirs = socket.socketpair()
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 (it lives as long as the process that writes it)
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-s", "-m", "autograder.sandbox.server", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._log,
                env=_environment(),
                cwd="/",
            )
        self.failures: dict[str, str] = {}
        try:
            self._note(self._hear(START_S)["failures"])
            self._hear(START_S)
        except Broken as error:
            self.close()
            raise Broken(f"{error}\n{self._last_words()}") from None
        except WallsMissing:
            self.close()
            raise

    @property
    def isolation(self) -> str:
        """The walls that stand, in words."""
        return describe(self.failures)

    def start(self, limits: Limits, cpu_s: int) -> Child:
        """Fork a child for one submission.

        Raises:
            WallsMissing: A wall could not be built.
            Broken: The warm process, or the child before any student code, ended.
        """
        numbers = {
            "memory_bytes": limits.memory_bytes,
            "file_bytes": limits.file_bytes,
            "processes": limits.processes,
            "cpu_s": cpu_s,
        }
        ours, theirs = socket.socketpair()
        with theirs:
            self._say({"kind": "start", "limits": numbers}, [theirs.fileno()])
        child = Child(ours, self.stop, limits, cpu_s)
        try:
            self._note(child.greet(STOP_S))
        except WallsMissing:
            child.close()
            raise
        return child

    def stop(self, grace_s: float = 0.0) -> End:
        """End the child and everything that it started; return how it ended.

        Args:
            grace_s: How long to wait for it to end by itself.
        """
        self._say({"kind": "stop", "grace_s": grace_s})
        answer = self._hear(STOP_S)
        return End(int(answer["status"]), bool(answer["by_itself"]), float(answer["cpu_s"]))

    def close(self) -> None:
        """End the warm process and everything below it."""
        self.control.close()
        try:
            self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _note(self, failures: Mapping[str, str]) -> None:
        self.failures.update({name: str(reason) for name, reason in failures.items() if name in WALLS})
        if self.failures and self.walls == "full":
            raise WallsMissing(self.failures)

    def _last_words(self) -> str:
        self._log.seek(0)
        return self._log.read().decode(errors="replace")[-4000:]

    def _say(self, message: Mapping[str, Any], channels: list[int] | None = None) -> None:
        try:
            socket.send_fds(self.control, [json.dumps(message).encode()], channels or [])
        except OSError as error:
            raise Broken("the warm process of the sandbox has ended") from error

    def _hear(self, seconds: float) -> dict[str, Any]:
        """Read one line of the warm process."""
        deadline = time.monotonic() + seconds
        while b"\n" not in self._heard:
            self.control.settimeout(max(deadline - time.monotonic(), 0.01))
            try:
                piece = self.control.recv(65536)
            except OSError as error:
                raise Broken("the warm process of the sandbox does not answer") from error
            if not piece:
                raise Broken("the warm process of the sandbox has ended")
            self._heard += piece
        line, _, self._heard = self._heard.partition(b"\n")
        message: dict[str, Any] = json.loads(line)
        return message


def _environment() -> dict[str, str]:
    """Return the whole environment of the warm process: nothing of the instructor's."""
    single = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1")
    return {
        **single,
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "HOME": FOLDER,
        "TMPDIR": f"{FOLDER}/.tmp",
        "USER": "student",
        "LANG": "C.UTF-8",
        "MPLBACKEND": "agg",
        "MPLCONFIGDIR": f"{FOLDER}/.tmp/matplotlib",
        "IPYTHONDIR": f"{FOLDER}/.tmp/ipython",
        "CUDA_VISIBLE_DEVICES": "",
        "TORCHDYNAMO_DISABLE": "1",  # torch.compile gives the function itself: there is no compiler behind the walls
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
