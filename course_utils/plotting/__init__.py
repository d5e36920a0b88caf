"""Plots shared by the workbooks. Each takes `ax=None` and returns axes; none shows anything or sets a style.

Notebooks set the style of the course by `use_style()`, in their first code cell. The colours of methods, and texts in
place of pictures, are handed on from `course_utils.look`.
"""

from course_utils.look import look_of
from course_utils.look.alt_text import describe
from course_utils.look.style import use_style
from course_utils.plotting.diagrams import Arrow, draw_diagram, draw_network
from course_utils.plotting.ideas import (
    plot_arrows,
    plot_batches,
    plot_map_of_circle,
    plot_newton_step,
    plot_secants,
    plot_slopes,
)
from course_utils.plotting.images import show_images
from course_utils.plotting.runs import COLOURS, plot_band, plot_histories

__all__ = [
    "COLOURS",
    "Arrow",
    "describe",
    "draw_diagram",
    "draw_network",
    "look_of",
    "plot_arrows",
    "plot_band",
    "plot_batches",
    "plot_histories",
    "plot_map_of_circle",
    "plot_newton_step",
    "plot_secants",
    "plot_slopes",
    "show_images",
    "use_style",
]
