"""The walls by name: what each one is, and what to do where a machine cannot build it."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager

__all__ = ["WALLS", "Failures", "attempt", "describe"]

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

Failures = MutableMapping[str, str]


@contextmanager
def attempt(failures: Failures, *walls: str) -> Iterator[None]:
    """Note why these walls could not be built, instead of raising; the trusted side decides what that means."""
    try:
        yield
    except OSError as error:
        for wall in walls:
            failures.setdefault(wall, f"{error.strerror or error} ({error.filename or 'system call'})")


def describe(failures: Failures) -> str:
    """Return one line that names the walls that stand, and those that do not."""
    missing = [name for name in WALLS if name in failures]
    standing = [name for name in WALLS if name not in failures]
    if not missing:
        return f"full: {', '.join(standing)}"
    return f"WEAK, without: {', '.join(missing)}" + (f"; with: {', '.join(standing)}" if standing else "")
