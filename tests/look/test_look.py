"""One look: a colour per method, readable on light and dark, told apart without colour; pictures have texts."""

import re
from html.parser import HTMLParser

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb

from course_utils.look import COLOURS, DASHES, INK, MARKERS, METHODS, look_of
from course_utils.look.alt_text import alt_text, describe
from course_utils.look.style import FULL_WIDTH, RC, figure_html
from course_utils.plotting import plot_band
from course_utils.training.display import LossGraph
from course_utils.widgets.style import line
from tests.build.conftest import ROOT

LIGHT, DARK = "#ffffff", "#111111"  # the pages of JupyterLab


def luminance(colour):
    """WCAG 2.2: relative luminance."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return float(np.dot([0.2126, 0.7152, 0.0722], linear))


def contrast(one, other):
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_letters_can_be_read_on_light_and_on_dark_pages():
    assert contrast(INK, LIGHT) >= 4.5
    assert contrast(INK, DARK) >= 4.0


@pytest.mark.parametrize("colour", sorted({*COLOURS, *(one.colour for one in METHODS.values())}))
def test_every_line_is_seen_on_light_and_on_dark_pages(colour):
    assert min(contrast(colour, LIGHT), contrast(colour, DARK)) >= 2


def test_lines_of_one_figure_differ_in_dash_and_marker_as_well():
    assert len(set(COLOURS)) == len(set(DASHES)) == len(set(MARKERS)) == 7
    raced = [look_of(name) for name in ("SGD", "momentum", "RMSProp", "Adam", "Nesterov", "AdamW")]
    assert all(len({one[part] for one in raced}) == 6 for part in range(3))


@pytest.mark.parametrize("label", ["Adam", "AdamOptimizer", "adam"])
def test_a_method_has_one_look_whatever_its_place(label):
    assert look_of(label, 0) == look_of(label, 5) == METHODS["adam"]


def test_a_run_with_a_setting_has_the_colour_of_its_method_and_another_dash():
    plain, run = look_of("SGD", 0), look_of("SGD, lr 0.01", 2)
    assert run.colour == plain.colour
    assert run.dash != plain.dash
    assert look_of("batches of 5", 3) == look_of(None, 3) == look_of("", 10)


def test_a_method_has_one_colour_in_band_live_graph_and_demo():
    figure, ax = plt.subplots()
    plot_band(range(2), [[1, 2.0]], label="RMSProp", index=3, ax=ax)
    colours = {drawn.get_color() for drawn in [*ax.lines, *LossGraph(3, "RMSProp").lines]}
    plt.close(figure)
    assert colours == {METHODS["rmsprop"].colour} == {line(3, "RMSProp")["color"]}


class Image(HTMLParser):
    def handle_starttag(self, tag, attributes):
        self.found = dict(attributes)


def test_a_figure_in_a_notebook_is_sharp_and_has_a_text():
    with mpl.rc_context(RC):
        ax = plt.figure(figsize=(7, 4)).subplots()
        plot_band(range(5), [[5, 4, 3, 2, 1.0]], label="Adam", ax=ax)
        ax.set(xlabel="step", ylabel="loss <nats>", yscale="log")
        page = Image()
        page.feed(figure_html(ax.figure))
        plt.close(ax.figure)
    assert page.found["alt"] == "Loss <nats> against step, logarithmic in y. Adam from 5 to 1."
    assert page.found["src"].startswith("data:image/png;base64,")
    assert 500 < int(page.found["width"]) <= 100 * FULL_WIDTH


def test_a_text_says_what_is_drawn_with_the_numbers_of_the_figure():
    figure, (left, right) = plt.subplots(1, 2)
    left.plot([0, 1, 2, 3], [1.0, 0.25, 0.5, 2.0])
    left.set(title="A valley", xlabel="$x$", ylabel=r"$\eta$")
    right.bar([0, 1], [3, 4], label="seeds")
    describe(figure, "A ball in a valley.")
    text = alt_text(figure)
    plt.close(figure)
    assert text.startswith("A ball in a valley. Two panels. A valley: eta against x. ")
    assert "from 1 to 2, lowest 0.25 at 1" in text
    assert text.endswith("Seeds: 3, 4.")


@pytest.mark.parametrize(
    ("title", "begins"),
    [("a valley", "A valley"), ("$x^2$ at 1", "x^2 at 1"), ("$f(x, y)$", "f(x, y)"), ("sgd_momentum", "sgd_momentum")],
)
def test_a_text_begins_with_a_capital_letter_but_a_formula_does_not(title, begins):
    figure, ax = plt.subplots()
    ax.set_title(title)
    text = alt_text(figure)
    plt.close(figure)
    assert text == f"{begins}."


def test_values_beyond_the_colours_are_not_told():
    figure, ax = plt.subplots()
    ax.pcolormesh(np.array([[0.0, 1.0, 2.0, 1e25]] * 4), vmin=0.5, vmax=3)
    ax.set(ylabel=r"$\eta_t\,/\,\eta$")
    text = alt_text(figure)
    plt.close(figure)
    assert text == "eta_t/ eta. Values from 0.5 to 3 as colours."


def test_an_image_is_told_with_the_names_above_it():
    figure, ax = plt.subplots()
    ax.imshow(np.zeros((4, 8)))
    ax.set_xticks([2, 6], ["Sandal", "Bag"])
    text = alt_text(figure)
    plt.close(figure)
    assert text == "An image of 4 by 8 values, with Sandal, Bag."


def test_scattered_dots_are_no_path():
    figure, ax = plt.subplots()
    ax.plot([3, 1, 2.5], [2.0, 1.0, 0.0], "o")
    text = alt_text(figure)
    plt.close(figure)
    assert text == "Dots at 3 places, across from 1 to 3, upward from 0 to 2."


def test_a_path_is_told_by_its_ends():
    figure, ax = plt.subplots()
    ax.plot([3, 2, 2.5], [2.0, 1.0, 0.0], label="walk")
    text = alt_text(figure)
    plt.close(figure)
    assert text == "Walk as a path from (3, 2) to (2.5, 0)."


@pytest.mark.parametrize("path", sorted((ROOT / "autograder" / "masters").glob("0[1-6]*.py")), ids=lambda p: p.stem)
def test_figures_fit_a_notebook_and_use_the_style(path):
    text = path.read_text(encoding="utf-8")
    widths = [float(width) for width in re.findall(r"figsize=\(([\d.]+),", text)]
    assert widths
    assert max(widths) <= FULL_WIDTH
    assert text.count("\nuse_style()\n") == 1
    assert not re.findall(r"plt\.subplots\(1, [4-9]|color=\"(?:k|black|red)\", linestyle|\"k[-.,:*]", text)
