"""What stands in for walls that a machine refuses to build: less than these, more than nothing.

As root, a submission runs as a user of its own, and what it leaves behind is found by that user. Where the kernel has
Landlock, it opens no files but those that it needs.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from contextlib import suppress
from pathlib import Path

from autograder.sandbox.walls.landlock import confine
from autograder.sandbox.walls.outer import NOBODY, users_of
from autograder.sandbox.walls.view import DEVICES, View

__all__ = ["end_all_of", "remove_all_of", "stand_in", "take_folder"]

# What the C library and fonts look up, and nothing that holds a password.
SETTINGS = ("/etc/ld.so.cache", "/etc/passwd", "/etc/group", "/etc/localtime", "/etc/fonts", "/etc/nsswitch.conf")
# Where everybody may write.
COMMON = ("/tmp", "/var/tmp", "/dev/shm")
ATTEMPTS = 20


def take_folder(folder: str) -> int:
    """Enter the working folder, and give it to the user that this process is to become; return that user."""
    user, _ = users_of(os.getpid())
    if os.geteuid() == 0:
        os.chown(folder, user, NOBODY)
    os.chdir(folder)
    return user


def stand_in(view: View) -> tuple[str, ...]:
    """Build what can be built in place of the disk and the processes that are missing; return the names of it."""
    own = ("own user",) if os.geteuid() == users_of(os.getpid())[0] != NOBODY else ()
    # The public copy, like the working folder, lies where everybody may write.
    originals = {os.path.dirname(folder) for folder, _ in view.chosen}
    shown = [path for path in view.shown if path not in originals]
    try:
        quiet = confine([*shown, *SETTINGS, "/proc/self", "/dev/random", "/dev/urandom"], [*COMMON, *DEVICES])
    except OSError:
        return own
    return (*own, "files", "signals") if quiet else (*own, "files")


def end_all_of(child: int) -> None:
    """End every process of the user that a child had for itself: none can start another one meanwhile."""
    user = _own_user(child)
    if user is None:
        return
    for _ in range(ATTEMPTS):  # those that are to end can end the helper before
        helper = os.fork()
        if helper == 0:
            os.setresuid(user, user, user)
            with suppress(OSError):
                os.kill(-1, signal.SIGKILL)
            os._exit(0)
        if os.waitpid(helper, 0)[1] == 0:
            return


def remove_all_of(child: int) -> None:
    """Remove what the user of a child left where everybody may write."""
    user = _own_user(child)
    for folder in COMMON if user is not None else ():
        for path in Path(folder).glob("*"):
            with suppress(OSError):
                if path.lstat().st_uid != user:
                    continue
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path)
                else:
                    path.unlink()


def _own_user(child: int) -> int | None:
    """Return the user that only this child had; None where there is none."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return None
    user, _ = users_of(child)
    return None if user == NOBODY else user
