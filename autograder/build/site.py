"""The site of the demos: an index, and a page for each that needs no server and no network."""

from __future__ import annotations

import base64
import html
import io
from pathlib import Path

from PIL import Image

from autograder.build.lecture_guides import LECTURES, Lecture
from autograder.build.lectures import guide
from course_utils import widgets
from course_utils.widgets.client_page import page
from course_utils.widgets.demo import Demo

__all__ = ["demo_page", "write_site"]

INDEX = "index.html"
PICTURE_WIDTH, COLOURS = 520, 64


def write_site(folder: Path) -> list[Path]:
    """Write the index and the page of every demo that the browser computes; return the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    shown = [lecture for lecture in LECTURES if _demo(lecture).scene.client]
    paths, cards = [], []
    for before, lecture, after in zip([None, *shown[:-1]], shown, [*shown[1:], None], strict=True):
        path = folder / f"{lecture.file}.html"
        path.write_text(demo_page(lecture, before, after), encoding="utf-8")
        paths.append(path)
        cards.append(_card(lecture))
    (folder / INDEX).write_text(PAGE.format(cards="\n".join(cards)), encoding="utf-8")
    return [*paths, folder / INDEX]


def demo_page(lecture: Lecture, before: Lecture | None = None, after: Lecture | None = None) -> str:
    """Return the page of a demo: the demo, its story, the folded guide, and the ways to the pages beside it."""
    links = {
        name: {"href": f"{other.file}.html", "title": _demo(other).scene.title, "short": other.file.split("_")[0]}
        for name, other in (("previous", before), ("next", after))
        if other
    }
    links = {"index": {"href": INDEX, "title": "All demos", "short": "All demos"}, **links}
    return page(_demo(lecture), about=ABOUT.format(guide=guide(lecture)), story=lecture.about, links=links)


def _demo(lecture: Lecture) -> Demo:
    made: Demo = getattr(widgets, lecture.demo)()
    return made


def _card(lecture: Lecture) -> str:
    scene = _demo(lecture).scene
    alt = html.escape(f"Picture of the demo {scene.title}")
    return CARD.format(
        file=lecture.file,
        title=html.escape(scene.title),
        about=html.escape(lecture.about, quote=False),
        alt=alt,
        picture=_picture(lecture),
    )


def _picture(lecture: Lecture) -> str:
    """Return a small picture of the demo in its first preset of the story, in few colours, as base64."""
    demo = _demo(lecture)
    demo.preset((*demo.scene.story, *demo.scene.presets)[0])
    drawn = Image.open(io.BytesIO(demo.run().frame()))
    image = Image.alpha_composite(Image.new("RGBA", drawn.size, "white"), drawn).convert("RGB")
    image.thumbnail((PICTURE_WIDTH, PICTURE_WIDTH))
    buffer = io.BytesIO()
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(buffer, "png", optimize=True)
    return base64.b64encode(buffer.getvalue()).decode()


ABOUT = """<div class="about">
{guide}
<details>
<summary>By the keyboard</summary>
<ul>
<li>Tab goes from one control to the next; the arrow keys move a slider, whole numbers one by one.</li>
<li>The arrow keys also move a grabbed point of a picture, with Shift in larger steps.</li>
<li>Enter or the space bar presses a button: a preset, Play, One step, Keep this one, Copy link.</li>
<li>Escape leaves the full screen.</li>
</ul>
</details>
</div>"""

CARD = """<li><a href="{file}.html"><img src="data:image/png;base64,{picture}" alt="{alt}" loading="lazy">
<strong>{title}</strong></a><p>{about}</p></li>"""

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>Demos: optimization and normalization</title>
<style>
:root {{ color-scheme: light dark; --paper: #fff; --ink: #16181d; --edge: #7d8590; --accent: #0067a3; }}
@media (prefers-color-scheme: dark) {{
  :root {{ --paper: #14161a; --ink: #eceff3; --edge: #6d7682; --accent: #6dbcf2; }}
}}
body {{ font: 18px/1.45 system-ui, sans-serif; margin: 0; background: var(--paper); color: var(--ink); }}
main {{ max-width: 90em; margin: 0 auto; padding: 1em; }}
ul {{ list-style: none; padding: 0; display: grid; gap: 1.2em;
  grid-template-columns: repeat(auto-fill, minmax(min(20em, 100%), 1fr)); }}
li {{ border: 1px solid var(--edge); border-radius: .5em; overflow: hidden; }}
a {{ color: var(--accent); display: block; text-decoration: none; }}
a:focus-visible {{ outline: 3px solid var(--accent); outline-offset: -3px; }}
img {{ width: 100%; aspect-ratio: 2; object-fit: contain; background: #fff; display: block; }}
strong, p {{ display: block; margin: .4em .7em; }}
</style>
</head>
<body>
<main>
<h1>Demos: optimization and normalization in deep learning</h1>
<p>Everything is computed in your browser. Grab what you see, press a preset, or copy a link to what you found.</p>
<ul>
{cards}
</ul>
</main>
</body>
</html>
"""
