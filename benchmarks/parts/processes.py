"""Processes and their memory, as /proc tells."""

from __future__ import annotations

from pathlib import Path

__all__ = ["descendants", "peak_mb", "read"]


def read(pid: int, name: str) -> bytes:
    """Return a file of /proc, empty if the process is gone."""
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes()
    except OSError:
        return b""


def descendants(pid: int) -> list[int]:
    """Return all processes below one."""
    lists = [path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/children")]
    children = [int(child) for text in lists for child in text.split()]
    return [*children, *(grandchild for child in children for grandchild in descendants(child))]


def peak_mb(pid: int) -> float:
    """Return the highest resident memory of a process in MB; shared libraries count once per process."""
    lines = read(pid, "status").decode().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
