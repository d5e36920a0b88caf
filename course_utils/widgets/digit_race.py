"""T5: update rules on a real network, from one start and on the same batches; classes of the notebook may run too."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import torch
from matplotlib.figure import Figure, SubFigure
from numpy.typing import NDArray

from course_utils.models import MLP
from course_utils.widgets.controls import Choice, Number, State
from course_utils.widgets.demo import Demo
from course_utils.widgets.digit_training import RULES, Images, Maker, every, first_layers, mnist_images, small_digits
from course_utils.widgets.noise import STREAM, picks
from course_utils.widgets.picture import Picture, fit
from course_utils.widgets.scene import Scene
from course_utils.widgets.style import line, quiet

__all__ = ["HIDDEN", "SCENE", "training_race", "training_race_demo"]

HIDDEN, CLASSES, LAST, MOST_LOST = 32, 10, 10, 10.0
DATA: dict[str, Callable[[], Images]] = {"8 x 8 digits": small_digits, "MNIST, 14 x 14": mnist_images}
ALL = "all of them"

PRESETS: dict[str, dict[str, Any]] = {
    "one small rate": {},
    "good for heavy ball": {"lr": 3e-2, "steps": 200},
    "good for SGD": {"lr": 0.3, "steps": 200},
    "larger batches": {"batch_size": 250, "lr": 3e-2, "steps": 200},
    "real digits of MNIST": {"data": "MNIST, 14 x 14", "lr": 1e-2, "steps": 200},
}


def _controls(names: list[str]) -> tuple[Choice | Number, ...]:
    return (
        Choice("data", "Images", tuple(DATA), "8 x 8 digits"),
        Choice("rule", "Optimizer", (ALL, *names), ALL),
        Number("batch_size", "Batch size", 1, 250, 25, log=True, whole=True),
        Number("lr", "Learning rate", 1e-5, 3.0, 2e-3, log=True),
        Number("beta", "Momentum (memory)", 0.0, 0.99, 0.9),
        Number("steps", "Updates", 10, 2000, 100, whole=True),
        Number("seed", "Seed", 0, 99, 0, whole=True),
    )


def _chosen(makers: dict[str, Maker], state: State) -> dict[str, Maker]:
    return makers if state["rule"] == ALL else {state["rule"]: makers[state["rule"]]}


def _simulation(makers: dict[str, Maker], own: Sequence[str]) -> Callable[[State], dict[str, Any]]:
    """Return what is known before Start: nothing of torch's rules, all of the classes of the notebook.

    Those train at once, because only the kernel can train them; the browser draws their losses among its own.
    """

    def simulate(state: State) -> dict[str, Any]:
        chosen = _chosen(makers, state)
        losses = {name: np.full(state["steps"], np.nan) for name in chosen}
        mine = {name: chosen[name] for name in own if name in chosen}
        for piece in _steps(mine, state) if mine else ():
            losses |= piece["losses"]
        return {"losses": losses}

    return simulate


def _sent(own: Sequence[str]) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Return what sends the losses of the classes of the notebook to the browser; they end where they are lost."""

    def sent(arrays: dict[str, Any]) -> dict[str, Any]:
        found = {name: arrays["losses"][name] for name in own if name in arrays["losses"]}
        return {"losses": {name: losses[np.isfinite(losses)].tolist() for name, losses in found.items()}}

    return sent


def _work(makers: dict[str, Maker]) -> Callable[[State], Iterator[dict[str, Any]]]:
    def work(state: State) -> Iterator[dict[str, Any]]:
        return every(_steps(_chosen(makers, state), state))

    return work


def _started(inputs: int, seed: int) -> MLP:
    """Return the network of 64 (or 196), 32 and 10 units with the first weights of a seed."""
    model = MLP(inputs, CLASSES, [HIDDEN])
    starts = [part for layer in first_layers(seed, (inputs, HIDDEN, CLASSES)) for part in layer]
    with torch.no_grad():
        for parameter, start in zip(model.parameters(), starts, strict=True):
            parameter.copy_(torch.from_numpy(start.T))
    return model


def _steps(makers: dict[str, Maker], state: State) -> Iterator[dict[str, Any]]:
    """Give every rule one update in turn; yield the losses of the batches so far."""
    x, y = DATA[state["data"]]().tensors()
    models = {name: _started(x.shape[1], state["seed"]) for name in makers}
    optimizers = {name: maker(list(models[name].parameters()), state) for name, maker in makers.items()}
    losses = {name: np.full(state["steps"], np.nan) for name in makers}
    for t in range(state["steps"]):
        size = state["batch_size"]
        batch = torch.from_numpy(picks(state["seed"] + STREAM, size, len(x), t * size))
        for name, model in models.items():
            model.zero_grad()
            loss = torch.nn.functional.nll_loss(model(x[batch]), y[batch])
            loss.backward()
            with torch.no_grad():
                optimizers[name].step()
            losses[name][t] = loss.item()
        yield {"losses": losses}


