"""A method has the same look in a demo of the browser as in a figure of a notebook."""

import colorsys
import json
import shutil
import subprocess

import pytest

from course_utils.look.palette import METHODS, look_of
from course_utils.widgets.client_page import bundle

RUN = """
import { readFileSync } from "node:fs";
import { CourseDemos } from "./demos.mjs";
const { LOOKS, METHODS, LIGHT, DARK, lookOf } = CourseDemos;
const labels = JSON.parse(readFileSync(0, "utf-8"));
const found = Object.fromEntries(labels.map(([label, index]) => [`${label} ${index}`, lookOf(label, index)]));
console.log(JSON.stringify({ series: LOOKS, methods: METHODS, found, palettes: [LIGHT.palette, DARK.palette] }));
"""
# Markers of matplotlib by their names in the browser.
MARKERS = {
    "circle": "o",
    "square": "s",
    "up": "^",
    "diamond": "D",
    "down": "v",
    "plus": "P",
    "cross": "X",
    "pentagon": "p",
}
LABELS = [
    ("Adam", 0),
    ("AdamOptimizer", 3),
    ("MomentumOptimizer", 1),
    ("Adam, lr 0.01", 2),
    ("heavy ball, lr 0.1", 0),
    ("SophiaOptimizer", 4),
    ("my own", 6),
]

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")


@pytest.fixture(scope="module")
def browser_says(tmp_path_factory):
    folder = tmp_path_factory.mktemp("looks")
    (folder / "demos.mjs").write_text(f"{bundle()}\nexport {{ CourseDemos }};\n")
    (folder / "run.mjs").write_text(RUN)
    done = subprocess.run(
        ["node", "run.mjs"], cwd=folder, input=json.dumps(LABELS), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def hue_and_saturation(colour):
    red, green, blue = (int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5))
    hue, _, saturation = colorsys.rgb_to_hls(red, green, blue)
    return 360 * hue, saturation if max(red, green, blue) - min(red, green, blue) > 0.08 else 0.0


def same_colour(one, other):
    """Tell whether two colours, for grounds of different lightness, have nearly the same hue, or are both grey."""
    (hue, saturation), (other_hue, other_saturation) = hue_and_saturation(one), hue_and_saturation(other)
    if min(saturation, other_saturation) == 0:
        return saturation == other_saturation
    apart = abs(hue - other_hue) % 360
    return min(apart, 360 - apart) < 25


def same_look(there, here, palettes):
    solid = isinstance(here.dash, str) and here.dash == "-"
    colours = all(same_colour(palette[there["colour"]], here.colour) for palette in palettes)
    return colours and MARKERS[there["marker"]] == here.marker and (there["dash"] == []) == solid


def test_all_methods_of_the_figures_are_those_of_the_demos(browser_says):
    assert set(browser_says["methods"]) == set(METHODS)


@pytest.mark.parametrize("name", METHODS)
def test_a_method_looks_alike_in_figure_and_demo(browser_says, name):
    assert same_look(browser_says["methods"][name], METHODS[name], browser_says["palettes"])


def test_methods_differ_in_the_demos_where_they_differ_in_figures(browser_says):
    looks = {name: json.dumps(look) for name, look in browser_says["methods"].items()}
    for one in METHODS:
        for other in METHODS:
            assert (looks[one] == looks[other]) == (METHODS[one] == METHODS[other]), (one, other)


@pytest.mark.parametrize("index", range(7))
def test_lines_without_a_method_look_like_those_of_figures(browser_says, index):
    assert same_look(browser_says["series"][index], look_of(None, index), browser_says["palettes"])


@pytest.mark.parametrize(("label", "index"), LABELS)
def test_a_label_finds_its_method_as_in_figures(browser_says, label, index):
    found = browser_says["found"][f"{label} {index}"]
    assert same_look(found, look_of(label, index), browser_says["palettes"])


def test_the_comparison_of_colours_can_fail():
    assert not same_colour("#0072b2", "#d55e00")
    assert not same_colour("#0072b2", "#7f7f7f")
