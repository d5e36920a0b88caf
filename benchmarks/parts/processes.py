"""Processes and their memory, as /proc tells."""

from __future__ import annotations

from pathlib import Path

__all__ = ["descendants", "own_mb", "read"]


def read(pid: int, name: str) -> bytes:
    """Return a file of /proc/PID, empty if the process is gone."""
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes()
    except OSError:
        return b""


def descendants(pid: int) -> list[int]:
    """Return all processes below one."""
    threads = [path.name for path in Path(f"/proc/{pid}/task").glob("*")]
    children = [int(child) for thread in threads for child in read(pid, f"task/{thread}/children").split()]
    return [*children, *(grandchild for child in children for grandchild in descendants(child))]


def own_mb(pid: int) -> float:
    """Return the memory of a process in MB; of what several processes share, each counts its part."""
    lines = read(pid, "smaps_rollup").decode().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
