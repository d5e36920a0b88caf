"""The trusted side's end: starts the warm process, takes clones of it, and starts and stops their children."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import Pipe
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from autograder.sandbox.endings import Broken, End
from autograder.sandbox.socket_folder import socket_folder
from autograder.sandbox.trusted_forks import TrustedForks
from autograder.sandbox.walls.disk import FOLDER
from autograder.sandbox.walls.known_walls import WALLS, describe

if TYPE_CHECKING:
    from autograder.sandbox.child import Child
    from autograder.sandbox.types import Limits

__all__ = ["Server", "Strictness", "WallsMissing", "WarmProcess"]

Strictness = Literal["full", "weak"]

START_S = 300.0  # a machine at work on other things takes minutes for what takes seconds
STOP_S = 60.0
PREFIX = "autograder-warm-"
OLD_S = 60.0


class WallsMissing(Exception):
    """This machine cannot build every wall, and weak ones were not accepted.

    Args:
        failures: The reason by name of the wall.
    """

    def __init__(self, failures: Mapping[str, str]) -> None:
        self.failures = dict(failures)
        lines = [f"- {name}: {WALLS[name]}: {reason}" for name, reason in self.failures.items()]
        super().__init__("\n".join(["student code would run without these walls (see `autograder doctor`):", *lines]))


class WarmProcess:
    """The process that clones are made of. It warms up while its owner does other things, and ends when its owner does.

    With full walls, `forks` makes forks that have no walls, for the trusted side: torch is imported once for both.

    Args:
        walls: "full" refuses to run anything if a wall is missing; "weak" builds what can be built.
    """

    def __init__(self, walls: Strictness = "full") -> None:
        self.walls = walls
        _remove_what_kills_left()
        # Only this user may enter the folder, and thus connect.
        self._folder = tempfile.TemporaryDirectory(prefix=PREFIX, dir=socket_folder())
        self.address = f"{self._folder.name}/socket"
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 (it lives as long as the process that writes it)
        control, theirs = socket.socketpair()
        self._control = _Lines(control)
        owner, forks = Pipe()
        self.forks = TrustedForks(owner)
        with theirs, forks, socket.socket(socket.AF_UNIX) as listener:
            listener.bind(self.address)
            listener.listen()
            descriptors = [theirs.fileno(), listener.fileno(), *([forks.fileno()] if walls == "full" else [])]
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-s", "-m", "autograder.sandbox.server", *map(str, descriptors)],
                pass_fds=descriptors,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._log,
                env=_environment(),
                cwd="/",
                start_new_session=True,  # a stop or an interrupt at the terminal is for the owner
            )
        self._failures: Mapping[str, str] | None = None
        self._hearing = threading.Lock()

    def check_walls(self) -> None:
        """Wait until it has tried its walls, which it does before it imports anything large.

        Raises:
            WallsMissing: A wall is missing.
            Broken: The process ended.
        """
        with self._hearing, self._last_words():
            if self._failures is None:
                self._failures = self._control.hear(START_S)["failures"]
        if self._failures and self.walls == "full":
            raise WallsMissing(self._failures)

    def clone(self) -> Server:
        """Return a clone, once the process is warm.

        Raises:
            WallsMissing: A wall is missing.
            Broken: The process ended.
        """
        self.check_walls()
        with self._last_words():
            return Server(self.address, self.walls)

    @contextmanager
    def _last_words(self) -> Iterator[None]:
        """Add what the process said to the news that it has ended."""
        try:
            yield
        except Broken as error:
            self._log.seek(0)
            last_words = self._log.read().decode(errors="replace")[-4000:]
            raise Broken(f"{error}\n{last_words}") from None

    def has_ended(self) -> bool:
        """Say whether the process has ended, or the one that makes forks."""
        return self.process.poll() is not None or (self.walls == "full" and self.forks.have_ended())

    def close(self) -> None:
        """End the process and everything below it, and all forks."""
        self._control.close()
        if self.walls == "weak":
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(STOP_S)  # it has a folder to remove
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)  # one that is still warming up does not listen
            self.process.wait()
        self.forks.close()
        self._log.close()
        self._folder.cleanup()


class Server:
    """A clone of a warm process. Close it when done; it also ends when this process does.

    Args:
        address: Where the warm process listens.
        walls: "full" refuses to run anything if a wall is missing.

    Raises:
        WallsMissing: A wall is missing.
        Broken: The warm process ended.
    """

    def __init__(self, address: str, walls: Strictness = "full") -> None:
        self.walls = walls
        self.failures: dict[str, str] = {}
        self.stand_ins: tuple[str, ...] = ()
        connection = socket.socket(socket.AF_UNIX)
        self._lines = _Lines(connection)
        try:
            connection.connect(address)
            self._note(self._lines.hear(START_S)["failures"])
        except OSError as error:
            self.close()
            raise Broken("the warm process of the sandbox has ended") from error
        except (Broken, WallsMissing):
            self.close()
            raise

    @property
    def isolation(self) -> str:
        """The walls that stand, in words."""
        return describe(self.failures, self.stand_ins)

    def start(self, limits: Limits, cpu_s: int, packages: Sequence[str] = ()) -> Child:
        """Fork a child for one submission.

        Args:
            limits: What the submission may use.
            cpu_s: The processor time that all of it may take, in seconds.
            packages: What to import before, of the packages that are imported on demand.

        Raises:
            WallsMissing: A wall could not be built.
            Broken: The warm process, or the child before any student code, ended.
        """
        from autograder.sandbox.child import Child  # numpy, for which the warm process need not wait

        numbers = {
            "memory_bytes": limits.memory_bytes,
            "file_bytes": limits.file_bytes,
            "processes": limits.processes,
            "cpu_s": cpu_s,
        }
        ours, theirs = socket.socketpair()
        with theirs:
            self._lines.say({"kind": "start", "limits": numbers, "packages": packages}, [theirs.fileno()])
        child = Child(ours, self.stop, limits, cpu_s)
        try:
            failures, self.stand_ins = child.greet(STOP_S)
            self._note(failures)
        except WallsMissing:
            child.close()
            raise
        return child

    def stop(self, grace_s: float = 0.0) -> End:
        """End the child and everything that it started; return how it ended.

        Args:
            grace_s: How long to wait for it to end by itself.
        """
        self._lines.say({"kind": "stop", "grace_s": grace_s})
        answer = self._lines.hear(STOP_S)
        return End(int(answer["status"]), bool(answer["by_itself"]), float(answer["cpu_s"]))

    def close(self) -> None:
        """End the clone and everything below it."""
        self._lines.close(STOP_S)

    def _note(self, failures: Mapping[str, str]) -> None:
        self.failures.update({name: str(reason) for name, reason in failures.items() if name in WALLS})
        if self.failures and self.walls == "full":
            raise WallsMissing(self.failures)


class _Lines:
    """A connection to the warm process or a clone: messages to it, with descriptors, and lines of JSON from it."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._heard = b""

    def say(self, message: Mapping[str, Any], channels: Sequence[int] = ()) -> None:
        try:
            socket.send_fds(self._connection, [json.dumps(message).encode()], channels)
        except OSError as error:
            raise Broken("the warm process of the sandbox has ended") from error

    def hear(self, seconds: float) -> dict[str, Any]:
        deadline = time.monotonic() + seconds
        while b"\n" not in self._heard:
            self._connection.settimeout(max(deadline - time.monotonic(), 0.01))
            try:
                piece = self._connection.recv(65536)
            except OSError as error:
                raise Broken("the warm process of the sandbox does not answer") from error
            if not piece:
                raise Broken("the warm process of the sandbox has ended")
            self._heard += piece
        line, _, self._heard = self._heard.partition(b"\n")
        message: dict[str, Any] = json.loads(line)
        return message

    def close(self, wait_s: float = 0.0) -> None:
        """Hang up, and wait until the other side has ended."""
        with suppress(OSError):
            self._connection.shutdown(socket.SHUT_WR)
            self._connection.settimeout(wait_s or None)
            while wait_s and self._connection.recv(65536):
                pass
        self._connection.close()


def _remove_what_kills_left() -> None:
    """Remove the folders in which nobody listens any more, because their owners were killed."""
    for folder in Path(socket_folder()).glob(f"{PREFIX}*"):
        with suppress(OSError), socket.socket(socket.AF_UNIX) as probe:
            if folder.stat().st_uid == os.getuid() and time.time() - folder.stat().st_mtime > OLD_S:
                try:
                    probe.connect(str(folder / "socket"))
                except (ConnectionRefusedError, FileNotFoundError):
                    shutil.rmtree(folder)


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
        "COURSE_DOWNLOAD": "0",
        "CUDA_VISIBLE_DEVICES": "",
        "TORCHDYNAMO_DISABLE": "1",  # torch.compile gives the function itself: there is no compiler behind the walls
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
