"""Demos that are computed and drawn by the browser: as an anywidget, and as a page without any server.

Both come from one bundle, `client/demos.js`, which is generated from `client/src`.
"""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from dataclasses import asdict
from functools import lru_cache
from importlib.resources import files
from importlib.util import find_spec
from typing import Any

from course_utils.widgets.controls import start_state
from course_utils.widgets.scene import LiveDemo

__all__ = ["bundle", "client_widget", "page", "scene_record", "stylesheet"]


@lru_cache(maxsize=1)
def bundle() -> str:
    """Return the script that draws all demos; it defines `CourseDemos` and asks for nothing from outside."""
    return (files("course_utils.widgets") / "client" / "demos.js").read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def stylesheet() -> str:
    """Return the style of all demos."""
    return (files("course_utils.widgets") / "client" / "demos.css").read_text(encoding="utf-8")


def scene_record(demo: LiveDemo, **kinds: bool) -> dict[str, Any]:
    """Return what the browser needs to know of a scene, ready for JSON.

    Args:
        demo: The demo.
        kinds: `lecture=True` for large letters, `page=True` for a page that is filled by the demo.
    """
    scene = demo.scene
    return {
        "name": scene.name,
        "title": scene.title,
        "controls": [asdict(control) for control in scene.controls],
        "presets": {name: dict(values) for name, values in scene.presets.items()},
        "start": start_state(scene.controls),
        "data": dict(scene.data()),
        **kinds,
    }


def client_widget(demo: LiveDemo, lecture: bool = False) -> Any:
    """Return an anywidget for `demo`, or None where anywidget is not installed. Its state and the demo's stay equal."""
    if find_spec("anywidget") is None:
        return None
    import anywidget
    import traitlets

    class ClientDemo(anywidget.AnyWidget):  # type: ignore[misc]
        _esm = f"{bundle()}\nexport default CourseDemos.widget;\n"
        _css = stylesheet()
        scene = traitlets.Dict().tag(sync=True)
        state = traitlets.Dict().tag(sync=True)
        # What is kept to compare with, and the views of the panels: a page that is loaded again shows them again.
        kept = traitlets.Dict(allow_none=True, default_value=None).tag(sync=True)
        view = traitlets.Dict().tag(sync=True)
        # What only Python can compute for the present state.
        sent = traitlets.Dict().tag(sync=True)

    widget = ClientDemo(scene=scene_record(demo, lecture=lecture), state=demo.state, sent=demo.sent())

    def from_browser(change: dict[str, Any]) -> None:
        if change["new"] != demo.state:
            demo.set(**change["new"])

    def from_python() -> None:
        # One message, so that a path is never drawn beside the state of another.
        with widget.hold_sync():
            widget.state, widget.sent = dict(demo.state), demo.sent()

    widget.observe(from_browser, "state")
    demo.listeners.append(from_python)
    return widget


def page(
    demo: LiveDemo, *, about: str = "", story: str = "", links: Mapping[str, Mapping[str, str]] | None = None
) -> str:
    """Return a self-contained HTML page that a demo fills; its whole state can stand in the address behind "#".

    Args:
        demo: The demo; the page opens in its present state.
        about: HTML below the demo, such as a folded guide.
        story: One sentence beside the title.
        links: `{"previous": {"href": ..., "title": ..., "short": ...}, "index": ..., "next": ...}`.
    """
    record = {"scene": scene_record(demo, page=True), "start": demo.state, "story": story, "links": dict(links or {})}
    return PAGE.format(
        title=html.escape(demo.scene.title),
        css=stylesheet(),
        script=bundle().replace("</", "<\\/"),
        record=json.dumps(record).replace("</", "<\\/"),
        about=about,
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
:root {{ color-scheme: light dark; }}
body {{ margin: 0; }}
.about {{ font: 18px/1.5 system-ui, sans-serif; max-width: 46em; margin: 1em auto; padding: 0 1em; }}
summary {{ cursor: pointer; }}
@keyframes late {{ from {{ visibility: hidden; }} }}
.late {{ animation: late 2s step-end; }}
</style>
</head>
<body>
<main>
<div id="demo"><noscript><p>This demo is computed by the browser; allow scripts for this page.</p></noscript>
<p class="late">This browser cannot run the demo. A newer one can.</p></div>
{about}
</main>
<script>
{script}
CourseDemos.page({record});
</script>
</body>
</html>
"""
