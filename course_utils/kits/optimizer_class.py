"""How the optimizer classes of the course are driven: given gradients, a few steps, the weights after each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch

from course_utils.kits.calls import ParameterGenerator, float64_by_default, make
from course_utils.kits.comparing import array_equal, every, flag, tensors_equal
from course_utils.kits.probe import Inputs, Part, Pieces, Probe, ProbeFailure, as_array
from course_utils.kits.stand_ins import StandIns

__all__ = ["optimizer_probe"]

WALKED_TWICE = (
    "The parameters arrive as a generator, as model.parameters() is one: they can be walked only once, and the second "
    "walk found none. Make a list of them first and walk that."
)


def optimizer_probe(
    exercise: str, declared: str, hyperparameters: tuple[str, ...], upon: StandIns | None = None
) -> Probe:
    """Make the probe of an optimizer class with a `step()`.

    Inputs: `weights_a`, `weights_b` (same shape) and `weights_c` (another shape), `gradients_*` with the steps as
    first axis, and a 0-d array for `lr` and each hyperparameter. Outputs: `weights_a` and `weights_b` (one optimizer)
    and `weights_c` (an optimizer of its own) after each step with these hyperparameters; `weights_default`: the same
    as `weights_c` with the default hyperparameters; `gradients_left_alone`, 1.0 or 0.0.

    Args:
        exercise: Exercise id.
        declared: The signature in the text, as in "MomentumOptimizer(parameters, lr=0.01, mu=0.9)".
        hyperparameters: Names of the hyperparameters other than `lr`.
        upon: Stand-ins for classes of earlier exercises that this one may be built on.
    """
    name = declared.partition("(")[0]

    def run(optimizer_class: object, inputs: Inputs) -> Pieces:
        options = {key: float(inputs[key]) for key in ("lr", *hyperparameters)}
        with float64_by_default():
            drives = {
                ("weights_a", "weights_b"): _Drive(optimizer_class, declared, inputs, ("a", "b"), options),
                ("weights_c",): _Drive(optimizer_class, declared, inputs, ("c",), options),
                ("weights_default",): _Drive(optimizer_class, declared, inputs, ("c",), {}),
            }
            for names, drive in drives.items():
                for histories in drive.run():
                    yield dict(zip(names, histories, strict=True))
        yield {"gradients_left_alone": flag(every(drive.gradients_left_alone for drive in drives.values()))}

    return Probe(exercise, (name,), (Part(name, (name,), run, upon=upon or {}),))


class _Drive:
    """One optimizer object over some parameters, with given gradients."""

    def __init__(
        self,
        optimizer_class: object,
        declared: str,
        inputs: Inputs,
        tensors: tuple[str, ...],
        options: dict[str, float],
    ) -> None:
        self._weights = [torch.nn.Parameter(_tensor(inputs[f"weights_{key}"])) for key in tensors]
        self._given = [inputs[f"gradients_{key}"] for key in tensors]
        self._generator = ParameterGenerator(self._weights)
        self._optimizer = make(optimizer_class, declared, self._generator, **options)
        self.gradients_left_alone = True
        if not callable(getattr(self._optimizer, "step", None)):
            raise ProbeFailure(f"An object of {declared.partition('(')[0]} has no method step().")

    def run(self) -> Iterator[list[np.ndarray[Any, Any]]]:
        """Take all steps; yield after each one for each tensor the weights after each step so far."""
        shapes = [tuple(weights.shape) for weights in self._weights]
        histories = [np.empty((len(self._given[0]), *shape)) for shape in shapes]
        for number in range(len(self._given[0])):
            self._step([_tensor(given[number]) for given in self._given])
            for history, weights, shape in zip(histories, self._weights, shapes, strict=True):
                history[number] = as_array(weights, "a parameter after step()", shape)
            yield [history[: number + 1] for history in histories]
        if self._generator.ends > 1 and every(array_equal(history[-1], history[-2]) for history in histories):
            raise ProbeFailure(WALKED_TWICE)

    def _step(self, gradients: Sequence[torch.Tensor]) -> None:
        for weights, gradient in zip(self._weights, gradients, strict=True):
            weights.grad = gradient.clone()
        try:
            with torch.no_grad():
                self._optimizer.step()
        except Exception as error:
            if self._generator.ends > 1 and isinstance(error, IndexError | StopIteration | ValueError):
                raise ProbeFailure(WALKED_TWICE) from error
            raise
        for weights, gradient in zip(self._weights, gradients, strict=True):
            self.gradients_left_alone &= weights.grad is not None and tensors_equal(weights.grad, gradient)


def _tensor(array: np.ndarray[Any, Any]) -> torch.Tensor:
    """Return a copy as a tensor: a tenth of what `torch.tensor` takes, thousands of times in a search for a mistake."""
    return torch.from_numpy(array.copy())
