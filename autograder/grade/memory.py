"""How much memory this machine, or the container that this runs in, has left."""

from __future__ import annotations

import re
from pathlib import Path

__all__ = ["free_memory"]

AVAILABLE = re.compile(r"^MemAvailable:\s+(\d+) kB", re.MULTILINE)
# Of a container: what it may use, and what it uses; of the newer and of the older kind of control groups.
GROUPS = (
    ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
    ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory/memory.usage_in_bytes"),
)


def free_memory(root: Path = Path("/")) -> int | None:
    """Return the bytes that may still be used; None where the system does not say.

    Args:
        root: The folder in which `proc` and `sys` lie.
    """
    found = AVAILABLE.search(_text(root / "proc/meminfo"))
    sizes = [1024 * int(found[1])] if found else []
    for limit, used in GROUPS:
        most, now = (_text(root / path.lstrip("/")).strip() for path in (limit, used))
        if most.isdigit() and now.isdigit():
            sizes.append(max(0, int(most) - int(now)))
    return min(sizes, default=None)


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