def describe(state: State, arrays: dict[str, Any]) -> str:
    """Rank the rules by the mean loss of their last ten updates; name those that are lost or above their start."""
    begun = {name: losses for name, losses in arrays["losses"].items() if np.isfinite(losses).any()}
    if not begun:
        return "Press Start: all rules train from the same weights, on the same batches."
    done = max(int(np.flatnonzero(np.isfinite(losses))[-1]) + 1 for losses in begun.values())
    ends = {name: losses[max(0, done - LAST) : done].mean() for name, losses in begun.items()}
    lost = [name for name, end in ends.items() if not end < MOST_LOST]
    order = sorted((name for name in ends if name not in lost), key=lambda name: float(ends[name]))
    ranking = ", ".join(f"{name} {ends[name]:.3g}" for name in order)
    said = f"Mean loss of the last {min(done, LAST)} of {done} updates at lr {state['lr']:.3g}: {ranking or 'none'}"
    return f"{said}. Diverged: {', '.join(lost)}." if lost else f"{said}."


def draw(figure: Figure | SubFigure, state: State, arrays: dict[str, NDArray[Any]]) -> Picture:
    """Draw the batch loss of every rule in one panel each, two by two."""
    columns = min(2, len(arrays["losses"]))
    axes = figure.subplots(math.ceil(len(arrays["losses"]) / columns), columns, squeeze=False).ravel()
    lines = []
    for panel in axes:
        lines += quiet(panel).plot([], [])
        panel.set(xlabel="update", ylabel="batch loss (nats)")

    def update(state: State, arrays: dict[str, Any]) -> object:
        # Another choice of rules leaves panels empty, or does without one.
        shown = list(arrays["losses"].items()) + [("", np.full(1, np.nan))] * len(axes)
        for i, (panel, drawn, (name, losses)) in enumerate(zip(axes, lines, shown, strict=False)):
            panel.set_title(name)
            drawn.set(**line(i, name), markersize=4)
            drawn.set_data(np.arange(len(losses)), losses)
            drawn.set_markevery(max(1, len(losses) // 10))
            fit(panel, state["steps"], np.array([0.0, 2.5]))
            panel.set_ylim(0, 2.5)
        return state["steps"], tuple(arrays["losses"])

    update(state, arrays)
    return Picture(tuple(lines), update)


def _record() -> dict[str, Any]:
    return {name: images().record() for name, images in DATA.items()}


def _scene(rules: Sequence[str], own: dict[str, Maker] | None = None) -> Scene:
    own = own or {}
    makers = {**{rule: RULES[rule] for rule in rules}, **own}
    return Scene(
        name="training_race",
        title="Update rules on a network",
        controls=_controls(list(makers)),
        simulate=_simulation(makers, tuple(own)),
        draw=draw,
        describe=describe,
        presets=PRESETS,
        client=True,
        data=lambda: {"rules": list(rules), **_record()},
        own=_sent(tuple(own)) if own else None,
        size=(9.0, 3.4 * math.ceil(len(makers) / 2)),
        story=("one small rate", "good for heavy ball", "good for SGD"),
        alt="Batch losses of four update rules at three learning rates: at the small rate only RMSProp and Adam learn, "
        "at the middle one heavy ball too, and at the large one plain descent does well.",
        work=_work(makers),
    )


SCENE = _scene(tuple(RULES))


def training_race_demo(**changes: Any) -> Demo:
    """Return the demo with torch's rules; `changes` set controls by name, as in `training_race_demo(lr=0.02)`."""
    return Demo(SCENE, **changes)


def training_race(*optimizer_classes: Callable[..., Any], **changes: Any) -> Demo:
    """Let optimizer classes of the notebook train beside SGD, as in `training_race(MomentumOptimizer)`.

    Args:
        optimizer_classes: Called as `optimizer_class(parameters, lr=...)`, with a `step()`; one for matrices only, such
            as Muon, as `by_matrix(MuonOptimizer)`.
        changes: Values of controls, by name.
    """
    own = {getattr(cls, "__name__", str(cls)): _own(cls) for cls in optimizer_classes}
    return Demo(_scene(("SGD",), own), **changes)


def _own(cls: Callable[..., Any]) -> Maker:
    return lambda parameters, state: cls(parameters, lr=state["lr"])
