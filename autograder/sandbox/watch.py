"""How much memory and processor time a submission uses, all its processes together, seen from outside (Linux)."""

from __future__ import annotations

import os
import re
from pathlib import Path

__all__ = ["Watch"]

OWN = re.compile(rb"^(?:Rss(?:Anon|Shmem)|VmSwap|VmPTE):\s+(\d+) kB", re.MULTILINE)
SHARE = re.compile(rb"^(?:Pss_(?:Anon|Shmem)|SwapPss):\s+(\d+) kB", re.MULTILINE)
EXITING = 0x4  # PF_EXITING, in the flags of /proc/PID/stat
# Of these fields: the parent, those of processor time, and when the process was started.
PARENT, TIMES, STARTED = 1, slice(11, 15), 19
TICKS_PER_S = os.sysconf("SC_CLK_TCK")
TABLES = re.compile(rb"^VmPTE:\s+(\d+) kB", re.MULTILINE)  # of every process its own: these have no share


class Watch:
    """Measures what a fork uses beyond the image that it started with: pages, those swapped out, and page tables.

    Of the processor time of a process that has ended, what was seen last counts, or what its parent was told.
    Cheap as long as little is used: the plain sizes of all processes, which count shared pages once per process. Only
    when these are too much, the kernel is asked for each page's share, also of the process that was forked, which has
    the same image: that takes it some milliseconds.
    """

    def __init__(self, pid: int, limit: int) -> None:
        self.pid, self.limit = pid, limit
        self.image = _sum([pid], "status", OWN)
        fields = _stat(pid)
        self._parent = int(fields[PARENT]) if len(fields) > PARENT else 0
        self._cpu_s: dict[tuple[int, bytes], float] = {}
        self._told_s = 0.0

    def exceeded(self) -> bool:
        """Say whether all processes together use more than the limit."""
        pids = _family(self.pid)
        self._look_at_cpu(pids)
        if _sum(pids, "status", OWN) - self.image <= self.limit:
            return False
        return _shares(pids) - _shares([self._parent]) > self.limit

    def cpu_s(self) -> float:
        """Return the processor time that all processes together have used, in seconds."""
        self._look_at_cpu(_family(self.pid))
        return max(sum(self._cpu_s.values()), self._told_s)

    def _look_at_cpu(self, pids: list[int]) -> None:
        for pid in pids:
            if len(fields := _stat(pid)) > STARTED:
                user, system, user_of_children, system_of_children = map(int, fields[TIMES])
                self._cpu_s[pid, fields[STARTED]] = (user + system) / TICKS_PER_S
                if pid == self.pid:
                    self._told_s = (user + system + user_of_children + system_of_children) / TICKS_PER_S

    def ends(self) -> bool:
        """Say whether the fork is on its way out, which takes seconds where memory is short, or gone."""
        fields = _stat(self.pid)
        return len(fields) < 7 or bool(int(fields[6]) & EXITING)


def _stat(pid: int) -> list[bytes]:
    """Return the fields of /proc/PID/stat behind the name, which can hold spaces; none where the process is gone."""
    return _read(Path(f"/proc/{pid}/stat")).rpartition(b")")[2].split()


def _family(pid: int) -> list[int]:
    """Return a process and all its descendants."""
    found, waiting = [], [pid]
    while waiting:
        parent = waiting.pop()
        found.append(parent)
        for path in Path(f"/proc/{parent}/task").glob("*/children"):
            waiting.extend(int(child) for child in _read(path).split())
    return found


def _shares(pids: list[int]) -> int:
    return _sum(pids, "smaps_rollup", SHARE) + _sum(pids, "status", TABLES)


def _sum(pids: list[int], name: str, pattern: re.Pattern[bytes]) -> int:
    texts = (_read(Path(f"/proc/{pid}/{name}")) for pid in pids)
    return sum(1024 * int(size) for text in texts for size in pattern.findall(text))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return b""
