"""A limit on the memory that changed code may add, where the system has such limits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["memory_limited"]

STATM = Path("/proc/self/statm")
MORE_BYTES = 1 << 28


@contextmanager
def memory_limited() -> Iterator[None]:
    """Let the process grow by 256 MiB at most, within the block; what needs more gets a MemoryError."""
    if not STATM.exists():
        yield
        return
    import resource

    used = int(STATM.read_text().split()[0]) * resource.getpagesize()
    before = resource.getrlimit(resource.RLIMIT_AS)
    limits = [limit for limit in (used + MORE_BYTES, *before) if limit != resource.RLIM_INFINITY]
    resource.setrlimit(resource.RLIMIT_AS, (min(limits), before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)
