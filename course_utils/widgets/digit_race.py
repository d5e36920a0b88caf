"""Update rules on a real network, each from the same start and on the same batches; the student's own may run too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from matplotlib.figure import Figure, SubFigure
from numpy.typing import NDArray

from course_utils.models import MLP
from course_utils.widgets.controls import Number, State
from course_utils.widgets.demo import Demo
from course_utils.widgets.digit_training import digit_images, every
from course_utils.widgets.picture import Picture, fit
from course_utils.widgets.scene import Scene
from course_utils.widgets.style import line, quiet

__all__ = ["SCENE", "training_race", "training_race_demo"]

IMAGES = 2000
Maker = Callable[..., Any]

RULES: dict[str, Maker] = {
    "SGD": lambda parameters, lr: torch.optim.SGD(parameters, lr=lr),
    "heavy ball, 0.9": lambda parameters, lr: torch.optim.SGD(parameters, lr=lr, momentum=0.9),
    "RMSProp, 0.8": lambda parameters, lr: torch.optim.RMSprop(parameters, lr=lr, alpha=0.8),
}

CONTROLS = (
    Number("batch_size", "Batch size", 25, 250, 25, whole=True),
    Number("lr", "Learning rate", 1e-5, 1.0, 2e-3, log=True),
    Number("steps", "Steps", 10, 500, 50, whole=True),
    Number("seed", "Seed", 0, 99, 0, whole=True),
)

PRESETS: dict[str, dict[str, Any]] = {
    "one small rate": {},
    "good for heavy ball": {"lr": 2e-2, "steps": 100},
    "good for SGD": {"lr": 0.2, "steps": 100},
    "larger batches": {"batch_size": 250, "lr": 2e-2, "steps": 100},
}


def _simulation(makers: dict[str, Maker]) -> Callable[[State], dict[str, Any]]:
    def simulate(state: State) -> dict[str, Any]:
        return {"losses": {name: np.full(state["steps"], np.nan) for name in makers}}

    return simulate


def _work(makers: dict[str, Maker]) -> Callable[[State], Iterator[dict[str, Any]]]:
    def work(state: State) -> Iterator[dict[str, Any]]:
        return every(_steps(makers, state))

    return work


def _steps(makers: dict[str, Maker], state: State) -> Iterator[dict[str, Any]]:
    """Give every rule one update in turn; yield the losses of the batches so far."""
    x, y = digit_images(IMAGES)
    models, optimizers = {}, {}
    for name, maker in makers.items():
        torch.manual_seed(state["seed"])
        models[name] = MLP(784, 10, [100, 100])
        optimizers[name] = maker(list(models[name].parameters()), lr=state["lr"])
    picks = torch.Generator().manual_seed(state["seed"])
    losses = {name: np.full(state["steps"], np.nan) for name in makers}
    for t in range(state["steps"]):
        batch = torch.randint(IMAGES, (state["batch_size"],), generator=picks)
        for name, model in models.items():
            model.zero_grad()
            loss = torch.nn.functional.nll_loss(model(x[batch]), y[batch])
            loss.backward()
            with torch.no_grad():
                optimizers[name].step()
            losses[name][t] = loss.item()
        yield {"losses": losses}


def describe(state: State, arrays: dict[str, Any]) -> str:
    """Rank the rules by the mean loss of their last ten updates."""
    ends = {}
    for name, losses in arrays["losses"].items():
        done = losses[np.isfinite(losses)]
        if done.size:
            ends[name] = float(done[-10:].mean())
    if not ends:
        return "Press Start: all rules train from the same weights, on the same batches."
    ranking = ", ".join(f"{name} {ends[name]:.3g}" for name in sorted(ends, key=lambda name: ends[name]))
    done = max(int(np.isfinite(losses).sum()) for losses in arrays["losses"].values())
    return f"Mean loss of the last ten of {done} updates at lr {state['lr']:.3g}: {ranking}."


def draw(figure: Figure | SubFigure, state: State, arrays: dict[str, NDArray[Any]]) -> Picture:
    """Draw one panel per rule."""
    axes = figure.subplots(1, len(arrays["losses"]), squeeze=False)[0]
    lines = []
    for i, (panel, name) in enumerate(zip(axes, arrays["losses"], strict=True)):
        lines += quiet(panel).plot([], [], **{**line(i), "markersize": 4})
        panel.set(xlabel="update", ylabel="batch loss (nats)", title=name)

    def update(state: State, arrays: dict[str, Any]) -> object:
        for panel, drawn, losses in zip(axes, lines, arrays["losses"].values(), strict=True):
            drawn.set_data(np.arange(len(losses)), losses)
            drawn.set_markevery(max(1, len(losses) // 10))
            fit(panel, state["steps"], np.array([0.0, 2.5]))
            panel.set_ylim(0, 2.5)
        return state["steps"]

    update(state, arrays)
    return Picture(tuple(lines), update)


def _scene(makers: dict[str, Maker]) -> Scene:
    return Scene(
        name="training_race",
        title="Update rules on a network",
        controls=CONTROLS,
        simulate=_simulation(makers),
        draw=draw,
        describe=describe,
        presets=PRESETS,
        size=(max(6.0, 4.0 * len(makers)), 4.0),
        story=("one small rate", "good for heavy ball", "good for SGD"),
        alt="Batch losses of three update rules at three learning rates: at the small rate only RMSProp learns, at the "
        "middle one heavy ball too, and at the large one plain descent is best.",
        work=_work(makers),
    )


SCENE = _scene(RULES)


def training_race_demo(**changes: Any) -> Demo:
    """Return the demo with torch's rules; `changes` set controls by name, as in `training_race_demo(lr=0.02)`."""
    return Demo(SCENE, **changes)


def training_race(*optimizer_classes: Maker, **changes: Any) -> Demo:
    """Let optimizer classes of the notebook train beside SGD, as in `training_race(MomentumOptimizer)`.

    Args:
        optimizer_classes: Called as `optimizer_class(parameters, lr=...)`, with a `step()`; one for matrices only, such
            as Muon, as `by_matrix(MuonOptimizer)`.
        changes: Values of controls, by name.
    """
    own = {getattr(cls, "__name__", str(cls)): cls for cls in optimizer_classes}
    return Demo(_scene({"SGD": RULES["SGD"], **own}), **changes)
