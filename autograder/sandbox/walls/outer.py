"""The walls around the warm process, built once, before it imports anything large."""

from __future__ import annotations

import os
import signal

from autograder.sandbox.walls import linux
from autograder.sandbox.walls.disk import WARM_BYTES, build_disk, mount_scratch
from autograder.sandbox.walls.known_walls import Failures, attempt
from autograder.sandbox.walls.view import View

__all__ = ["NOBODY", "become_nobody", "enclose", "enter_user_namespace"]

# The kernel's overflow user: owns nothing on any ordinary machine.
NOBODY = 65534


def enclose(view: View, failures: Failures) -> None:
    """Build the view and enter namespaces; go on as process 1 of a pid namespace.

    As root the disk is built with root's rights, because what is shown may lie below folders that are closed to others;
    then root is given up. An ordinary user builds it as root of an own user namespace. Where that is forbidden, nothing
    is built, and `failures` says why.
    """
    with attempt(failures, "user", "disk", "scratch", "processes", "network", "ipc"):
        if os.geteuid() == 0 and _can_mount():
            build_disk(view, NOBODY, NOBODY)
            become_nobody()
            enter_user_namespace(linux.NEWNS)
        else:
            enter_user_namespace(linux.NEWNS)
            build_disk(view, os.geteuid(), os.getegid())
        linux.unshare(linux.NEWPID)
        _fork_process_one()
        mount_scratch(WARM_BYTES, view)


def _can_mount() -> bool:
    try:
        linux.unshare(linux.NEWNS)
    except PermissionError:  # root of a container without CAP_SYS_ADMIN
        return False
    return True


def become_nobody() -> None:
    """Give up root for the user that owns nothing."""
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)
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
