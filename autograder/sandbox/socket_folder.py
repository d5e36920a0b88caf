"""A folder for sockets: the kernel takes paths of 103 bytes, and folders for temporary files may have longer ones."""

from __future__ import annotations

import os
import tempfile

__all__ = ["socket_folder"]

LONGEST = 103  # macOS; Linux takes 107
BELOW = 48  # what is below it: a folder and a socket, both with names that are drawn


def socket_folder() -> str:
    """Return the folder for temporary files, or `/tmp` where its path is too long."""
    usual = tempfile.gettempdir()
    return usual if len(os.fsencode(usual)) + BELOW <= LONGEST else "/tmp"
