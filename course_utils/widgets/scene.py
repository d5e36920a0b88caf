"""What a demo is made of, all of it pure, and what those who show a demo know of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from matplotlib.figure import Figure, SubFigure

from course_utils.widgets.controls import Control, State
from course_utils.widgets.picture import Picture

__all__ = ["LiveDemo", "Scene"]


@dataclass(frozen=True)
class Scene:
    """What makes one demo, all of it pure.

    Args:
        name: Short name, as in "step_size".
        title: Heading.
        controls: What can be set.
        simulate: State in, named arrays out; seeded, no drawing.
        draw: `draw(figure, state, arrays)` fills an empty figure and returns what moves in it.
        describe: State and arrays in, the verdict in words out.
        presets: States (or parts of states) by name.
        size: Width and height of the figure, in inches.
        story: Presets that `static()` shows side by side.
        alt: What the static figure shows, for those who do not see it.
        client: Whether the browser can compute and draw it (`client/src/demos/<name>.js`).
        data: What the browser needs beside the state, ready for JSON; asked for when a page is made.
        own: Picks from the arrays what only Python can compute, such as the path of a student's class; ready for JSON,
            sent to the browser after each change.
        work: For training, which takes seconds: state in, arrays that grow piece by piece out. `simulate` then gives
            the arrays from before the first piece, and the panel has buttons to start and to stop.
    """

    name: str
    title: str
    controls: tuple[Control, ...]
    simulate: Callable[[State], dict[str, Any]]
    draw: Callable[[Figure | SubFigure, State, dict[str, Any]], Picture]
    describe: Callable[[State, dict[str, Any]], str]
    presets: Mapping[str, Mapping[str, Any]]
    size: tuple[float, float] = (9.0, 4.0)
    story: tuple[str, ...] = ()
    alt: str = ""
    client: bool = False
    data: Callable[[], Mapping[str, Any]] = dict
    own: Callable[[dict[str, Any]], dict[str, Any]] | None = None
    work: Callable[[State], Iterator[dict[str, Any]]] | None = None


class LiveDemo(Protocol):
    """A scene whose state changes, as panels, buttons and pages see it.

    Attributes:
        scene: What the demo is made of.
        state: The value of every control; replaced as a whole.
        dpi: Pixels per inch of the frames; to be set before the first.
        listeners: Called after every change.
    """

    scene: Scene
    state: State
    dpi: float
    listeners: list[Callable[[], None]]

    def set(self, **changes: Any) -> None:
        """Change some values and simulate again; ValueError if one makes no sense."""

    def preset(self, name: str) -> None:
        """Go to a named state."""

    def training(self) -> Iterator[None]:
        """Train piece by piece; listeners hear of every piece."""
        ...

    def run(self) -> object:
        """Train to the end."""

    def frame(self) -> bytes:
        """Return the picture of the present state as PNG."""
        ...

    def text_summary(self) -> str:
        """Return the verdict on the present state, in words."""
        ...

    def sent(self) -> dict[str, Any]:
        """Return what the browser cannot compute for the present state."""
        ...
