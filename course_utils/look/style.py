"""The look of all figures of a notebook, set once in its first code cell."""

from __future__ import annotations

import base64
import html
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.rcsetup import cycler

from course_utils.look.alt_text import alt_text
from course_utils.look.palette import COLOURS, DASHES, INK

__all__ = ["FULL_WIDTH", "RC", "figure_html", "use_style"]

# Inches: at 100 dots each, the 900 pixels of a notebook's column.
FULL_WIDTH = 9.0
RC: Any = {
    "figure.dpi": 100,
    "figure.figsize": (7.0, 3.8),
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "legend.framealpha": 0.0,
    "legend.handlelength": 2.8,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": INK,
    "axes.titlecolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "font.size": 11.0,
    "axes.titlesize": 11.5,
    "axes.labelsize": 11.0,
    "legend.fontsize": 10.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "lines.linewidth": 1.8,
    "axes.prop_cycle": cycler(color=COLOURS) + cycler(linestyle=DASHES),
}


def use_style() -> None:
    """Give all figures of this process the look of the course; in a notebook they are sharp and described in words.

    Letters and axes are grey on a transparent ground, for light and dark pages alike. In a notebook a figure has an
    alternative text, which says what is drawn with the numbers of this run, and twice as many dots as the page.
    """
    mpl.rcParams.update(RC)
    shell = _shell()
    if shell is not None:
        import matplotlib.pyplot as plt

        # A backend that is loaded later would take the formatters of figures away.
        plt.switch_backend(mpl.get_backend())
        shell.display_formatter.formatters["text/html"].for_type(Figure, figure_html)


def figure_html(figure: Figure) -> str:
    """Return a figure as HTML: a PNG of 200 dots per inch, shown at half its size, with its alternative text."""
    from IPython.core.pylabtools import retina_figure

    data, size = retina_figure(figure, base64=True)
    text = data if isinstance(data, str) else base64.b64encode(data).decode()
    return (
        f'<img src="data:image/png;base64,{text.strip()}" width="{size["width"]}" '
        f'style="max-width: 100%; height: auto" alt="{html.escape(alt_text(figure))}">'
    )


def _shell() -> Any:
    """Return the running IPython shell; None elsewhere."""
    try:
        from IPython.core.getipython import get_ipython
    except ImportError:
        return None
    return get_ipython()
