"""Put back what earlier cells may have changed, so that no answer depends on an earlier one."""

from __future__ import annotations

import gc
import random
import signal
import sys
import zlib

import matplotlib.pyplot as plt
import numpy as np
import torch

__all__ = ["reset_state"]

RECURSION_LIMIT = sys.getrecursionlimit()


def reset_state(name: str) -> None:
    """Reset seeds (from `name`), numeric settings, figures and timers."""
    _seed(zlib.crc32(name.encode()))
    torch.set_default_dtype(torch.float32)
    torch.set_default_device(None)
    torch.set_grad_enabled(True)
    torch.use_deterministic_algorithms(False)
    torch.set_num_threads(1)
    torch.set_printoptions(profile="default")
    np.seterr(divide="warn", over="warn", under="ignore", invalid="warn")
    plt.close("all")
    plt.rcdefaults()
    signal.setitimer(signal.ITIMER_REAL, 0)
    sys.settrace(None)
    sys.setprofile(None)
    sys.setrecursionlimit(RECURSION_LIMIT)
    gc.enable()


def _seed(seed: int) -> None:
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
