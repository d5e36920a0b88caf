"""Start the service: one process that answers, one that grades and is started again when it ends."""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import secrets
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import uvicorn
from starlette.applications import Starlette

from autograder.course import Course, load_course
from autograder.grade.files import errors_for_people, write_all
from autograder.grade.release import load_release
from autograder.grade.releases import assignments_of, read_releases
from autograder.grade.types import GradingError
from autograder.importing.placement import check_out
from autograder.sandbox.host import Strictness
from autograder.serve.app import Lifespan, make_app
from autograder.serve.class_list import ClassList
from autograder.serve.clock import Clock
from autograder.serve.desk import Desk
from autograder.serve.guard import Doorkeeper
from autograder.serve.job import STATUS, Job
from autograder.serve.receipts import open_signer
from autograder.serve.service import Service
from autograder.serve.tables import open_engine, sqlite_address
from autograder.serve.token_accounts import TokenAccounts
from autograder.serve.who import Accounts

__all__ = ["FOLDER", "Wishes", "make_service", "serve_for_ever", "wishes_at_hub"]

log = logging.getLogger(__name__)

# Below the folder of the class.
FOLDER, SUBMITTED = "serve", "submitted"
DATABASE, LOCK, SECRET = "hand_ins.sqlite", "lock", "session_key"
GRADER = [sys.executable, "-c", "from autograder.serve.grader import main; main()"]
START_AGAIN_S = 2.0
GRACE_S = 3


@dataclass(frozen=True)
class Wishes:
    """How the service is wanted.

    Args:
        root: Folder of `course.toml`.
        out: Folder of the class: submissions go to `submitted` in it, what the service needs to `serve`.
        host: Address to listen on.
        port: Port to listen on.
        prefix: What its addresses begin with; empty at the top.
        at_hub: Whether a hub started it.
        https: Whether browsers reach it by https only.
        roster: The roster; None for everybody whom the hub knows.
        accounts: Whether people of the roster get tokens of the service's own, where there is no hub.
        staff: Names of the teaching staff, beside those of `course.toml`.
        database: Address of the database; None for a file in the folder.
        workers: How many submissions are graded at once; None for as many as are worth it, 0 for none here.
        walls: "full", or "weak" to accept that some are missing.
    """

    root: Path
    out: Path
    host: str = "127.0.0.1"
    port: int = 8778
    prefix: str = ""
    at_hub: bool = False
    https: bool = False
    roster: Path | None = None
    accounts: bool = False
    staff: tuple[str, ...] = field(default_factory=tuple)
    database: str | None = None
    workers: int | None = None
    walls: Strictness = "full"

    @property
    def folder(self) -> Path:
        """The folder of the service."""
        return self.out / FOLDER

    @property
    def address(self) -> str:
        """The address of the database."""
        return self.database or sqlite_address(self.folder / DATABASE)


def wishes_at_hub(environment: dict[str, str]) -> dict[str, str | int | bool]:
    """Return where to listen as a hub says that starts this as its service; nothing where none did."""
    if not environment.get("JUPYTERHUB_API_TOKEN") or not environment.get("JUPYTERHUB_SERVICE_PREFIX"):
        return {}
    place = urlsplit(environment.get("JUPYTERHUB_SERVICE_URL", ""))
    public = environment.get("JUPYTERHUB_PUBLIC_URL", "")
    found: dict[str, str | int | bool] = {
        "at_hub": True,
        "prefix": environment["JUPYTERHUB_SERVICE_PREFIX"].rstrip("/"),
        "https": public.startswith("https:"),
    }
    return found | ({"host": place.hostname or "127.0.0.1", "port": place.port or 8778} if place.port else {})


