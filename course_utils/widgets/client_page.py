"""Demos that are computed and drawn by the browser: as an anywidget, and as a page without any server."""

from __future__ import annotations

import html
import json
import re
from dataclasses import asdict
from importlib.resources import files
from importlib.util import find_spec
from typing import Any

from course_utils.widgets.controls import start_state
from course_utils.widgets.scene import LiveDemo

__all__ = ["client_module", "client_widget", "page", "scene_record"]

PARTS = ("maths.js", "canvas.js", "view.js")


def client_module(name: str) -> str:
    """Return the JavaScript of a demo as one module: the shared parts, then its own. Nothing comes from outside."""
    folder = files("course_utils.widgets") / "client"
    texts = [(folder / part).read_text(encoding="utf-8") for part in (*PARTS, f"{name}.js")]
    # Only the default export is kept: in one module the parts see each other.
    return re.sub(r"^export (?!default)", "", "\n".join(texts), flags=re.M)


def _css() -> str:
    return (files("course_utils.widgets") / "client" / "page.css").read_text(encoding="utf-8")


def scene_record(demo: LiveDemo, lecture: bool = False) -> dict[str, Any]:
    """Return what the browser needs to know of a scene, ready for JSON."""
    scene = demo.scene
    return {
        "title": scene.title,
        "controls": [asdict(control) for control in scene.controls],
        "presets": {name: dict(values) for name, values in scene.presets.items()},
        "start": start_state(scene.controls),
        "lecture": lecture,
        "data": dict(scene.data()),
    }


def client_widget(demo: LiveDemo, lecture: bool = False) -> Any:
    """Return an anywidget for `demo`, or None where anywidget is not installed. Its state and the demo's stay equal."""
    if find_spec("anywidget") is None:
        return None
    import anywidget
    import traitlets

    class ClientDemo(anywidget.AnyWidget):  # type: ignore[misc]
        _esm = client_module(demo.scene.name)
        _css = _css()
        scene = traitlets.Dict().tag(sync=True)
        state = traitlets.Dict().tag(sync=True)

    widget = ClientDemo(scene=scene_record(demo, lecture), state=demo.state)

    def from_browser(change: dict[str, Any]) -> None:
        if change["new"] != demo.state:
            demo.set(**change["new"])

    def from_python() -> None:
        widget.state = dict(demo.state)

    widget.observe(from_browser, "state")
    demo.listeners.append(from_python)
    return widget


def page(demo: LiveDemo, lecture: bool = True) -> str:
    """Return a self-contained HTML page in which `demo` is live; its state can stand in the link behind "#"."""
    record = json.dumps(scene_record(demo, lecture)).replace("</", "<\\/")
    state = json.dumps(demo.state).replace("</", "<\\/")
    module = client_module(demo.scene.name).replace("export default ", "const demo = ").replace("</", "<\\/")
    return PAGE.format(title=html.escape(demo.scene.title), css=_css(), module=module, scene=record, state=state)


PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:">
<title>{title}</title>
<style>{css}</style>
</head>
<body>
<main id="demo"></main>
<script type="module">
{module}
const values = {{ scene: {scene}, state: {state}, problem: "" }}, followers = [];
function fromLink() {{
  values.problem = "";
  try {{
    const hash = location.hash.slice(1);
    if (hash) values.state = {{ ...values.state, ...readLink(values.scene, hash) }};
  }} catch (error) {{ values.problem = `The link holds no state of this demo: ${{error.message}}`; }}
}}
// The link follows when the hand rests: browsers limit how often it may change.
let timer = null;
function toLink() {{
  clearTimeout(timer);
  timer = setTimeout(() => history.replaceState(null, "", "#" + encodeURIComponent(JSON.stringify(values.state))), 300);
}}
const model = {{
  get: (name) => values[name],
  set: (name, value) => {{ values[name] = value; }},
  save_changes: toLink,
  on: (name, follow) => followers.push(follow),
}};
fromLink();
addEventListener("hashchange", () => {{ fromLink(); followers.forEach((follow) => follow()); }});
demo.render({{ model, el: document.getElementById("demo") }});
</script>
</body>
</html>
"""
