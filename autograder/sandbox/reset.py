"""Put back what earlier cells may have changed, so that no answer depends on an earlier one."""

from __future__ import annotations

import builtins
import gc
import random
import signal
import sys
import zlib
from typing import cast

import matplotlib.pyplot as plt
import numpy as np
import torch

__all__ = ["reset_state"]

RECURSION_LIMIT = sys.getrecursionlimit()
_STYLE: dict[str, object] = {}
# What probes compare with; a cell that makes everything equal to everything would speak for itself.
_COMPARING = {
    (module, name): getattr(module, name)
    for module, names in (
        (np, ("array_equal", "allclose", "isclose", "array_equiv", "all", "any", "abs", "max", "ptp")),
        (torch, ("equal", "allclose", "isclose", "all", "any")),
        (builtins, ("abs", "all", "any", "bool", "float", "isinstance", "len", "max", "min", "sum", "zip")),
    )
    for name in names
}


def reset_state(name: str) -> None:
    """Reset seeds (from `name`), numeric settings, figures, timers, and the functions that probes compare with."""
    for (module, function), value in _COMPARING.items():
        setattr(module, function, value)
    _seed(zlib.crc32(name.encode()))
    torch.set_default_dtype(torch.float32)
    torch.set_default_device(None)
    torch.set_grad_enabled(True)
    torch.set_deterministic_debug_mode("default")  # the other function for this imports the compiler
    torch.set_num_threads(1)
    torch.set_printoptions(profile="default")
    np.seterr(divide="warn", over="warn", under="ignore", invalid="warn")
    _reset_figures()
    signal.setitimer(signal.ITIMER_REAL, 0)
    sys.settrace(None)
    sys.setprofile(None)
    sys.setrecursionlimit(RECURSION_LIMIT)
    gc.enable()


def _reset_figures() -> None:
    """Close all figures and put the style back, which takes long enough to do it only where it was changed."""
    plt.close("all")
    style = cast(dict[str, object], plt.rcParams)
    if not dict.__eq__(style, _STYLE):  # no copy, and no warning about entries that are deprecated
        plt.rcdefaults()
        _STYLE.update(dict.items(style))


def _seed(seed: int) -> None:
    random.seed(seed)
    np.random.seed(seed)
    torch.default_generator.manual_seed(seed)  # that of the CPU; `torch.manual_seed` also looks for other devices
