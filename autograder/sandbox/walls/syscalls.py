"""The seccomp filter: calls that a notebook never needs are refused, so that the kernel shows less of itself.

It refuses with an error number instead of a signal, so that a library that only tries goes on. Calls from another
architecture's table (32 bit, x32) end the process, because the numbers would mean something else.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct
from collections.abc import Sequence

from autograder.sandbox.walls import linux

__all__ = ["install_filter", "make_filter"]

# name: (x86_64, aarch64); None where the machine has no such call.
REFUSED: dict[str, tuple[int | None, int | None]] = {
    # Other processes' memory and state
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "kcmp": (312, 272),
    "pidfd_open": (434, 434), "pidfd_send_signal": (424, 424), "pidfd_getfd": (438, 438),
    "process_madvise": (440, 440), "move_pages": (279, 239), "migrate_pages": (256, 238),
    # Mounts and namespaces
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51), "unshare": (272, 97),
    "setns": (308, 268), "mount_setattr": (442, 442), "move_mount": (429, 429), "open_tree": (428, 428),
    "fsopen": (430, 430), "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433),
    "open_by_handle_at": (304, 265), "name_to_handle_at": (303, 264), "quotactl": (179, 60), "quotactl_fd": (443, 443),
    # Keys, tracing, asynchronous kernels: much code, many holes, no use here
    "keyctl": (250, 219), "add_key": (248, 217), "request_key": (249, 218), "bpf": (321, 280),
    "perf_event_open": (298, 241), "userfaultfd": (323, 282), "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426), "io_uring_register": (427, 427), "io_setup": (206, 0),
    "lookup_dcookie": (212, 18), "vmsplice": (278, 75), "remap_file_pages": (216, 234),
    # The machine
    "init_module": (175, 105), "finit_module": (313, 273), "delete_module": (176, 106), "kexec_load": (246, 104),
    "kexec_file_load": (320, 294), "reboot": (169, 142), "swapon": (167, 224), "swapoff": (168, 225),
    "syslog": (103, 116), "acct": (163, 89), "sethostname": (170, 161), "setdomainname": (171, 162),
    "settimeofday": (164, 170), "clock_settime": (227, 112), "clock_adjtime": (305, 266), "adjtimex": (159, 171),
    "vhangup": (153, 58), "personality": (135, 92), "iopl": (172, None), "ioperm": (173, None),
    "modify_ldt": (154, None), "uselib": (134, None), "ustat": (136, None), "sysfs": (139, None),
    # What one submission could tell another one by: files that both see, what the machine has left, its mounts
    "flock": (73, 32), "inotify_init": (253, None), "inotify_init1": (294, 26), "inotify_add_watch": (254, 27),
    "fanotify_init": (300, 262), "fanotify_mark": (301, 263), "mincore": (27, 232), "cachestat": (451, 451),
    "sysinfo": (99, 179), "statmount": (457, 457), "listmount": (458, 458),
    # Memory that no process' size shows
    "memfd_create": (319, 279), "memfd_secret": (447, 447), "shmget": (29, 194), "shmat": (30, 196),
    "msgget": (68, 186), "semget": (64, 190), "mq_open": (240, 180),
}  # fmt: skip

CLONE3, CLONE, SOCKET, MMAP, SETSOCKOPT = (435, 435), (56, 220), (41, 198), (9, 222), (54, 208)
FCNTL, PREADV2 = (72, 25), (327, 286)
SEND_BUFFER, RECEIVE_BUFFER = 7, 8
# F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC; locks, leases, notices and hints lie on shared files.
OF_A_DESCRIPTOR = (0, 1, 2, 3, 4, 1030)
ONLY_FROM_CACHE = 8  # RWF_NOWAIT says which pages of a file are in memory
ARCHITECTURES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}
AF_UNIX = 1
NEW_NAMESPACE = linux.NEWNS | linux.NEWCGROUP | linux.NEWUTS | linux.NEWIPC | linux.NEWUSER | linux.NEWPID
SHARED_ANONYMOUS = 0x01 | 0x20

ALLOW, KILL, ERROR = 0x7FFF0000, 0x80000000, 0x00050000
LOAD, EQUAL, ANY_BIT, AT_LEAST, AND, RETURN = 0x20, 0x15, 0x45, 0x35, 0x54, 0x06
NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16  # offsets in struct seccomp_data
FILTER_MODE, SPECULATION_ALLOWED = 1, 4

Instruction = tuple[int, int, int, int]


def make_filter(machine: str) -> bytes:
    """Return the BPF program for a machine (`platform.machine()`).

    Raises:
        OSError: Neither x86_64 nor aarch64.
    """
    if machine not in ARCHITECTURES:
        raise OSError(errno.ENOSYS, f"no filter for {machine}", "seccomp")
    architecture, column = ARCHITECTURES[machine]
    program: list[Instruction] = [
        (LOAD, 0, 0, ARCHITECTURE),
        (EQUAL, 1, 0, architecture),
        (RETURN, 0, 0, KILL),
        (LOAD, 0, 0, NUMBER),
    ]
    if machine == "x86_64":
        program += [(AT_LEAST, 0, 1, 0x40000000), (RETURN, 0, 0, KILL)]  # the x32 table
    refused = [numbers[column] for numbers in REFUSED.values()]
    for number in [number for number in refused if number is not None]:
        program += _refuse(number, errno.EPERM)
    # clone3 hides its flags in memory; without it, the C library falls back to clone, whose flags can be seen.
    program += _refuse(CLONE3[column], errno.ENOSYS)
    program += _refuse_if(CLONE[column], 0, [(ANY_BIT, 0, 1, NEW_NAMESPACE | linux.NEWNET)], errno.EPERM)
    program += _refuse_if(SOCKET[column], 0, [(EQUAL, 1, 0, AF_UNIX)], errno.EAFNOSUPPORT)
    program += _refuse_if(
        MMAP[column], 3, [(AND, 0, 0, SHARED_ANONYMOUS), (EQUAL, 0, 1, SHARED_ANONYMOUS)], errno.EPERM
    )
    # Larger buffers are memory of the kernel, which no process' size shows.
    program += _refuse_if(
        SETSOCKOPT[column], 2, [(EQUAL, 1, 0, SEND_BUFFER), (EQUAL, 0, 1, RECEIVE_BUFFER)], errno.EPERM
    )
    program += _refuse_if(FCNTL[column], 1, _none_of(OF_A_DESCRIPTOR), errno.EPERM)
    program += _refuse_if(PREADV2[column], 5, [(ANY_BIT, 0, 1, ONLY_FROM_CACHE)], errno.EPERM)
    program.append((RETURN, 0, 0, ALLOW))
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in program)


def _refuse(number: int, error: int) -> list[Instruction]:
    return [(EQUAL, 0, 1, number), (RETURN, 0, 0, ERROR | error)]


def _refuse_if(number: int, argument: int, test: list[Instruction], error: int) -> list[Instruction]:
    """Refuse a call when `test` of one of its arguments goes on to the next instruction, and allow it otherwise."""
    body = [(LOAD, 0, 0, ARGUMENTS + 8 * argument), *test, (RETURN, 0, 0, ERROR | error), (RETURN, 0, 0, ALLOW)]
    return [(EQUAL, 0, len(body), number), *body]


def _none_of(values: Sequence[int]) -> list[Instruction]:
    """Return a test for `_refuse_if` that refuses all values but these."""
    return [(EQUAL, len(values) - place, 0, value) for place, value in enumerate(values)]


def install_filter() -> None:
    """Filter the system calls of this process and of everything that it starts, for good."""
    program = make_filter(platform.machine())
    buffer = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(buffer))
    linux.syscall("seccomp", ctypes.c_uint(FILTER_MODE), ctypes.c_uint(SPECULATION_ALLOWED), ctypes.c_char_p(header))
