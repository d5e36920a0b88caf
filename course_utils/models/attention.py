"""The two branches of a transformer's block: self-attention with places to look and to act, and a small network."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn

__all__ = ["FeedForward", "SelfAttention"]

Hook = Callable[[torch.Tensor], torch.Tensor]


class SelfAttention(nn.Module):
    """Every position of a sequence takes a weighted mean over all positions (Vaswani et al. 2017), in several heads.

    `query_hook`, `key_hook` and `logits_hook` are functions or modules that map a tensor to another one of the same
    shape; they do nothing unless they are given or set. Queries and keys have shape (N, heads, T, dim // heads), and
    what enters the softmax, the logits, has shape (N, heads, T, T).

    Args:
        dim: Features of a position, a multiple of `heads`.
        heads: Number of heads.
        query_hook: Is applied to the queries before the dot products.
        key_hook: Is applied to the keys before the dot products.

    Raises:
        ValueError: `dim` is no multiple of `heads`.
    """

    def __init__(self, dim: int, heads: int, query_hook: Hook | None = None, key_hook: Hook | None = None) -> None:
        super().__init__()
        if dim % heads:
            raise ValueError(f"dim is {dim} and heads is {heads}; expected a dim that is a multiple of heads")
        self.heads = heads
        self.to_qkv = nn.Linear(dim, 3 * dim)
        self.to_out = nn.Linear(dim, dim)
        self.query_hook: Hook = _unchanged if query_hook is None else query_hook
        self.key_hook: Hook = _unchanged if key_hook is None else key_hook
        self.logits_hook: Hook = _unchanged

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Map (N, T, dim) to (N, T, dim)."""
        parts = self.to_qkv(x).unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        queries, keys, values = self.query_hook(parts[0]), self.key_hook(parts[1]), parts[2]  # (N, heads, T, features)
        logits = self.logits_hook(queries @ keys.mT / queries.shape[-1] ** 0.5)  # (N, heads, T, T)
        mixed = logits.softmax(dim=-1) @ values
        out: torch.Tensor = self.to_out(mixed.transpose(1, 2).flatten(2))
        return out


class FeedForward(nn.Module):
    """A network with one hidden layer of `4 * dim` units, the same for every position.

    Args:
        dim: Features of a position.
    """

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(dim, 4 * dim), nn.GELU(), nn.Linear(4 * dim, dim))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Map (..., dim) to (..., dim)."""
        out: torch.Tensor = self.layers(x)
        return out


def _unchanged(x: torch.Tensor) -> torch.Tensor:
    return x
