"""Several networks of one shape as one: every parameter with a leading axis of networks, one pass for all."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn

__all__ = ["StackedModels"]

# Of the largest number in a tensor: sums in another order, in float32.
ROUNDING = 1e-3

Tensors = dict[str, torch.Tensor]
Step = Callable[[Tensors, Tensors, torch.Tensor, torch.Tensor], tuple[torch.Tensor, Tensors, Tensors]]


class StackedModels:
    """S networks of equal shape whose losses and gradients are computed in one pass with `torch.func.vmap`.

    Args:
        models: The networks; they are copied, and get their trained values back from `unstack`.
        record: Whether the pass is recorded once per shape of batch and replayed without Python: seconds at first,
            and after that hardly more time for three networks of many small layers than for one.

    Attributes:
        parameters: By name, tensors (S, ...).
        buffers: By name, tensors (S, ...).
    """

    def __init__(self, models: Sequence[nn.Module], record: bool = False) -> None:
        self._models = list(models)
        self._base = copy.deepcopy(models[0]).train()
        self._steps: dict[torch.Size, Step] = {}
        self._record = record
        parameters, buffers = ([dict(getattr(m, f"named_{k}")()) for m in models] for k in ("parameters", "buffers"))
        self.parameters: Tensors = {name: torch.stack([p[name].detach() for p in parameters]) for name in parameters[0]}
        self.buffers: Tensors = {name: torch.stack([b[name] for b in buffers]) for name in buffers[0]}

    def losses_and_gradients(self, x: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, Tensors]:
        """Compute one training pass; buffers change as the networks change them.

        Args:
            x: Inputs, (S, N, ...).
            y: Class numbers, int64 (S, N).

        Returns:
            Mean cross-entropy of each network, (S,), and the gradients (S, ...) by the names of the parameters.
        """
        step = self._recorded_step(x, y) if self._record else self._step
        losses, gradients, self.buffers = step(self.parameters, self.buffers, x, y)
        return losses, gradients

    def replays(self, batches: Sequence[tuple[torch.Tensor, torch.Tensor]]) -> bool:
        """Tell whether the recorded pass gives what the networks give on several batches; nothing changes.

        It does not where a network counts its calls in a number of its own, since that was recorded as it then was.
        """
        return all(
            _close(self._recorded_step(x, y)(*self._state(), x, y), self._step(*self._state(), x, y))
            for x, y in batches
        )

    def unstack(self) -> list[nn.Module]:
        """Copy parameters and buffers into the networks that were given, and return these."""
        with torch.no_grad():
            for index, model in enumerate(self._models):
                for name, parameter in model.named_parameters():
                    parameter.copy_(self.parameters[name][index])
                for name, buffer in model.named_buffers():
                    buffer.copy_(self.buffers[name][index])
        return self._models

    def _state(self) -> tuple[Tensors, Tensors]:
        return self.parameters, {name: buffer.clone() for name, buffer in self.buffers.items()}

    def _recorded_step(self, x: torch.Tensor, y: torch.Tensor) -> Step:
        if x.shape not in self._steps:
            self._steps[x.shape] = _recorded(self._step, *self._state(), x, y)
        return self._steps[x.shape]

    def _step(
        self, parameters: Tensors, buffers: Tensors, x: torch.Tensor, y: torch.Tensor
    ) -> tuple[torch.Tensor, Tensors, Tensors]:
        with torch.enable_grad():
            leaves = {name: value.detach().requires_grad_() for name, value in parameters.items()}
            losses, changed = torch.func.vmap(self._loss)(leaves, buffers, x, y)
            gradients = torch.autograd.grad(losses.sum(), list(leaves.values()))
        kept = {name: value.detach() for name, value in changed.items()}
        return losses.detach(), dict(zip(leaves, gradients, strict=True)), kept

    def _loss(
        self, parameters: Tensors, buffers: Tensors, x: torch.Tensor, y: torch.Tensor
    ) -> tuple[torch.Tensor, Tensors]:
        with _swapped(self._base, parameters, buffers):
            loss = nn.functional.cross_entropy(self._base(x), y)
            # Read inside: a network may put a new tensor in the place of a buffer instead of changing it.
            return loss, dict(self._base.named_buffers())


def _recorded(step: Step, parameters: Tensors, buffers: Tensors, x: torch.Tensor, y: torch.Tensor) -> Step:
    """Return `step` for arguments of these shapes as a list of tensor operations that runs without Python."""
    from torch.fx.experimental.proxy_tensor import make_fx

    names, kept = list(parameters), list(buffers)

    def flat(*tensors: torch.Tensor) -> tuple[torch.Tensor, ...]:
        first, second = tensors[2 : 2 + len(names)], tensors[2 + len(names) :]
        losses, gradients, changed = step(
            dict(zip(names, first, strict=True)), dict(zip(kept, second, strict=True)), *tensors[:2]
        )
        return (losses, *gradients.values(), *(changed[name] for name in kept))

    example = [x, y, *parameters.values(), *buffers.values()]
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        replay: Any = _without_python(make_fx(flat)(*example), tuple(example))

    def replayed(
        parameters: Tensors, buffers: Tensors, x: torch.Tensor, y: torch.Tensor
    ) -> tuple[torch.Tensor, Tensors, Tensors]:
        with torch.no_grad():
            losses, *rest = replay(x, y, *parameters.values(), *buffers.values())
        gradients, changed = rest[: len(names)], rest[len(names) :]
        return losses, dict(zip(names, gradients, strict=True)), dict(zip(kept, changed, strict=True))

    return replayed


def _close(first: tuple[torch.Tensor, Tensors, Tensors], second: tuple[torch.Tensor, Tensors, Tensors]) -> bool:
    pairs = [(first[0], second[0])]
    for one, other in zip(first[1:], second[1:], strict=True):
        pairs += [(one[name], other[name]) for name in one]
    return all(bool((a - b).abs().max() <= ROUNDING * b.abs().max()) for a, b in pairs)


def _without_python(graph: Any, example: tuple[torch.Tensor, ...]) -> Any:
    """Return the recorded operations as a program of torch's own interpreter, as far as that knows them."""
    try:
        return torch.jit.trace(graph, example, check_trace=False)
    except RuntimeError:  # it takes no lists of truth values, as the backward pass of nn.BatchNorm1d has
        return graph


@contextmanager
def _swapped(model: nn.Module, parameters: Mapping[str, torch.Tensor], buffers: Tensors) -> Iterator[None]:
    """Put other tensors in the places of a network's parameters and buffers for a while."""
    places: list[tuple[dict[str, Any], Mapping[str, torch.Tensor], str]] = []
    for prefix, module in model.named_modules():
        places += [(module._parameters, parameters, prefix), (module._buffers, buffers, prefix)]
    before = [dict(slots) for slots, _, _ in places]
    try:
        for slots, tensors, prefix in places:
            full = {name: f"{prefix}.{name}" if prefix else name for name in slots}
            slots.update({name: tensors[path] for name, path in full.items() if path in tensors})
        yield
    finally:
        for (slots, _, _), values in zip(places, before, strict=True):
            slots.clear()
            slots.update(values)
