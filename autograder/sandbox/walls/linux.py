"""The system calls that Python does not offer (3.11 has no `unshare` and no `mount`), by ctypes."""

from __future__ import annotations

import ctypes
import os
import platform

__all__ = [
    "CAP_LAST_CAP_MAX",
    "bind",
    "drop_capabilities",
    "lock",
    "make_private",
    "mount",
    "pivot_root",
    "prctl",
    "set_hostname",
    "setns",
    "syscall",
    "unmount",
    "unshare",
]

NEWNS, NEWCGROUP, NEWUTS, NEWIPC = 0x00020000, 0x02000000, 0x04000000, 0x08000000
NEWUSER, NEWPID, NEWNET, NEWTIME = 0x10000000, 0x20000000, 0x40000000, 0x00000080

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 32, 4096, 16384, 1 << 18
MNT_DETACH = 2

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_CAPBSET_DROP = 1, 4, 24
PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL = 36, 38, 47, 4
CAP_LAST_CAP_MAX = 63

AT_FDCWD, AT_RECURSIVE = -100, 0x8000
MOUNT_ATTR_RDONLY, MOUNT_ATTR_NOSUID, MOUNT_ATTR_NODEV = 1, 2, 4

_LANDLOCK = {"landlock_create_ruleset": 444, "landlock_add_rule": 445, "landlock_restrict_self": 446}
# Numbers of the calls that go through syscall(2), per machine.
_NUMBERS = {
    "x86_64": {"pivot_root": 155, "capset": 126, "seccomp": 317, "mount_setattr": 442, **_LANDLOCK},
    "aarch64": {"pivot_root": 41, "capset": 91, "seccomp": 277, "mount_setattr": 442, **_LANDLOCK},
}
_LIBC = ctypes.CDLL(None, use_errno=True)


def syscall(name: str, *arguments: object) -> int:
    """Make a system call by name.

    Raises:
        OSError: It failed, or this machine is neither x86_64 nor aarch64.
    """
    numbers = _NUMBERS.get(platform.machine())
    if numbers is None:
        raise OSError(0, f"no system call numbers for {platform.machine()}", name)
    return _checked(_LIBC.syscall(ctypes.c_long(numbers[name]), *arguments), name)


def unshare(flags: int) -> None:
    """Enter new namespaces."""
    _checked(_LIBC.unshare(ctypes.c_int(flags)), "unshare")


def setns(descriptor: int, flags: int) -> None:
    """Enter an existing namespace."""
    _checked(_LIBC.setns(ctypes.c_int(descriptor), ctypes.c_int(flags)), "setns")


def mount(source: str, target: str, kind: str, flags: int, data: str = "") -> None:
    """Mount a file system."""
    result = _LIBC.mount(source.encode(), target.encode(), kind.encode(), ctypes.c_ulong(flags), data.encode())
    _checked(result, f"mount {target}")


def make_private() -> None:
    """Let no mount made from now on reach another mount namespace."""
    mount("none", "/", "", MS_REC | MS_PRIVATE)


def bind(source: str, target: str, *, device: bool = False) -> None:
    """Show `source`, and what is mounted below it, read-only at `target`."""
    mount(source, target, "", MS_BIND | MS_REC)
    lock(target, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | (0 if device else MOUNT_ATTR_NODEV))


def lock(target: str, attributes: int = MOUNT_ATTR_RDONLY, below: bool = True) -> None:
    """Give a mount, and what is mounted `below` it, further attributes (Linux 5.12)."""
    record = (ctypes.c_uint64 * 4)(attributes, 0, 0, 0)
    path = ctypes.c_char_p(target.encode())
    flags = ctypes.c_uint(AT_RECURSIVE if below else 0)
    size = ctypes.c_size_t(ctypes.sizeof(record))
    syscall("mount_setattr", ctypes.c_int(AT_FDCWD), path, flags, record, size)


def unmount(target: str) -> None:
    """Take a mount and everything below it away."""
    _checked(_LIBC.umount2(target.encode(), MNT_DETACH), f"umount {target}")


def pivot_root(new: str, old: str) -> None:
    """Make `new` the root; the old one appears at `old`."""
    syscall("pivot_root", ctypes.c_char_p(new.encode()), ctypes.c_char_p(old.encode()))


def set_hostname(name: str) -> None:
    """Set the name of the machine in this uts namespace."""
    _checked(_LIBC.sethostname(name.encode(), ctypes.c_size_t(len(name))), "sethostname")


def prctl(option: int, value: int, third: int = 0) -> None:
    """Set an attribute of this process."""
    words = [ctypes.c_ulong(word) for word in (value, third, 0, 0)]
    _checked(_LIBC.prctl(ctypes.c_int(option), *words), f"prctl {option}")


def drop_capabilities() -> None:
    """Give up every capability, also for programs that are run later."""
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)
    for capability in range(CAP_LAST_CAP_MAX + 1):
        try:
            prctl(PR_CAPBSET_DROP, capability)
        except OSError:
            break  # the kernel knows no more of them
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    nothing = (ctypes.c_uint32 * 6)()
    syscall("capset", header, nothing)


def _checked(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), what)
    return int(result)
