"""The answer to code that asks for a GPU: grading has none."""

from __future__ import annotations

from typing import NoReturn

import torch

__all__ = ["refuse_gpu"]


def refuse_gpu() -> None:
    """Raise an error that says so wherever torch would look for a GPU from now on."""
    torch.cuda._lazy_init = _no_gpu


def _no_gpu() -> NoReturn:
    raise RuntimeError("this asks for the device 'cuda', and grading has no GPU: all tensors lie on the CPU")
