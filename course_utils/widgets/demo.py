"""A demo: the state of a scene, its picture and its verdict."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from textwrap import wrap
from typing import Any

from matplotlib import rc_context
from matplotlib.figure import Figure, SubFigure

from course_utils.widgets.controls import read_state, start_state
from course_utils.widgets.picture import Film, Picture, new_figure
from course_utils.widgets.scene import Scene
from course_utils.widgets.style import INK, LETTERS

__all__ = ["Demo"]


class Demo:
    """One demo with its state: `show()` in a notebook, `static()` without a front end.

    Args:
        scene: What the demo is made of.
        changes: Values other than the scene's own, by control name.

    Attributes:
        dpi: Pixels per inch of the frames; to be set before the first.

    Raises:
        ValueError: A value makes no sense; the message names the control and its range.
    """

    def __init__(self, scene: Scene, **changes: Any) -> None:
        self.scene = scene
        self.state = read_state(scene.controls, start_state(scene.controls), changes)
        self.arrays = scene.simulate(self.state)
        self._film: Film | None = None
        self.dpi = 100.0
        self.listeners: list[Callable[[], None]] = []

    def set(self, **changes: Any) -> None:
        """Change some values and simulate again. On a bad value nothing changes and ValueError says why."""
        self.state = read_state(self.scene.controls, self.state, changes)
        self.arrays = self.scene.simulate(self.state)
        self._tell()

    def _tell(self) -> None:
        for listener in self.listeners:
            listener()

    def training(self) -> Iterator[None]:
        """Train piece by piece; after each piece `arrays` holds what is known so far, and the views show it."""
        pieces = self.scene.work(self.state) if self.scene.work else iter(())
        for arrays in pieces:
            self.arrays = arrays
            self._tell()
            yield

    def run(self) -> Demo:
        """Train to the end, where there is anything to train, and return this demo."""
        for _ in self.training():
            pass
        return self

    def preset(self, name: str) -> None:
        """Go to a named state.

        Raises:
            ValueError: There is no such preset; the message lists them.
        """
        if name not in self.scene.presets:
            raise ValueError(f"there is no preset {name!r}; this demo has {', '.join(self.scene.presets)}")
        self.set(**{**start_state(self.scene.controls), **self.scene.presets[name]})

    def text_summary(self) -> str:
        """Return the verdict on the present state, in words."""
        return self.scene.describe(self.state, self.arrays)

    def sent(self) -> dict[str, Any]:
        """Return what the browser cannot compute for the present state, with the state that it belongs to."""
        return {"state": self.state, **self.scene.own(self.arrays)} if self.scene.own else {}

    def frame(self) -> bytes:
        """Return the picture of the present state as PNG. One figure is kept and its artists are moved."""
        if self._film is None:
            figure = new_figure(self.scene.size, self.dpi)
            self._film = Film(figure, self._drawn(figure))
        return self._film.frame(self.state, self.arrays)

    def static(self) -> Figure:
        """Return a figure that tells the story without a front end: the presets of the story, one below the other."""
        names = self.scene.story or tuple(self.scene.presets)[:3]
        width, height = self.scene.size
        figure = new_figure((width, (height + 0.5) * len(names)))
        for part, name in zip(figure.subfigures(len(names), 1, squeeze=False)[:, 0], names, strict=True):
            demo = Demo(self.scene, **self.scene.presets[name]).run()
            title = "\n".join(wrap(f"{name}: {demo.text_summary()}", round(11 * width)))
            part.suptitle(title, fontsize=12, color=INK)
            demo._drawn(part).hold_still()
        return figure

    def _drawn(self, figure: Figure | SubFigure) -> Picture:
        with rc_context(LETTERS):
            return self.scene.draw(figure, self.state, self.arrays)

    def to_json(self) -> str:
        """Return the whole state as one line of JSON, for a slide or a link."""
        return json.dumps({"demo": self.scene.name, "state": self.state})

    def load_json(self, text: str) -> None:
        """Take over a state that `to_json` wrote.

        Raises:
            ValueError: It is no JSON, of another demo, or holds values that make no sense.
        """
        try:
            record = json.loads(text)
        except json.JSONDecodeError as error:
            raise ValueError(f"this is not JSON: {error}") from None
        if not isinstance(record, dict) or record.get("demo") != self.scene.name:
            raise ValueError(f"this is not a state of the demo {self.scene.name!r}")
        self.set(**record.get("state", {}))

    def show(self) -> None:
        """Show the demo with its controls; where there is no front end, the static figure and its text."""
        from course_utils.widgets.panel import show

        show(self)

    def _repr_png_(self) -> bytes:
        return self.frame()