def make_service(wishes: Wishes) -> Service:
    """Make what the requests share, and the folders, keys and tables that are missing.

    Raises:
        GradingError: Something is missing or wrong; the message says what to do.
        CourseError: `course.toml` is missing or faulty.
    """
    course = load_course(wishes.root)
    names = assignments_of(course, None)
    releases = {name: load_release(name, text) for name, text in read_releases(names, wishes.root).items()}
    check_out(wishes.out / SUBMITTED)
    with errors_for_people(wishes.folder):
        wishes.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        signer = open_signer(wishes.folder)
    engine = open_engine(wishes.address, course.course.id)
    roster = ClassList(wishes.roster)
    desk = Desk(course, releases, engine, wishes.folder, signer, Clock())
    return Service(desk, Doorkeeper(_accounts(wishes, course, roster)), roster, wishes.prefix, wishes.https)


def _accounts(wishes: Wishes, course: Course, roster: ClassList) -> Accounts:
    staff = (*course.serve.staff, *wishes.staff)
    if wishes.at_hub:
        try:
            from autograder.serve.hub_accounts import HubAccounts
        except ImportError as error:
            raise GradingError("a hub started this, but the package jupyterhub is not installed here") from error
        return HubAccounts(roster, staff, course.serve.staff_groups)
    if not wishes.accounts or wishes.roster is None:
        raise GradingError("no JupyterHub started this service, so nobody would know who hands in: register it at the "
                           "hub, or give --accounts and --roster for accounts of its own")  # fmt: skip
    with errors_for_people(wishes.folder):
        return TokenAccounts(wishes.folder, roster, staff)


def serve_for_ever(wishes: Wishes) -> None:
    """Answer and grade until this process is ended.

    Raises:
        GradingError: Something is missing or wrong; the message says what to do.
        CourseError: `course.toml` is missing or faulty.
    """
    service = make_service(wishes)
    with _alone(wishes.folder):
        app = make_app(service, _secret(wishes.folder), _beside(wishes))
        config = uvicorn.Config(
            app,
            host=wishes.host,
            port=wishes.port,
            log_level="warning",
            timeout_graceful_shutdown=GRACE_S,
            server_header=False,
        )
        uvicorn.Server(config).run()


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder for this process.

    Raises:
        GradingError: Another one holds it.
    """
    with (folder / LOCK).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise GradingError(f"another service works in {folder}; end it first, or give another folder") from error
        yield


def _secret(folder: Path) -> str:
    """Return what signs the sessions; it is made when it is not there."""
    path = folder / SECRET
    if not path.exists():
        before = os.umask(0o077)
        try:
            write_all(folder, [(SECRET, secrets.token_hex(32).encode())])
        finally:
            os.umask(before)
    return path.read_text()


def _beside(wishes: Wishes) -> Lifespan:
    """Return what runs beside the application: a process that grades, again after it has ended."""
    job = Job(str(wishes.root), str(wishes.folder), str(wishes.out / SUBMITTED), wishes.address, wishes.workers,
              wishes.walls)  # fmt: skip

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        keeper = asyncio.create_task(_keep_grading(job)) if job.workers != 0 else None
        try:
            yield
        finally:
            if keeper is not None:
                keeper.cancel()
                with suppress(asyncio.CancelledError):
                    await keeper

    return lifespan


async def _keep_grading(job: Job) -> None:
    while True:
        # Started by the main thread, with whose end the process ends.
        process = subprocess.Popen(GRADER, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert process.stdin is not None
        assert process.stderr is not None
        process.stdin.write(job.to_json() + "\n")
        process.stdin.flush()
        last = asyncio.create_task(asyncio.to_thread(_passed_on, process.stderr))
        try:
            while process.poll() is None:
                await asyncio.sleep(0.2)
        finally:
            process.kill()
            process.wait()
        said = await last
        log.error("the process that grades has ended: %s", said)
        with suppress(OSError):
            (Path(job.folder) / STATUS).write_text(said or "the process that grades has ended; it starts again")
        await asyncio.sleep(START_AGAIN_S)


def _passed_on(lines: Iterator[str]) -> str:
    """Pass on what a process says; return its last line."""
    last = ""
    for line in lines:
        sys.stderr.write(line)
        last = line.strip() or last
    return last
