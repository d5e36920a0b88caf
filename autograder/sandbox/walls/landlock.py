"""Landlock: a process gives up opening what it does not need. It takes neither rights nor namespaces (Linux 5.13).

What a rule does not name cannot be opened, made or removed any more; that it exists can still be seen. The numbers are
those of the kernel's `linux/landlock.h`.
"""

from __future__ import annotations

import ctypes
import os
import stat
from collections.abc import Iterable

from autograder.sandbox.walls import linux

__all__ = ["confine"]

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
REMOVE, MAKE_PLAIN, MAKE_DEVICES = 0b11 << 4, 0b1_0111 << 7, 1 << 6 | 1 << 11
# Rights that later versions added: to link and rename across folders, to truncate, to control devices.
ADDED = {2: 1 << 13, 3: 1 << 14, 5: 1 << 15}
OF_A_FILE = EXECUTE | WRITE_FILE | READ_FILE | 1 << 14 | 1 << 15
READ = EXECUTE | READ_FILE | READ_DIR
WRITE = READ | WRITE_FILE | REMOVE | MAKE_PLAIN | 1 << 13 | 1 << 14
# From version 6 on: no abstract sockets of others, no signals to others.
SCOPES, SCOPED_FROM = 0b11, 6
VERSION, PATH_BENEATH = 1, 1


def confine(read: Iterable[str], write: Iterable[str]) -> bool:
    """Let this process, and all that it starts, open nothing but what lies at or below these paths.

    No new privileges must be asked for before (`PR_SET_NO_NEW_PRIVS`).

    Args:
        read: What can be read and executed; paths that do not exist are passed over.
        write: What can be changed as well.

    Returns:
        Whether signals and abstract sockets to other processes are refused as well.

    Raises:
        OSError: The kernel has no Landlock, or it is switched off.
    """
    version = linux.syscall("landlock_create_ruleset", None, ctypes.c_size_t(0), ctypes.c_uint(VERSION))
    known = sum(right for since, right in ADDED.items() if since <= version)
    handled = READ | WRITE_FILE | REMOVE | MAKE_PLAIN | MAKE_DEVICES | known
    scopes = SCOPES if version >= SCOPED_FROM else 0
    attributes = (ctypes.c_uint64 * 3)(handled, 0, scopes)
    size = ctypes.c_size_t(24 if scopes else 8)
    rules = linux.syscall("landlock_create_ruleset", attributes, size, ctypes.c_uint(0))
    try:
        for paths, rights in ((read, READ), (write, WRITE)):
            for path in paths:
                _allow(rules, path, rights & handled)
        linux.syscall("landlock_restrict_self", ctypes.c_int(rules), ctypes.c_uint(0))
    finally:
        os.close(rules)
    return bool(scopes)


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


def _allow(rules: int, path: str, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # what is not there, or not for this user, needs no rule
    try:
        if not stat.S_ISDIR(os.fstat(place).st_mode):
            rights &= OF_A_FILE
        rule = _PathBeneath(rights, place)
        linux.syscall(
            "landlock_add_rule", ctypes.c_int(rules), ctypes.c_int(PATH_BENEATH), ctypes.byref(rule), ctypes.c_uint(0)
        )
    finally:
        os.close(place)
