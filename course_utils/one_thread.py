"""One thread for the matrix products of numpy and scipy."""

from __future__ import annotations

import os
import sys

__all__ = ["multiply_in_one_thread"]

CHOSEN_BY = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")


def multiply_in_one_thread() -> None:
    """Let OpenBLAS, with which numpy and scipy multiply, use one thread, unless the environment says how many.

    The matrices of this course are small. On two cores, two threads that wait for each other at every product make a
    small network train five times slower than one thread does, and thirty times slower where another program is busy.
    What torch multiplies is not touched.
    """
    if any(os.environ.get(name) for name in CHOSEN_BY):
        return
    if "numpy" not in sys.modules:
        os.environ["OPENBLAS_NUM_THREADS"] = "1"  # read when numpy is imported
        return
    from threadpoolctl import ThreadpoolController

    ThreadpoolController().select(internal_api="openblas").limit(limits=1)
