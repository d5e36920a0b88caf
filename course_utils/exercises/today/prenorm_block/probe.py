"""How `PreNormBlock(dim, heads, qk_norm=False)` is exercised: with given weights, without and with `qk_norm`.

The weights are put in by what they belong to, whatever their names: those of the attention, those of the feed-forward
network, and those of normalizations in the order in which these are called.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from course_utils.kits.calls import make
from course_utils.kits.comparing import array_equal, flag
from course_utils.kits.probe import Inputs, Pieces, Probe, ProbeFailure, as_array
from course_utils.kits.tensor_modules import applied, made, tensor
from course_utils.models.attention import FeedForward, SelfAttention

__all__ = ["PROBE"]

DECLARED = "PreNormBlock(dim, heads, qk_norm=False)"


def _run(block_class: object, inputs: Inputs) -> Pieces:
    """Yield outputs and gradients of a block without and with qk_norm, and the output of one made without saying."""
    x, given = inputs["x"], tensor(inputs["x"])
    plain = _filled(block_class, inputs, qk_norm=False)
    yield {"out": as_array(plain(given), "the output of the block", x.shape)}
    yield {"input_left_alone": flag(array_equal(as_array(given, "the input"), x))}
    yield {"dx": _gradient(plain, x, inputs["dout"])}
    normed = _filled(block_class, inputs, qk_norm=True)
    yield {"qk_out": applied(normed, x)}
    yield {"qk_dx": _gradient(normed, x, inputs["dout"])}
    trained = [float(sum(p.numel() for p in block.parameters() if p.requires_grad)) for block in (plain, normed)]
    yield {"trained": np.array(trained)}
    yield {"alone_out": applied(_filled(block_class, inputs).eval(), inputs["alone"])}


def _filled(block_class: object, inputs: Inputs, **options: bool) -> nn.Module:
    """Return a block of the student's class with the given weights."""
    dim, heads, seed = inputs["x"].shape[-1], int(inputs["heads"]), int(inputs["seed"])
    block = made(lambda: make(block_class, DECLARED, dim, heads, **options))
    attention, feed_forward = _only(block, SelfAttention), _only(block, FeedForward)
    order = _order_of_calls(block, tensor(inputs["x"]))
    with torch.no_grad():
        for name, parameter in _linear(attention, feed_forward):
            parameter.copy_(_weights(seed, len(name), tuple(parameter.shape)))
        inside = set(attention.modules())
        for within in (True, False):
            chosen = [module for module in order if (module in inside) == within]
            for number, module in enumerate(chosen):
                _fill_norm(module, seed, number, dim // heads if within else dim)
    return block


def _only(block: nn.Module, kind: type[nn.Module]) -> nn.Module:
    found = [module for module in block.modules() if isinstance(module, kind)]
    if len(found) != 1:
        count = len(found) or "no"
        raise ProbeFailure(
            f"the block holds {count} modules of the class {kind.__name__}; expected one, made in __init__."
        )
    return found[0]


def _linear(attention: nn.Module, feed_forward: nn.Module) -> Iterator[tuple[str, nn.Parameter]]:
    for owner, names in ((attention, ("to_qkv", "to_out")), (feed_forward, ("layers.0", "layers.2"))):
        for name in names:
            for entry, parameter in owner.get_submodule(name).named_parameters():
                yield f"{name}.{entry}", parameter


def _order_of_calls(block: nn.Module, x: torch.Tensor) -> list[nn.Module]:
    """Return the modules that hold other parameters than those of linear layers, in the order of their first calls."""
    order: dict[nn.Module, None] = {}
    owners = [m for m in block.modules() if list(m.parameters(recurse=False)) and not isinstance(m, nn.Linear)]

    def note(module: nn.Module, _: object) -> None:
        order.setdefault(module)

    handles = [module.register_forward_pre_hook(note) for module in owners]
    try:
        with torch.no_grad():
            block(x)
    finally:
        for handle in handles:
            handle.remove()
    return [*order, *(module for module in owners if module not in order)]


def _fill_norm(module: nn.Module, seed: int, number: int, features: int) -> None:
    """Draw gains, which start at 1, and shifts, which start at 0; longer ones repeat."""
    for parameter in module.parameters(recurse=False):
        parameter.copy_(_scales(seed, number, features, not parameter.detach().any(), tuple(parameter.shape)))


# The same for every block that has such a tensor; grading fills hundreds of them.
@lru_cache(maxsize=128)
def _weights(seed: int, length: int, shape: tuple[int, ...]) -> torch.Tensor:
    rng = np.random.default_rng([seed, length, int(np.prod(shape))])
    # Queries and keys of size 1 or more, with a mean that is not 0.
    return tensor(rng.normal(0.3, 1.0, size=shape) / max(1, len(shape)))


@lru_cache(maxsize=128)
def _scales(seed: int, number: int, features: int, shift: bool, shape: tuple[int, ...]) -> torch.Tensor:
    rng = np.random.default_rng([seed, number, features, int(shift)])
    return tensor(np.resize(rng.uniform(-0.8, 0.8, features) if shift else rng.uniform(0.5, 1.5, features), shape))


def _gradient(block: nn.Module, x: NDArray[Any], dout: NDArray[Any]) -> NDArray[Any]:
    """Return the gradient of `sum(dout * out)` with respect to the input; zeros where no graph leads back."""
    leaf = tensor(x, requires_grad=True)
    out = block(1.0 * leaf)
    if not isinstance(out, torch.Tensor) or not out.requires_grad:
        return np.zeros(x.shape)
    try:
        (found,) = torch.autograd.grad((out * tensor(dout)).sum(), leaf, allow_unused=True)
    except RuntimeError as error:
        if "inplace operation" not in str(error):
            raise
        return np.full(x.shape, np.nan)
    return np.zeros(x.shape) if found is None else as_array(found, "the gradient")


PROBE = Probe.single("prenorm_block", "PreNormBlock", _run)
