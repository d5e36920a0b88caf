"""A demo in the lecture hall: large letters around it, and a picture that fills the width."""

from __future__ import annotations

from IPython.display import HTML, display

from course_utils.widgets.demo import Demo
from course_utils.widgets.panel import show

__all__ = ["show_in_lecture"]

# 16 px are 12 points; a projector enlarges everything once more.
LARGE = """<style>
.jp-RenderedHTMLCommon, .jp-RenderedMarkdown, .widget-html-content, .jupyter-widgets { font-size: 20px !important; }
.jupyter-widgets { --jp-widgets-font-size: 20px; --jp-widgets-inline-height: 34px; --jp-widgets-inline-width: 520px; }
.jupyter-widgets .widget-label { font-size: 20px !important; }
.jupyter-widgets input, .jupyter-widgets select, .jupyter-widgets button { font-size: 20px !important; }
.jupyter-widgets :focus-visible, .noUi-handle:focus { outline: 3px solid #0072b2; outline-offset: 2px; }
.widget-image { width: 100%; height: auto; }
details > summary { cursor: pointer; font-size: 20px; }
</style>"""


def show_in_lecture(demo: Demo) -> None:
    """Display `demo` as `demo.show()` does, in type that the last row can read."""
    display(HTML(LARGE))
    show(demo, lecture=True)
