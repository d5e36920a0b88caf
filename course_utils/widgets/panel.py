"""The thin shell: sliders, number boxes, presets, one picture and its verdict, for ipywidgets 7.7 and 8."""

from __future__ import annotations

import asyncio
import html
import math
import sys
from collections.abc import Callable
from typing import Any

import ipywidgets as widgets
from IPython.display import display

from course_utils.widgets.client_page import client_widget
from course_utils.widgets.controls import Choice, Control, Number, Switch
from course_utils.widgets.scene import LiveDemo
from course_utils.widgets.training_buttons import TrainingButtons

__all__ = ["Panel", "show"]

# While a slider moves, further values arrive during this time and only the last is drawn.
GATHER_S = 0.01
NO_PRESET = "(presets)"
SLIDER_STEPS = 200
# Widths in letter heights: of a letter of a label, of a label at most, of a track in one of two columns and on a
# phone, of a number box.
LETTER_EM = 0.61
LABEL_EM = 19
TRACK_EM = 26
SHORT_TRACK_EM = 8
BOX_EM = 7
# A picture for the lecture hall has as many pixels as a projector.
LECTURE_DPI = 150


def show(demo: LiveDemo, lecture: bool = False) -> None:
    """Display `demo`: drawn by the browser where that is possible, else as pictures. Several views move together."""
    if lecture:
        demo.dpi = LECTURE_DPI
    widget = client_widget(demo, lecture) if demo.scene.client else None
    display(widget if widget is not None else Panel(demo).box)


