"""Start and Stop for a demo that trains: the training shares the kernel's event loop, so that Stop is heard."""

from __future__ import annotations

import asyncio
import html
from collections.abc import Callable

import ipywidgets as widgets

from course_utils.widgets.scene import LiveDemo

__all__ = ["TrainingButtons"]

# The rest after each piece of work, in which the kernel reads what the front end has sent.
PAUSE_S = 0.01


class TrainingButtons:
    """Two buttons and a line that says what is going on.

    Args:
        demo: The demo whose training they start and stop.
        complain: Called with the error if training fails.
        settle: Called before training starts, to take over values that have just been set.
    """

    def __init__(self, demo: LiveDemo, complain: Callable[[Exception], None], settle: Callable[[], None]) -> None:
        self.demo, self.complain, self.settle = demo, complain, settle
        self._task: asyncio.Task[None] | None = None
        self.start_button = widgets.Button(description="Start", icon="play")
        self.stop_button = widgets.Button(description="Stop", icon="stop", disabled=True)
        self.line = widgets.HTML()
        self.start_button.on_click(lambda _: self.start())
        self.stop_button.on_click(lambda _: self.stop())
        self.box = widgets.HBox([self.start_button, self.stop_button, self.line])
        self._say("ready", False)

    def start(self) -> None:
        """Train in the kernel's event loop; where none runs (a script), train to the end at once."""
        self.settle()
        self.stop()
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self.demo.run()
            self._say("done", False)
            return
        self._say("training", True)
        self._task = loop.create_task(self._train())

    def stop(self) -> None:
        """End the training that runs, if one does; its picture stays as it is."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
            self._say("stopped", False)

    async def _train(self) -> None:
        mine = asyncio.current_task()
        try:
            for _ in self.demo.training():
                await asyncio.sleep(PAUSE_S)
        except Exception as error:
            self.complain(error)
            self._end(mine, "failed")
        else:
            self._end(mine, "done")

    def _end(self, task: asyncio.Task[None] | None, word: str) -> None:
        # A run that was stopped and replaced says nothing about its successor.
        if self._task is task:
            self._task = None
            self._say(word, False)

    def _say(self, word: str, running: bool) -> None:
        self.start_button.disabled, self.stop_button.disabled = running, not running
        self.line.value = f"<span role='status'>{html.escape(word)}</span>"
