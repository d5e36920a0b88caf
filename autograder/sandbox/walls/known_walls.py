"""The walls by name: what each one is, and what to do where a machine cannot build it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, MutableMapping
from contextlib import contextmanager

__all__ = ["STAND_INS", "WALLS", "Failures", "attempt", "describe"]

WALLS = {
    "user": "its own user, with no rights outside (user namespace)",
    "disk": "a read-only disk with nothing on it but Python and its libraries (mount namespace)",
    "scratch": "a private working folder and /tmp of limited size, gone afterwards",
    "processes": "its own processes, which all end with the run (pid namespace)",
    "network": "no network (network namespace)",
    "ipc": "its own shared memory, message queues and host name (ipc and uts namespaces)",
    "privileges": "no capabilities and no way to gain any",
    "system calls": "system calls that a notebook never needs are refused (seccomp)",
    "limits": "limits on memory, processes, files, CPU time and output",
}

# What is built in the place of missing walls where the kernel allows it; less than these, more than nothing.
STAND_INS = {
    "own user": "a user of its own, who owns nothing",
    "files": "no file can be opened but those of Python, its libraries, the course and the working folder (Landlock)",
    "signals": "no signals and no abstract sockets to other processes (Landlock)",
}

Failures = MutableMapping[str, str]


@contextmanager
def attempt(failures: Failures, *walls: str) -> Iterator[None]:
    """Note why these walls could not be built, instead of raising; the trusted side decides what that means."""
    try:
        yield
    except OSError as error:
        for wall in walls:
            failures.setdefault(wall, f"{error.strerror or error} ({error.filename or 'system call'})")


def describe(failures: Failures, stand_ins: Iterable[str] = ()) -> str:
    """Return one line that names the walls that stand, those that do not, and what stands in for these."""
    missing = [name for name in WALLS if name in failures]
    standing = [name for name in WALLS if name not in failures]
    if not missing:
        return f"full: {', '.join(standing)}"
    instead = [name for name in STAND_INS if name in stand_ins]
    parts = [("WEAK, without", missing), ("with", standing), ("in their place", instead)]
    return "; ".join(f"{what}: {', '.join(names)}" for what, names in parts if names)
