"""How a run is followed: bars and a live graph of the loss in a notebook, plain lines elsewhere, or nothing."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Iterator
from typing import Any, Protocol, TypeVar

from course_utils.look import look_of

__all__ = ["Display", "PlainDisplay", "SilentDisplay", "followed", "make_display"]

T = TypeVar("T")


class Display(Protocol):
    """What the training loop tells about itself."""

    def epochs(self, count: int) -> Iterable[int]:
        """Iterate over the epochs."""

    def batches(self, loader: Any) -> Iterable[Any]:
        """Iterate over the batches of one epoch."""

    def epoch_ended(self, text: str, batch_losses: list[float], valid_losses: list[float], count: int) -> None:
        """Show how the epoch went."""


class SilentDisplay:
    """Shows nothing."""

    def epochs(self, count: int) -> Iterable[int]:
        """Iterate over the epochs."""
        return range(count)

    def batches(self, loader: Any) -> Iterator[Any]:
        """Iterate over the batches of one epoch."""
        yield from loader

    def epoch_ended(self, text: str, batch_losses: list[float], valid_losses: list[float], count: int) -> None:
        """Show nothing."""


class PlainDisplay(SilentDisplay):
    """Prints one line per epoch."""

    def epoch_ended(self, text: str, batch_losses: list[float], valid_losses: list[float], count: int) -> None:
        """Print the line."""
        print(text, flush=True)


class NotebookDisplay:
    """Shows fastprogress bars, below them the graph of the losses, and below that one line per epoch.

    The graph and the lines are updated once per epoch. Lines above the graph would push it out of the window.

    Args:
        label: Name of the run; the graph has the colour of the method in it.
    """

    def __init__(self, label: str | None = None) -> None:
        self._label = label
        self._master: Any = None
        self._graph: Any = None
        self._lines: list[str] = []

    def epochs(self, count: int) -> Iterator[int]:
        """Iterate over the epochs below the main bar."""
        from fastprogress.fastprogress import NBMasterBar

        self._master = NBMasterBar(range(count))
        yield from self._master

    def batches(self, loader: Any) -> Iterator[Any]:
        """Iterate over the batches below a bar of their own."""
        from fastprogress.fastprogress import NBProgressBar

        bar: Any = NBProgressBar(loader, total=len(loader), parent=self._master)
        yield from bar

    def epoch_ended(self, text: str, batch_losses: list[float], valid_losses: list[float], count: int) -> None:
        """Draw the graph, with training loss by batch and validation loss by epoch, and write the line."""
        from IPython.display import display

        self._lines.append(text)
        lines = {"text/plain": "\n".join(self._lines)}
        if self._graph is None:
            self._graph = LossGraph(count, self._label)
            self._graph.update(batch_losses, valid_losses)
            self._graph_out = display(self._graph.figure, display_id=True)
            self._lines_out = display(lines, raw=True, display_id=True)
        else:
            self._graph.update(batch_losses, valid_losses)
            self._graph_out.update(self._graph.figure)
            self._lines_out.update(lines, raw=True)


class LossGraph:
    """Training and validation loss by epoch, in one figure whose two lines grow; fastprogress's has no axis labels.

    Args:
        count: Number of epochs, the width of the graph.
        label: Name of the run; both lines have the colour of its method, the training loss paler.
    """

    def __init__(self, count: int, label: str | None = None) -> None:
        import matplotlib.pyplot as plt

        self.figure, self.axes = plt.subplots(figsize=(6, 3.5), layout="constrained")
        # What pyplot still holds is shown a second time at the end of the cell.
        plt.close(self.figure)
        colour = look_of(label).colour
        styles: dict[str, dict[str, Any]] = {
            "train": {"alpha": 0.45, "linewidth": 1.0},
            "valid": {"linestyle": "--", "marker": "o"},
        }
        self.lines = [self.axes.plot([], [], color=colour, label=name, **style)[0] for name, style in styles.items()]
        self.axes.set(xlabel="epoch", ylabel="loss (nats)", xlim=(-0.02 * count, 1.02 * count))
        self.axes.legend(loc="upper right")

    def update(self, batch_losses: list[float], valid_losses: list[float]) -> None:
        """Take over the losses (nats) of all batches and of all epochs so far; a batch ends its share of an epoch."""
        epochs = len(valid_losses)
        steps = [epochs * (i + 1) / len(batch_losses) for i in range(len(batch_losses))]
        self.lines[0].set_data(steps, batch_losses)
        self.lines[1].set_data(range(1, epochs + 1), valid_losses)
        finite = [loss for loss in batch_losses + valid_losses if math.isfinite(loss)]
        if finite:
            self.axes.set_ylim(min(finite) - 0.1, max(finite) + 0.1)


def make_display(progress: bool | None, label: str | None = None) -> Display:
    """Return the display for this place; `progress` False shows nothing, True or None what the place allows."""
    if progress is False:
        return SilentDisplay()
    return NotebookDisplay(label) if _in_notebook() else PlainDisplay()


def followed(items: Iterable[T]) -> Iterable[T]:
    """Iterate with a bar in a notebook, and without one elsewhere: for training that draws no graph."""
    if not _in_notebook():
        return items
    from fastprogress.fastprogress import progress_bar

    bar: Any = progress_bar(list(items))
    return bar  # type: ignore[no-any-return]


def _in_notebook() -> bool:
    """Say whether a notebook's kernel runs this; a nbgrader or nbclient run counts, since its pages show outputs."""
    if "IPython" not in sys.modules:
        return False
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    return shell is not None and hasattr(shell, "kernel")
