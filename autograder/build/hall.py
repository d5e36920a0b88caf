"""The index of the demos that Voila serves in the lecture hall: titles and sentences in place of names of files."""

from __future__ import annotations

import html
import json
from pathlib import Path

from autograder.build.lecture_guides import LECTURES, Lecture
from course_utils import widgets

__all__ = ["TEMPLATE", "write_hall"]

TEMPLATE = "course"


def write_hall(folder: Path) -> list[Path]:
    """Write a template for Voila, which finds it when `folder` is in JUPYTER_PATH; return the paths.

    The template changes the list of notebooks only: no kernel runs for it, and each demo starts its own when opened.
    """
    template = folder / "voila" / "templates" / TEMPLATE
    template.mkdir(parents=True, exist_ok=True)
    texts = {"conf.json": json.dumps({"base_template": "lab"}), "tree-lab.html": _index()}
    for name, text in texts.items():
        (template / name).write_text(text, encoding="utf-8")
    return [template / name for name in texts]


def _index() -> str:
    return PAGE.replace("CARDS", "\n".join(_card(lecture) for lecture in LECTURES))


def _card(lecture: Lecture) -> str:
    title = html.escape(getattr(widgets, lecture.demo)().scene.title)
    about = html.escape(lecture.about, quote=False)
    address = f"{{{{ base_url }}}}voila/render/{lecture.file}.ipynb"
    return f'<li><a href="{address}">{title}</a><p>{about} {lecture.minutes} minutes.</p></li>'


PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Demos: optimization and normalization</title>
<style>
:root { color-scheme: light dark; --ink: #16181d; --edge: #7d8590; --accent: #0067a3; }
@media (prefers-color-scheme: dark) { :root { --ink: #eceff3; --edge: #6d7682; --accent: #6dbcf2; } }
body { font: 20px/1.4 system-ui, sans-serif; margin: 0; color: var(--ink); }
main { max-width: 90em; margin: 0 auto; padding: 1em; }
ul { list-style: none; padding: 0; display: grid; gap: .8em;
  grid-template-columns: repeat(auto-fill, minmax(min(18em, 100%), 1fr)); }
li { border: 1px solid var(--edge); border-radius: .5em; padding: .6em .8em; }
li:focus-within, li:hover { border-color: var(--accent); }
a { color: var(--accent); font-weight: 600; }
a:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; }
h1 { font-size: 1.5em; margin: .2em 0; }
p { margin: .3em 0 0; }
</style>
</head>
<body>
<main>
<h1>Demos: optimization and normalization in deep learning</h1>
<p>A demo starts its kernel when it is opened, which takes some seconds.</p>
<ul>
CARDS
</ul>
</main>
</body>
</html>
"""