class Panel:
    """The widgets of one demo on one page.

    Args:
        demo: The demo that is shown; its state is the truth, the widgets follow it.
        live: Whether to draw while a slider moves. By default: on a local kernel yes, on Colab when it is released.
    """

    def __init__(self, demo: LiveDemo, live: bool | None = None) -> None:
        self.demo = demo
        self.live = "google.colab" not in sys.modules if live is None else live
        self._pending: dict[str, Any] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._following = False
        self.image = widgets.Image(format="png", layout=widgets.Layout(max_width="100%"))
        self.verdict = widgets.HTML()
        self.problem = widgets.HTML()
        labels = [control.label for control in demo.scene.controls if isinstance(control, Number)]
        self._label_em = min(LABEL_EM, math.ceil(LETTER_EM * max(map(len, labels), default=0)))
        self.inputs = {control.name: self._input(control) for control in demo.scene.controls}
        self.presets = widgets.Dropdown(options=[NO_PRESET, *demo.scene.presets], description="Preset", **_free())
        self.presets.observe(self._on_preset, "value")
        heading = widgets.HTML(f"<h2>{html.escape(demo.scene.title)}</h2>")
        self.buttons = TrainingButtons(demo, self._complain, self._settle) if demo.scene.work else None
        start_stop = [self.buttons.box] if self.buttons else []
        self.box = widgets.VBox([heading, *self._rows(), *start_stop, self.problem, self.image, self.verdict])
        demo.listeners.append(self.follow)
        self.follow()

    def follow(self) -> None:
        """Show the demo's state: move the widgets, draw the picture, write the verdict."""
        self._following = True
        try:
            for name, parts in self.inputs.items():
                for widget in parts:
                    widget.value = _shown(widget, self.demo.state[name])
        finally:
            self._following = False
        self.image.value = self.demo.frame()
        self.verdict.value = f"<p role='status'>{html.escape(self.demo.text_summary())}</p>"
        self.problem.value = ""

    def _rows(self) -> list[widgets.Widget]:
        """Lay out the inputs: what is chosen stands in one row, and every number has a row with a long slider."""
        chosen: list[widgets.Widget] = [self.presets]
        numbers = []
        for parts in self.inputs.values():
            if len(parts) == 1:
                chosen += parts
            else:
                numbers.append(widgets.HBox(list(parts), layout=widgets.Layout(flex_flow="row wrap")))
        # Two columns only where both have room for a label, a track and a box.
        column = f"minmax(min({self._label_em + TRACK_EM + BOX_EM + 2}em, 100%), 1fr)"
        grid = widgets.Layout(grid_template_columns=f"repeat(auto-fit, {column})", width="100%")
        return [
            widgets.Box(chosen, layout=widgets.Layout(flex_flow="row wrap")),
            widgets.GridBox(numbers, layout=grid),
        ]

    def _input(self, control: Control) -> tuple[widgets.Widget, ...]:
        parts: tuple[widgets.Widget, ...]
        if isinstance(control, Number):
            parts = (_slider(control, self.live, self._label_em), _number_box(control))
        elif isinstance(control, Choice):
            parts = (widgets.Dropdown(options=list(control.options), description=control.label, **_free()),)
        else:
            assert isinstance(control, Switch)
            parts = (widgets.Checkbox(description=control.label, indent=False, **_free()),)
        for widget in parts:
            widget.observe(self._on_value(control), "value")
        return parts

    def _on_value(self, control: Control) -> Callable[[dict[str, Any]], None]:
        def changed(change: dict[str, Any]) -> None:
            if not self._following:
                # A slider between whole numbers is rounded; what is typed must be whole.
                rounds = isinstance(control, Number) and control.whole and not isinstance(change["owner"], widgets.Text)
                if isinstance(change["owner"], widgets.Text) or self._moved(control, change["new"]):
                    self._pending[control.name] = round(change["new"]) if rounds else change["new"]
                    self._soon()

        return changed

    def _moved(self, control: Control, value: Any) -> bool:
        """Tell a hand on the slider from the front end, which moves a typed value to the nearest step."""
        if not isinstance(control, Number):
            return True
        step = (_place(control, control.high) - _place(control, control.low)) / SLIDER_STEPS
        pending = self._pending.get(control.name)
        now = self.demo.state[control.name] if pending is None or isinstance(pending, str) else pending
        return control.whole or abs(_place(control, value) - _place(control, now)) >= 0.499 * step

    def _on_preset(self, change: dict[str, Any]) -> None:
        if change["new"] != NO_PRESET:
            self._guarded(lambda: self.demo.preset(change["new"]))

    def _soon(self) -> None:
        """Apply what is pending a moment later; whatever arrives until then replaces it."""
        if self._timer is not None:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self._apply()
            return
        self._timer = loop.call_later(GATHER_S, self._apply)

    def _settle(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._apply()

    def _apply(self) -> None:
        self._timer = None
        changes, self._pending = self._pending, {}
        self.presets.value = NO_PRESET
        self._guarded(lambda: self.demo.set(**changes))

    def _guarded(self, action: Callable[[], None]) -> None:
        """Run `action`; an error becomes a visible line, and the picture stays as it was."""
        if self.buttons:
            self.buttons.stop()
        try:
            action()
        except Exception as error:
            self._complain(error)

    def _complain(self, error: Exception) -> None:
        text = html.escape(str(error) or type(error).__name__)
        self.problem.value = f"<p role='alert'><b>Not changed.</b> {text}</p>"


def _shown(widget: widgets.Widget, value: Any) -> Any:
    """Return what a widget shows for a value: a text, the nearest stop of a slider, or the value."""
    if isinstance(widget, widgets.Text):
        return f"{value:.6g}"
    if isinstance(widget, widgets.SelectionSlider):
        return min(widget.options, key=lambda stop: abs(stop - value))
    return value


def _free() -> dict[str, Any]:
    """Return what makes a widget and its label as wide as their texts."""
    layout = widgets.Layout(width="auto", max_width="100%", margin="2px 12px 2px 2px")
    return {"style": {"description_width": "initial"}, "layout": layout}


def _place(control: Number, value: float) -> float:
    """Return where a value stands on its slider."""
    return math.log10(value) if control.log else value


def _slider(control: Number, live: bool, label_em: int) -> widgets.Widget:
    common = {
        "description": control.label,
        "continuous_update": live,
        "readout": False,
        "style": {"description_width": f"{label_em}em"},
        "layout": widgets.Layout(flex=f"1 1 {label_em + SHORT_TRACK_EM}em", width="auto"),
    }
    if control.log and control.whole:
        return widgets.SelectionSlider(options=_wholes(control), value=int(control.start), **common)
    if control.log:
        low, high = math.log10(control.low), math.log10(control.high)
        return widgets.FloatLogSlider(
            value=control.start, base=10, min=low, max=high, step=(high - low) / SLIDER_STEPS, **common
        )
    if control.whole:
        return widgets.IntSlider(value=int(control.start), min=int(control.low), max=int(control.high), **common)
    step = (control.high - control.low) / SLIDER_STEPS
    return widgets.FloatSlider(value=control.start, min=control.low, max=control.high, step=step, **common)


def _wholes(control: Number) -> list[int]:
    """Return the whole numbers that a logarithmic slider stops at: all of the small ones, of the large ones some."""
    shares = [k / SLIDER_STEPS for k in range(SLIDER_STEPS + 1)]
    places = {round(control.low * (control.high / control.low) ** share) for share in shares}
    return sorted({*places, int(control.start)})


def _number_box(control: Number) -> widgets.Widget:
    layout = widgets.Layout(width=f"{BOX_EM}em")
    return widgets.Text(value=f"{control.start:.6g}", continuous_update=False, layout=layout)
