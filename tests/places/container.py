"""A container as hosted graders start them: root, Docker's capabilities, and no right to make namespaces.

`python -m tests.places.container ROOT COMMAND...` runs a command in the folder ROOT, over which the machine's
programs and libraries lie read-only. Needs root. What Docker's default profile refuses is refused here by a filter of
the same kind: `unshare`, `setns`, `mount`, and `clone` with a new namespace.
"""

import ctypes
import errno
import os
import platform
import struct
import subprocess
import sys
from pathlib import Path

from autograder.sandbox.walls import linux

# Docker's default set: chown, dac_override, fowner, fsetid, kill, setgid, setuid, setpcap, net_bind_service, net_raw,
# sys_chroot, mknod, audit_write, setfcap.
CAPABILITIES = (0, 1, 3, 4, 5, 6, 7, 8, 10, 13, 18, 27, 29, 31)
REFUSED = {
    "x86_64": (0xC000003E, 56, 435, (272, 308, 165, 166, 155, 442, 429, 428, 430, 431, 432, 433)),
    "aarch64": (0xC00000B7, 220, 435, (97, 268, 40, 39, 41, 442, 429, 428, 430, 431, 432, 433)),
}
NAMESPACES = 0x7E020080
SHOWN = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/nix/store")


def refuse_namespaces():
    """Install the filter, with root's right to do so: no new privileges stay possible, as in Docker."""
    architecture, clone, clone3, numbers = REFUSED[platform.machine()]
    allow, error = 0x7FFF0000, 0x00050000
    program = [(0x20, 0, 0, 4), (0x15, 1, 0, architecture), (0x06, 0, 0, 0x80000000), (0x20, 0, 0, 0)]
    for number in numbers:
        program += [(0x15, 0, 1, number), (0x06, 0, 0, error | errno.EPERM)]
    program += [(0x15, 0, 1, clone3), (0x06, 0, 0, error | errno.ENOSYS)]
    program += [(0x15, 0, 3, clone), (0x20, 0, 0, 16), (0x45, 0, 1, NAMESPACES), (0x06, 0, 0, error | errno.EPERM)]
    program.append((0x06, 0, 0, allow))
    packed = b"".join(struct.pack("=HBBI", *one) for one in program)
    buffer = ctypes.create_string_buffer(packed, len(packed))
    header = struct.pack("HxxxxxxP", len(program), ctypes.addressof(buffer))
    linux.syscall("seccomp", ctypes.c_uint(1), ctypes.c_uint(0), ctypes.c_char_p(header))


def keep_capabilities():
    """Give up, for good, all that Docker's default does not leave."""
    for capability in set(range(linux.CAP_LAST_CAP_MAX + 1)) - set(CAPABILITIES):
        try:
            linux.prctl(linux.PR_CAPBSET_DROP, capability)
        except OSError:
            continue
    kept = sum(1 << capability for capability in CAPABILITIES)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    linux.syscall("capset", header, (ctypes.c_uint32 * 6)(kept, kept, 0, 0, 0, 0))


def enter(root):
    """Make `root` the root of this process, with the machine's programs in it."""
    linux.unshare(linux.NEWNS | linux.NEWIPC | linux.NEWUTS | linux.NEWNET)
    linux.make_private()
    os.chmod(root, 0o755)
    libraries = [path for path in sys.path if path.endswith(("site-packages", "dist-packages"))]
    for path in dict.fromkeys([*SHOWN, sys.base_prefix, *libraries]):
        if os.path.islink(path):
            os.makedirs(os.path.dirname(f"{root}{path}"), exist_ok=True)
            if not os.path.lexists(f"{root}{path}"):
                os.symlink(os.readlink(path), f"{root}{path}")
        elif os.path.isdir(path) and not any(path.startswith(f"{one}/") for one in SHOWN):
            os.makedirs(f"{root}{path}", exist_ok=True)
            linux.bind(path, f"{root}{path}")
    for name, mode in (("tmp", 0o1777), ("var/tmp", 0o1777), ("dev", 0o755), ("etc", 0o755), ("proc", 0o755)):
        os.makedirs(f"{root}/{name}", exist_ok=True)
        os.chmod(f"{root}/{name}", mode)
    linux.mount("tmpfs", f"{root}/dev", "tmpfs", 0, "size=64m,mode=0755")
    os.mkdir(f"{root}/dev/shm")
    os.chmod(f"{root}/dev/shm", 0o1777)
    for device in ("null", "zero", "full", "random", "urandom"):
        Path(f"{root}/dev/{device}").touch()
        linux.mount(f"/dev/{device}", f"{root}/dev/{device}", "", linux.MS_BIND)
    Path(f"{root}/etc/passwd").write_text("root:x:0:0::/root:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n")
    Path(f"{root}/etc/ld.so.cache").write_bytes(Path("/etc/ld.so.cache").read_bytes())


def main(root, command):
    """Become the first process of the container, and run the command in it; return its exit status."""
    enter(root)
    linux.unshare(linux.NEWPID)
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    linux.prctl(linux.PR_SET_PDEATHSIG, 9)
    linux.mount("proc", f"{root}/proc", "proc", 0)
    os.chroot(root)
    os.chdir("/")
    refuse_namespaces()
    keep_capabilities()
    environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/root", "LANG": "C.UTF-8"}
    os._exit(subprocess.run(command, env=environment).returncode)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]) & 0xFF)
