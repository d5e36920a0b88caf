"""One thread for small arrays: two that wait for each other after every operation take many times as long."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["multiply_in_one_thread", "torch_in_one_thread"]

CHOSEN_BY = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")


def multiply_in_one_thread() -> None:
    """Let OpenBLAS, with which numpy and scipy multiply, use one thread, unless the environment says how many.

    The matrices of this course are small. On two cores, two threads that wait for each other at every product make a
    small network train five times slower than one thread does, and thirty times slower where another program is busy.
    What torch does is not touched.
    """
    if any(os.environ.get(name) for name in CHOSEN_BY):
        return
    if "numpy" not in sys.modules:
        os.environ["OPENBLAS_NUM_THREADS"] = "1"  # read when numpy is imported
        return
    from threadpoolctl import ThreadpoolController

    ThreadpoolController().select(internal_api="openblas").limit(limits=1)


@contextmanager
def torch_in_one_thread() -> Iterator[None]:
    """Let torch use one thread in the body, or in the function that this decorates."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
