"""Builds the disk that the warm process and its children see: a small read-only root with a few folders in it.

The old root is unmounted, so that what is not shown cannot be reached by any path, also not by one that a bug finds.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from autograder.sandbox.walls import linux
from autograder.sandbox.walls.view import DEVICES, View

__all__ = ["FOLDER", "WARM_BYTES", "build_disk", "mount_proc", "mount_scratch"]

OLD = "/.old"
FOLDER = "/submission"
# Folders of the private disk, and where else they appear.
SCRATCH = {".tmp": "/tmp", ".shm": "/dev/shm"}
QUIET = linux.MS_NOSUID | linux.MS_NODEV
WARM_BYTES = 64_000_000
MAX_FILES = 20_000
CHOSEN_BYTES = 32_000_000


def build_disk(view: View, user: int, group: int, users: int = 1) -> None:
    """Make the view the root of this mount namespace, for so many users from this one on."""
    linux.make_private()
    linux.mount("tmpfs", "/tmp", "tmpfs", QUIET, "size=4m,mode=0755")
    os.mkdir(f"/tmp{OLD}")
    linux.pivot_root("/tmp", f"/tmp{OLD}")
    os.chdir("/")
    for path in view.shown:
        os.makedirs(path, exist_ok=True)
        linux.bind(OLD + path, path)
    for path, target in view.links:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        os.symlink(target, path)
    for path in view.covered:
        linux.mount("tmpfs", path, "tmpfs", QUIET, "size=64k,mode=0755")
    for folder, names in view.chosen:
        _show_only(folder, names)
    os.makedirs(view.code, exist_ok=True)
    linux.bind(OLD + view.code, view.code)
    _devices()
    _accounts(user, group, users)
    for path in (FOLDER, "/proc", "/tmp"):
        os.makedirs(path, exist_ok=True)
    # A new /proc can be mounted only where one is visible.
    linux.mount(f"{OLD}/proc", "/proc", "", linux.MS_BIND | linux.MS_REC)
    linux.unmount(OLD)
    os.rmdir(OLD)
    for path in (*view.covered, *dict(view.chosen)):
        linux.lock(path)
    linux.lock("/", below=False)  # not /proc, where the user namespaces are set up


def _show_only(folder: str, names: Iterable[str]) -> None:
    """Put copies of some files in the place of a folder: what is written into it later does not appear."""
    linux.mount("tmpfs", folder, "tmpfs", QUIET, f"size={CHOSEN_BYTES},mode=0755")
    for name in names:
        os.makedirs(os.path.dirname(f"{folder}/{name}"), exist_ok=True)
        shutil.copyfile(f"{OLD}{folder}/{name}", f"{folder}/{name}")


def _devices() -> None:
    os.makedirs("/dev/shm")
    for device in DEVICES:
        Path(device).touch()
        linux.bind(OLD + device, device, device=True)
    for name, target in (("fd", ""), ("stdin", "/0"), ("stdout", "/1"), ("stderr", "/2")):
        os.symlink(f"/proc/self/fd{target}", f"/dev/{name}")


def _accounts(user: int, group: int, users: int) -> None:
    os.mkdir("/etc")
    lines = [f"student:x:{user + number}:{group}::{FOLDER}:/bin/sh\n" for number in range(users)]
    Path("/etc/passwd").write_text("".join(lines))
    Path("/etc/group").write_text(f"student:x:{group}:\n")
    cache = Path(f"{OLD}/etc/ld.so.cache")
    if cache.is_file():
        Path("/etc/ld.so.cache").write_bytes(cache.read_bytes())


def mount_scratch(size: int, view: View) -> None:
    """Mount a private disk of `size` bytes: the working folder, /tmp and /dev/shm together."""
    linux.mount("tmpfs", FOLDER, "tmpfs", QUIET, f"size={size},nr_inodes={MAX_FILES},mode=0755")
    for name, target in SCRATCH.items():
        os.mkdir(f"{FOLDER}/{name}", 0o700)
        if not view.shows_below(target):  # Python itself may lie below /tmp; then TMPDIR has to do
            linux.mount(f"{FOLDER}/{name}", target, "", linux.MS_BIND)


def mount_proc() -> None:
    """Mount a /proc with this pid namespace and nothing of the machine; an empty one where that is forbidden."""
    flags = QUIET | linux.MS_NOEXEC | linux.MS_RDONLY
    try:
        linux.mount("proc", "/proc", "proc", flags, "subset=pid")
    except PermissionError:
        linux.mount("tmpfs", "/proc", "tmpfs", flags, "size=0")
