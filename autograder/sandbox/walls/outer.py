"""The walls around the warm process, built once, before it imports anything large."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from autograder.sandbox.walls import linux
from autograder.sandbox.walls.disk import WARM_BYTES, build_disk, mount_scratch
from autograder.sandbox.walls.known_walls import Failures, attempt
from autograder.sandbox.walls.view import View

__all__ = ["NOBODY", "become_nobody", "enclose", "enter_user_namespace", "take_user", "users_of"]

# The kernel's overflow user: owns nothing on any ordinary machine.
NOBODY = 65534
# Above all users of ordinary machines: so many for each warm process, one for each of its clones.
FIRST_USER, USERS = 2_000_000_000, 256


def enclose(view: View, failures: Failures) -> int:
    """Build the view and enter namespaces; go on as process 1 of a pid namespace.

    As root the disk is built with root's rights, because what is shown may lie below folders that are closed to others;
    then root is given up. An ordinary user builds it as root of an own user namespace. Where that is forbidden, nothing
    is built, and `failures` says why.

    Returns:
        How many users there are, from the present one on, that clones may become.
    """
    users = 1
    with attempt(failures, "user", "disk", "scratch", "processes", "network", "ipc"):
        if os.geteuid() == 0 and _can_mount():
            user, users = users_of(os.getpid())
            build_disk(view, user, NOBODY, users)
            _enter_as(user, users)
        else:
            enter_user_namespace(linux.NEWNS)
            build_disk(view, os.geteuid(), os.getegid())
        linux.unshare(linux.NEWPID)
        _fork_process_one()
        mount_scratch(WARM_BYTES, view)
    return users


def take_user(number: int) -> None:
    """Become the user with this number among those of the warm process.

    What the kernel counts for a user, as descriptors on their way, one submission could else tell another one by.
    """
    user = os.geteuid() + number
    os.setresuid(user, user, user)
    linux.prctl(linux.PR_SET_DUMPABLE, 1)  # as in `become_nobody`


def _can_mount() -> bool:
    try:
        linux.unshare(linux.NEWNS)
    except PermissionError:  # root of a container without CAP_SYS_ADMIN
        return False
    return True


def users_of(process: int) -> tuple[int, int]:
    """Return the first of some users that no other process has, and their number; NOBODY where there are too few."""
    user = FIRST_USER + USERS * process
    lines = [map(int, line.split()) for line in Path("/proc/self/uid_map").read_text().splitlines()]
    known = any(first <= user and user + USERS <= first + count for first, _, count in lines)
    return (user, USERS) if known else (NOBODY, 1)


def _enter_as(user: int, users: int) -> None:
    """Give up root for a user, in new namespaces in which also the users after it are known.

    Only root may tell a namespace of several users, and only from outside: a fork that stays root does that.
    """
    wait, go = os.pipe()
    inside = os.getpid()
    outside = os.fork()
    if outside == 0:
        os.close(go)
        os.read(wait, 1)
        os._exit(_tell_users(inside, user, users))
    os.close(wait)
    become_nobody(user)
    linux.unshare(linux.NEWUSER | linux.NEWNS)
    os.close(go)
    if os.waitpid(outside, 0)[1]:
        raise PermissionError("the users of the namespace could not be set")


def _tell_users(process: int, user: int, users: int) -> int:
    """Write the maps of a process that has entered a new user namespace; return 0 if that went well."""
    maps = {"setgroups": "deny", "gid_map": f"{NOBODY} {NOBODY} 1", "uid_map": f"{user} {user} {users}"}
    try:
        for name, text in maps.items():
            Path(f"/proc/{process}/{name}").write_text(text)
    except OSError:
        return 1
    return 0


def become_nobody(user: int = NOBODY) -> None:
    """Give up root for a user that owns nothing."""
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(user, user, user)
    linux.prctl(linux.PR_SET_DUMPABLE, 1)  # else /proc/self belongs to root, and no user namespace can be set up


def enter_user_namespace(flags: int = 0, proc: int | None = None) -> None:
    """Enter a new user namespace in which this process is the same user, and has every right inside.

    Args:
        flags: Further namespaces to enter.
        proc: A descriptor of a /proc that can be written, where /proc itself cannot.
    """
    user, group = os.geteuid(), os.getegid()
    linux.unshare(linux.NEWUSER | flags)
    for name, text in (("setgroups", "deny"), ("gid_map", f"{group} {group} 1"), ("uid_map", f"{user} {user} 1")):
        descriptor = os.open(f"self/{name}" if proc is not None else f"/proc/self/{name}", os.O_WRONLY, dir_fd=proc)
        try:
            os.write(descriptor, text.encode())
        finally:
            os.close(descriptor)


def _fork_process_one() -> None:
    child = os.fork()
    if child:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the trusted side decides when it is over
        _, status = os.waitpid(child, 0)
        os._exit(os.waitstatus_to_exitcode(status) & 0xFF)
    linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)
