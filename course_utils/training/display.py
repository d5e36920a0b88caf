"""How a run is followed: bars and a live graph of the loss in a notebook, plain lines elsewhere, or nothing."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import Any, Protocol

__all__ = ["Display", "PlainDisplay", "SilentDisplay", "make_display"]


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
    """Shows fastprogress bars, the lines, and the graph of training and validation loss, updated once per epoch."""

    def __init__(self) -> None:
        self._master: Any = None

    def epochs(self, count: int) -> Iterator[int]:
        """Iterate over the epochs below the main bar."""
        from fastprogress.fastprogress import NBMasterBar

        self._master = NBMasterBar(range(count))
        self._master.names = ["train", "valid"]
        yield from self._master

    def batches(self, loader: Any) -> Iterator[Any]:
        """Iterate over the batches below a bar of their own."""
        from fastprogress.fastprogress import NBProgressBar

        bar: Any = NBProgressBar(loader, total=len(loader), parent=self._master)
        yield from bar

    def epoch_ended(self, text: str, batch_losses: list[float], valid_losses: list[float], count: int) -> None:
        """Write the line and draw the graph: training loss by batch, validation loss by epoch."""
        self._master.write(text)
        epochs = len(valid_losses)
        steps = [epochs * (i + 1) / len(batch_losses) for i in range(len(batch_losses))]
        everything = batch_losses + valid_losses
        low, high = min(everything) - 0.1, max(everything) + 0.1
        graphs = [(steps, batch_losses), (list(range(1, epochs + 1)), valid_losses)]
        self._master.update_graph(graphs, (-0.2, count + 0.2), (low, high))


def make_display(progress: bool | None) -> Display:
    """Return the display for this place; `progress` False shows nothing, True or None what the place allows."""
    if progress is False:
        return SilentDisplay()
    return NotebookDisplay() if _in_notebook() else PlainDisplay()


def _in_notebook() -> bool:
    """Say whether a notebook's kernel runs this; a nbgrader or nbclient run counts, since its pages show outputs."""
    if "IPython" not in sys.modules:
        return False
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    return shell is not None and hasattr(shell, "kernel")
