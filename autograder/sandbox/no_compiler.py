"""torch's optimizers without its compiler, which they import when they are first used: more than a second.

Behind the walls nothing is compiled, so all that they ask of it leaves everything as it is.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from types import FunctionType
from typing import Any

import torch

__all__ = ["leave_compiler_out"]

# How torch calls the functions that import the compiler: the first keeps what it is put around away from it, the
# second, around `step`, switches gradients off and marks a place at which compiled code has to stop.
KEPT_AWAY, MARKED = "_disable_dynamo.<locals>.inner", "_use_grad_for_differentiable.<locals>._use_grad"


def leave_compiler_out() -> None:
    """Let all optimizers of torch do the same without importing `torch._dynamo`."""
    for owner in [one for one in vars(torch.optim).values() if isinstance(one, type)]:
        for method, function in list(vars(owner).items()):
            if isinstance(function, FunctionType):
                _leave_out(owner, method, function)


def _leave_out(owner: type, method: str, function: FunctionType) -> None:
    made_by = function.__code__.co_qualname
    if made_by == KEPT_AWAY:
        vars(function)["__wrapped__"].__dict__["__dynamo_disable"] = vars(function)["__wrapped__"]
    elif made_by == MARKED:
        setattr(owner, method, _with_gradients_as_asked(vars(function)["__wrapped__"]))


def _with_gradients_as_asked(step: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(step)
    def stepped(optimizer: Any, *args: Any, **kwargs: Any) -> Any:
        with torch.set_grad_enabled(optimizer.defaults["differentiable"]):
            return step(optimizer, *args, **kwargs)

    return stepped
