"""What stands in for missing walls when weak ones are accepted: a temporary folder, and hunting down processes.

A program that means harm gets past all of this; it keeps accidents apart.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from autograder.sandbox.walls import linux
from autograder.sandbox.walls.stand_ins import end_all_of, remove_all_of

__all__ = ["Makeshift"]


class Makeshift:
    """A folder for each child, and an end for whatever it leaves behind."""

    def __init__(self) -> None:
        self.base = Path(tempfile.mkdtemp(prefix="submission-", dir="/tmp"))
        self.base.chmod(0o711)
        self.folder = self.base / "warm"
        self.next_folder()
        if sys.platform == "linux":
            linux.prctl(linux.PR_SET_CHILD_SUBREAPER, 1)  # what loses its parent becomes ours

    def next_folder(self) -> None:
        """Make a new working folder, and point home and the temporary files there."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder = Path(tempfile.mkdtemp(dir=self.base))
        tempfile.tempdir = None
        os.environ.update(HOME=str(self.folder), TMPDIR=str(self.folder))

    def end_all(self, child: int) -> None:
        """End every process that a child left behind, and remove what it wrote outside of its folder."""
        end_all_of(child)
        while left := _children():
            for process in left:
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
            with suppress(ChildProcessError):
                os.waitpid(-1, 0)
        remove_all_of(child)

    def remove(self) -> None:
        """Remove the folders."""
        shutil.rmtree(self.base, ignore_errors=True)


def _children() -> list[int]:
    lists = [path.read_text() for path in Path("/proc/self/task").glob("*/children")]
    return [int(child) for text in lists for child in text.split()]
