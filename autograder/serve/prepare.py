"""Prepare the service: folders, keys, tables, accounts, and the application."""

from __future__ import annotations

import fcntl
import os
import secrets
from pathlib import Path

from starlette.applications import Starlette

from autograder.course import Course, load_course
from autograder.grade.files import errors_for_people, write_all
from autograder.grade.release import load_release
from autograder.grade.releases import assignments_of, read_releases
from autograder.grade.types import GradingError
from autograder.importing.placement import check_out
from autograder.serve.app import make_app
from autograder.serve.class_list import ClassList
from autograder.serve.clock import Clock
from autograder.serve.desk import Desk
from autograder.serve.guard import Doorkeeper
from autograder.serve.receipts import open_signer
from autograder.serve.service import Service
from autograder.serve.tables import open_engine
from autograder.serve.token_accounts import TokenAccounts
from autograder.serve.who import Accounts
from autograder.serve.wishes import SUBMITTED, Wishes

__all__ = ["make_service", "prepare"]

LOCK, SECRET = "lock", "session_key"


def prepare(wishes: Wishes) -> Starlette:
    """Return the application; its folder is this process's until it ends.

    Raises:
        GradingError: Something is missing or wrong; the message says what to do.
        CourseError: `course.toml` is missing or faulty.
    """
    service = make_service(wishes)
    _hold(wishes.folder)
    return make_app(service, _secret(wishes.folder))


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
        raise GradingError("no JupyterHub started this service, so it could not tell who hands in: register it at the "
                           "hub, or give --accounts and --roster for accounts of its own")  # fmt: skip
    with errors_for_people(wishes.folder):
        return TokenAccounts(wishes.folder, roster, staff)


def _hold(folder: Path) -> None:
    """Hold the folder for this process: the file stays open, and so locked, until it ends.

    Raises:
        GradingError: Another one holds it.
    """
    handle = os.open(folder / LOCK, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(handle)
        raise GradingError(f"another service works in {folder}; end it first, or give another folder") from error


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
