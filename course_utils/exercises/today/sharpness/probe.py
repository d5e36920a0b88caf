"""How `hessian_vector_product` and `sharpness` are exercised: on the loss of a small network, and on its negative."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from course_utils.kits.calls import call
from course_utils.kits.comparing import every, flag
from course_utils.kits.probe import Inputs, Outputs, Part, Pieces, Probe, ProbeFailure, as_array
from course_utils.kits.tensors import chance, parameters, same, tensor

__all__ = ["FEW", "LOSSES", "MANY", "PROBE", "Loss"]

PRODUCT, SHARPNESS = "hessian_vector_product", "sharpness"
DECLARED = {
    PRODUCT: f"{PRODUCT}(loss_fn, params, vectors)",
    SHARPNESS: f"{SHARPNESS}(loss_fn, params, iterations=20, generator=None)",
}
# The sign of the loss: the Hessian of the second one has a negative eigenvalue that is the largest in size.
LOSSES = {"first": 1.0, "second": -1.0}
PIECES = ("weight", "bias", "output")
FEW, MANY = (2, 3), 40
NO_GRAPH = (
    "autograd finds nothing to differentiate: the number that it was given has no record of how it was computed "
    "from the parameters. A gradient that is to be differentiated again needs that record, and the number that is "
    "differentiated the second time has to be computed from the gradient."
)


class Loss:
    """Half the mean squared error of a network with one hidden layer of tanh, times a sign.

    Args:
        inputs: `x` (examples, 2), `y` (examples,), and the tensors of the network by the names in `PIECES`: `weight`
            (3, 2), `bias` (3,) and `output` (1, 3). They have fewer than 16 numbers together, so that torch draws the
            same normal numbers whether they are drawn tensor by tensor or all at once.
        sign: 1 or -1.

    Attributes:
        params: The tensors; each has a gradient.
    """

    def __init__(self, inputs: Inputs, sign: float) -> None:
        self._inputs, self._sign = inputs, sign
        self._x, self._y = tensor(inputs["x"]), tensor(inputs["y"])
        self.params = [tensor(inputs[name]).requires_grad_() for name in PIECES]
        for parameter in self.params:
            parameter.grad = torch.full_like(parameter, 0.5)

    def __call__(self) -> torch.Tensor:
        """Return the loss at the current `params`, a tensor with one number."""
        weight, bias, output = self.params
        error = torch.tanh(self._x @ weight.T + bias) @ output[0] - self._y
        return 0.5 * self._sign * error.square().mean()

    def left_alone(self) -> dict[str, bool]:
        """Say whether the tensors, and the gradients in them, are those of the beginning."""
        kept = every(same(parameter, self._inputs[name]) for name, parameter in zip(PIECES, self.params, strict=True))
        gradients = (parameter.grad for parameter in self.params)
        return {"params": kept, "gradients": every(g is not None and bool((g == 0.5).all()) for g in gradients)}


def _product(function: object, inputs: Inputs) -> Outputs:
    """Return the product with one vector for both losses, all pieces one after the other."""
    outputs: Outputs = {}
    seen = []
    for name, sign in LOSSES.items():
        loss = Loss(inputs, sign)
        vectors = [tensor(inputs[f"vector_{piece}"]) for piece in PIECES]
        found = _answer(PRODUCT, function, loss, list(loss.params), vectors)
        pieces = [
            as_array(value, f"piece {number} of the product", tuple(parameter.shape)).ravel()
            for number, (value, parameter) in enumerate(zip(parameters(found, 3, PRODUCT), loss.params, strict=True), 1)
        ]
        outputs[f"{name}_product"] = np.concatenate(pieces)
        seen.append(loss.left_alone())
    return {**outputs, **_manners(seen)}


def _sharpness(function: object, _: object, inputs: Inputs) -> Pieces:
    """Yield the sharpness after a few iterations, which is quick, then with the default values and after many."""
    losses = {name: Loss(inputs, sign) for name, sign in LOSSES.items()}
    seed = int(inputs["seed"])

    def value(loss: Loss, **options: Any) -> np.ndarray:
        with chance(seed + 1):
            found = _answer(SHARPNESS, function, loss, list(loss.params), **options)
        return as_array(found, f"the return value of {SHARPNESS}", ())

    def drawn() -> torch.Generator:
        return torch.Generator().manual_seed(seed)

    for count in FEW:
        yield {f"after_{count}": value(losses["first"], iterations=count, generator=drawn())}
    yield {"default_value": value(losses["first"])}
    for name, loss in losses.items():
        yield {f"{name}_value": value(loss, iterations=MANY, generator=drawn())}
    yield _manners([loss.left_alone() for loss in losses.values()])


def _answer(name: str, function: object, *arguments: object, **options: object) -> Any:
    try:
        return call(function, DECLARED[name], *arguments, **options)
    except RuntimeError as error:
        if "does not require grad" in str(error):
            raise ProbeFailure(NO_GRAPH) from error
        raise


def _manners(seen: list[dict[str, bool]]) -> Outputs:
    return {f"{what}_left_alone": flag(every(one[what] for one in seen)) for what in ("params", "gradients")}


PROBE = Probe(
    "sharpness",
    (PRODUCT, SHARPNESS),
    (Part(PRODUCT, (PRODUCT,), _product), Part(SHARPNESS, (SHARPNESS, PRODUCT), _sharpness)),
)
