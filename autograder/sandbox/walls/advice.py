"""What to do on a machine that cannot build every wall."""

from __future__ import annotations

import os
import platform
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

__all__ = ["ACCEPT", "advise"]

ACCEPT = "or accept the risk with `autograder grade --weak-walls`; the report then says so on its first line"
OLDEST_KERNEL = (5, 14)

# File under /proc/sys, whether its value forbids user namespaces, and how to allow them (each needs root, once).
SWITCHES: tuple[tuple[str, Callable[[int], bool], str], ...] = (
    ("user/max_user_namespaces", lambda value: value < 100, "sysctl -w user.max_user_namespaces=10000"),
    ("kernel/unprivileged_userns_clone", lambda value: value == 0, "sysctl -w kernel.unprivileged_userns_clone=1"),
    (
        "kernel/apparmor_restrict_unprivileged_userns",
        lambda value: value == 1,
        "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0",
    ),
)
CONTAINER = (
    "a container forbids namespaces unless it is started with more rights: "
    "`docker run --cap-add SYS_ADMIN --security-opt seccomp=unconfined --security-opt apparmor=unconfined ...`; "
    "rootless podman needs none of it"
)


def advise(failures: Mapping[str, str]) -> tuple[str, ...]:
    """Return what can be done about missing walls, most promising first; empty if none is missing."""
    if not failures:
        return ()
    if sys.platform != "linux":
        return (f"only Linux has these walls: grade in a Linux machine, virtual machine or container, {ACCEPT}",)
    return (*_kernel(), *_switches(), *([CONTAINER] if _in_container() else []), ACCEPT)


def _kernel() -> list[str]:
    if platform.machine() not in ("x86_64", "aarch64"):
        return [f"the system call filter knows x86_64 and aarch64, not {platform.machine()}"]
    found = re.match(r"(\d+)\.(\d+)", platform.release())
    if found and tuple(map(int, found.groups())) < OLDEST_KERNEL:
        return [f"this is Linux {platform.release()}; the walls need {'.'.join(map(str, OLDEST_KERNEL))} or newer"]
    return []


def _switches() -> list[str]:
    """Return the settings that forbid user namespaces; root needs none where it may mount."""
    found = []
    for name, forbids, command in SWITCHES:
        path = Path("/proc/sys", name)
        text = path.read_text().strip() if path.exists() else ""
        if text.isdigit() and forbids(int(text)):
            found.append(f"user namespaces are switched off; as root, once: `{command}`")
    return found


def _in_container() -> bool:
    return os.path.exists("/.dockerenv") or os.path.exists("/run/.containerenv") or "container" in os.environ
