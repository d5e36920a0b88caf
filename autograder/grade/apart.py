"""Work on untrusted text in a process that may be ended: with a limit on its processor time and its memory.

What it does for one submission can neither hold up nor bring down the worker that grades it, whatever a parser makes of
the text.
"""

from __future__ import annotations

import json
import os
import resource
import select
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

__all__ = ["Ended", "apart"]

CPU_S = 5
MEMORY_BYTES = 1_000_000_000
# On a machine that is busy, a second of the processor takes several of the clock.
PATIENCE = 12
PAGE_BYTES = resource.getpagesize()


class Ended(Exception):
    """The process came to no answer."""


def apart(work: Callable[[], Any], *, cpu_s: int = CPU_S, memory_bytes: int = MEMORY_BYTES) -> Any:
    """Return what `work` returns, after JSON, from a fork of this process.

    Args:
        work: Does the work; nothing that it changes is seen here.
        cpu_s: Processor time that it may take, in whole seconds.
        memory_bytes: Memory that it may take beyond that of this process.

    Raises:
        Ended: It took more than that, or it failed.
    """
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        _work(work, theirs, cpu_s, memory_bytes)
    os.close(theirs)
    try:
        said = _read(ours, time.monotonic() + PATIENCE * cpu_s)
    finally:
        os.close(ours)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    if not said:
        raise Ended(f"it took more than {cpu_s} s or {memory_bytes / 1e9:.3g} GB")
    return json.loads(said)


def _work(work: Callable[[], Any], descriptor: int, cpu_s: int, memory_bytes: int) -> None:
    """Be the process: answer, or end without one."""
    try:
        resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if sys.platform == "linux":
            mapped = PAGE_BYTES * int(Path("/proc/self/statm").read_text().split()[0])
            resource.setrlimit(resource.RLIMIT_AS, (mapped + memory_bytes,) * 2)
        with open(descriptor, "wb") as pipe:
            pipe.write(json.dumps(work()).encode())
    finally:
        os._exit(0)


def _read(descriptor: int, deadline: float) -> bytes:
    """Return what comes until the end; nothing where there is none in time."""
    found = bytearray()
    while select.select([descriptor], [], [], max(deadline - time.monotonic(), 0.0))[0]:
        chunk = os.read(descriptor, 1 << 16)
        if not chunk:
            return bytes(found)
        found += chunk
    return b""
