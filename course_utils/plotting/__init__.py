"""Plots shared by the workbooks. Each takes `ax=None` and returns axes; none shows anything or sets a style."""

from course_utils.plotting.images import show_images
from course_utils.plotting.runs import COLOURS, plot_band, plot_histories

__all__ = ["COLOURS", "plot_band", "plot_histories", "show_images"]
