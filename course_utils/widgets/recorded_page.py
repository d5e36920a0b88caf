"""A page that steps through recorded states of a demo: pictures and verdicts, without any server or kernel."""

from __future__ import annotations

import base64
import html
import io
import json
from collections.abc import Iterable
from importlib.resources import files

from PIL import Image

from course_utils.widgets.controls import State, start_state
from course_utils.widgets.demo import Demo

__all__ = ["Recorded", "record", "recorded_page"]

Recorded = dict[str, str]


def record(demo: Demo, sweep: tuple[str, Iterable[float]] | None = None) -> list[Recorded]:
    """Return the states of a demo's presets, and of one control that is swept, each with picture and verdict.

    Args:
        demo: Any demo; one that trains is trained for every preset.
        sweep: Name and values of the control that is swept from the start state; None for presets only.

    The demo is afterwards in the state in which it was.
    """
    kept, before = [], dict(demo.state)
    for name in demo.scene.presets:
        demo.preset(name)
        demo.run()
        kept.append(_recorded(name, demo))
    if sweep is not None:
        name, values = sweep
        (label,) = (control.label for control in demo.scene.controls if control.name == name)
        for value in values:
            demo.set(**{**start_state(demo.scene.controls), name: value})
            kept.append(_recorded(f"{label}: {value:g}", demo))
    demo.set(**before)
    return kept


def _recorded(name: str, demo: Demo) -> Recorded:
    return {"name": name, "picture": _small(demo.frame()), "verdict": demo.text_summary(), "state": _said(demo.state)}


def _said(state: State) -> str:
    return ", ".join(
        f"{name} {value:g}" if isinstance(value, float) else f"{name} {value}" for name, value in state.items()
    )


def _small(png: bytes) -> str:
    """Return a picture in 128 colours as base64: a third of the size, and no difference is seen."""
    buffer = io.BytesIO()
    Image.open(io.BytesIO(png)).quantize(128, dither=Image.Dither.NONE).save(buffer, "png", optimize=True)
    return base64.b64encode(buffer.getvalue()).decode()


def recorded_page(title: str, alt: str, states: list[Recorded]) -> str:
    """Return a self-contained page: arrow keys, buttons, a slider, a list or "#3" in the link choose the state."""
    css = (files("course_utils.widgets") / "client" / "page.css").read_text(encoding="utf-8")
    options = "".join(f'<option value="{k}">{html.escape(one["name"])}</option>' for k, one in enumerate(states))
    record = json.dumps(states).replace("</", "<\\/")
    return PAGE.format(
        title=html.escape(title), alt=html.escape(alt), css=css, options=options, last=len(states) - 1, states=record
    )


PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:">
<title>{title}</title>
<style>{css}
body {{ margin: 0; }}
.demo.recorded {{ display: block; max-width: 1600px; margin: auto; }}
.demo.recorded .steps {{ display: flex; flex-wrap: wrap; gap: 8px; align-items: center; }}
.demo.recorded .steps input {{ flex: 1 1 10em; }}
.demo.recorded figure {{ overflow-x: auto; }}
.demo.recorded img {{ min-width: 720px; }}
.demo.recorded .state {{ color: #444; font-size: max(0.85em, 16px); }}
</style>
</head>
<body>
<main id="demo" class="demo lecture recorded">
<h2>{title}</h2>
<div class="steps">
<label for="list">State</label> <select id="list">{options}</select>
<button id="back">&#9664; back</button>
<input id="slider" type="range" min="0" max="{last}" value="0" aria-label="Recorded state">
<button id="on">on &#9654;</button>
</div>
<figure><img id="picture" alt="{alt}" aria-describedby="verdict"></figure>
<p id="verdict" class="verdict" role="status" aria-live="polite"></p>
<p id="state" class="state"></p>
</main>
<script type="module">
const states = {states};
const at = (id) => document.getElementById(id);
let now = 0;
function go(place) {{
  now = Math.min(states.length - 1, Math.max(0, place));
  at("picture").src = "data:image/png;base64," + states[now].picture;
  at("verdict").textContent = states[now].name + ": " + states[now].verdict;
  at("state").textContent = states[now].state;
  at("slider").value = now;
  at("slider").setAttribute("aria-valuetext", states[now].name);
  at("list").value = now;
  history.replaceState(null, "", "#" + now);
}}
at("back").addEventListener("click", () => go(now - 1));
at("on").addEventListener("click", () => go(now + 1));
at("slider").addEventListener("input", () => go(Number(at("slider").value)));
at("list").addEventListener("change", () => go(Number(at("list").value)));
addEventListener("keydown", (event) => {{
  const step = {{ ArrowLeft: -1, ArrowRight: 1 }}[event.key];
  if (!step || event.target.matches("select, input")) return;
  event.preventDefault();
  go(now + step);
}});
addEventListener("hashchange", () => go(Number(location.hash.slice(1)) || 0));
go(Number(location.hash.slice(1)) || 0);
</script>
</body>
</html>
"""
