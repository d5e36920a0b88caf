"""Pictures of what differs: which one is drawn, what it marks, and that it says the same as its words."""

import importlib
import math
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils.checks.judge import judge
from course_utils.checks.labels import TABLE, TIMES, Label
from course_utils.checks.observe import observe
from course_utils.checks.pictures.choose import drawn
from course_utils.checks.pictures.difference import Difference, differences
from course_utils.checks.pictures.scale import Scale, short
from course_utils.checks.recorded import load_recorded
from course_utils.exercises.optimizers.momentum import solutions as momentum
from course_utils.kits.probe import load_probe
from tests.build.conftest import ROOT

SVG = "{http://www.w3.org/2000/svg}"
MOST_BYTES = 20_000
STEPS, OUTPUT = Label("weight", "step"), Label("out", axes=TABLE)
# Odd numbers that a wrong solution may give.
VALUES = st.one_of(st.floats(-1e3, 1e3), st.sampled_from([math.nan, math.inf, -math.inf, 0.0, 1e300, -1e-300]))


def difference(label, got, expected, **more):
    got, expected = np.asarray(got, dtype=float), np.asarray(expected, dtype=float)
    return Difference(label, got, expected, np.isclose(got, expected, equal_nan=True), **more)


def picture(one):
    found = drawn([one])
    assert found is not None
    return ElementTree.fromstring(found.svg), found.words


def texts(tree):
    return [node.text for node in tree.iter(f"{SVG}text")]


def cells(tree):
    """Return how strongly each cell is coloured, and in which colour."""
    (group,) = tree.iter(f"{SVG}g")
    return [(float(node.get("fill-opacity", 0)), node.get("fill")) for node in group]


@given(st.integers(3, 9), st.data())
def test_a_curve_marks_the_first_step_that_differs(count, data):
    first = data.draw(st.integers(0, count - 1))
    expected = np.linspace(1.0, 2.0, 2 * count).reshape(count, 2)
    got = expected.copy()
    got[first:, 1] += data.draw(st.floats(0.1, 5.0))
    tree, words = picture(difference(STEPS, got, expected, start=np.array([0.5, 0.6])))
    assert words == (
        "weight: yours differs from the first step on."
        if first == 0
        else f"weight: yours first differs at step {first + 1} of {count}."
    )
    ring = next(node for node in tree.iter(f"{SVG}circle") if node.get("r") == "8")
    below = [node for node in tree.iter(f"{SVG}text") if node.get("text-anchor") == "middle"]
    places = {node.text: float(node.get("x")) for node in below}
    assert float(ring.get("cx")) == pytest.approx(places[str(first + 1)], abs=0.02)
    assert "weight, entry [1]" in texts(tree)


def test_the_lines_of_a_curve_go_through_the_numbers():
    got, expected = [1.0, 2.0, 5.0], [1.0, 3.0, 4.0]
    tree, _ = picture(difference(STEPS, got, expected))
    # The two long ones; those of the legend have two points.
    lines = [node.get("points").split() for node in tree.iter(f"{SVG}polyline")]
    drawn_lines = [[float(point.split(",")[1]) for point in line] for line in lines if len(line) == 3]
    heights = np.array(drawn_lines)
    slope, offset = np.polyfit([*expected, *got], heights.ravel(), 1)
    assert slope < 0
    assert heights == pytest.approx(slope * np.array([expected, got]) + offset, abs=0.1)


def test_a_curve_that_ends_in_nan_says_so():
    tree, words = picture(difference(STEPS, [1.0, math.nan, math.nan], [1.0, 2.0, 3.0]))
    assert "NaN from here" in texts(tree)
    assert words == "weight: yours first differs at step 2 of 3."


@given(st.integers(2, 6), st.integers(2, 6), st.data())
def test_the_cells_that_are_coloured_are_those_that_differ(rows, columns, data):
    expected = np.arange(float(rows * columns)).reshape(rows, columns)
    change = data.draw(st.lists(st.sampled_from([0.0, 1.0, -2.0]), min_size=expected.size, max_size=expected.size))
    gap = np.array(change).reshape(expected.shape)
    if expected.size < 4 or not gap.any():
        return
    tree, words = picture(difference(OUTPUT, expected + gap, expected))
    found = cells(tree)
    assert [opacity > 0 for opacity, _ in found] == [value != 0 for value in change]
    colours = {
        sign: {fill for (_, fill), value in zip(found, change, strict=True) if value * sign > 0} for sign in (1, -1)
    }
    assert not colours[1] & colours[-1]
    wrong = int((gap != 0).sum())
    turned = rows == columns and np.allclose((expected + gap).T, expected)
    many = f"all {gap.size} entries differ" if wrong == gap.size else f"{wrong} of {gap.size} entries differ"
    assert turned or words.startswith(f"out: {many}")
    assert {"feature (D) →", "example (N) ↓"} <= set(texts(tree))


def test_rows_and_columns_that_were_exchanged_are_told():
    expected = np.arange(9.0).reshape(3, 3)
    _, words = picture(difference(OUTPUT, expected.T, expected))
    assert words == "out: 6 of 9 entries differ: yours is the expected array with its two axes exchanged."


def test_a_whole_column_or_channel_that_differs_is_told():
    expected = np.ones((3, 4))
    got = expected + np.array([0.0, 0.0, 1.0, 0.0])
    assert picture(difference(OUTPUT, got, expected))[1] == "out: 3 of 12 entries differ, all of them at feature 2."
    images = Label("out", axes=("image (N)", "channel (C)", "row (H)", "column (W)"))
    got = np.zeros((2, 3, 2, 2))
    got[:, 1] = 5
    tree, words = picture(difference(images, got, np.zeros_like(got)))
    assert words == "out: 8 of 24 entries differ, all of them at channel 1."
    assert "in each block: row (H) ↓, column (W) →" in texts(tree)


def test_a_path_is_marked_where_it_parts():
    x, y = Label("x_hist", axes=("step",), against="y"), Label("y_hist", axes=("step",))
    steps = np.arange(5.0)
    other = difference(y, steps + np.array([0, 0, 0, 1, 2]), steps)
    tree, words = picture(difference(x, steps, steps, across=other))
    assert words == "x_hist: the paths part at step 3 of 4."
    assert {"start", "x_hist →", "↑ y_hist"} <= set(texts(tree))


def test_numbers_of_layers_are_named():
    label = Label("spread", "layer", "of")
    assert picture(difference(label, [1.0, 2.0, 9.0], [1.0, 2.0, 3.0]))[1] == (
        "spread: of 3 layers, this one differs: 3."
    )
    assert picture(difference(label, [5.0, 2.0, 9.0], [1.0, 2.0, 3.0]))[1] == (
        "spread: of 3 layers, these differ: 1 and 3."
    )


@pytest.mark.parametrize(
    ("label", "got"),
    [(Label("loss"), 1.0), (Label("pair"), [1.0, 2.0]), (Label("many"), np.ones(500)), (STEPS, [math.nan] * 3)],
    ids=["number", "two numbers", "too many", "nothing but NaN"],
)
def test_where_a_picture_says_no_more_than_the_number_there_is_none(label, got):
    assert drawn([difference(label, got, np.zeros(np.shape(got)))]) is None


@given(
    st.sampled_from([STEPS, OUTPUT, Label("value"), Label("spread", "layer")]),
    st.sampled_from([(3,), (7,), (3, 2), (2, 3, 2), (2, 2, 2, 2)]),
    st.data(),
)
def test_no_number_breaks_a_picture(label, shape, data):
    size = int(np.prod(shape))
    got, expected = (np.array(data.draw(st.lists(VALUES, min_size=size, max_size=size))).reshape(shape) for _ in "ab")
    one = difference(label, got, np.nan_to_num(expected, posinf=3.0, neginf=-3.0))
    if one.right.all() or (found := drawn([one])) is None:
        return
    tree = ElementTree.fromstring(found.svg)
    assert "nan" not in re.sub(r">[^<]*<", "><", found.svg.replace("aria-label", "")).lower().replace("nan from", "")
    assert found.words in tree.get("aria-label")
    assert tree.get("role") == "img"


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=9, unique=True))
def test_marks_at_an_axis_lie_within_it_and_differ(values):
    scale = Scale.over(values, (), 10.0, 300.0)
    places = [scale.at(value) for value in sorted(values)]
    assert places == sorted(places)
    ticks = scale.ticks()
    assert all(10.0 <= scale.at(value) <= 300.0 for value, _ in ticks)
    assert len({text for _, text in ticks}) == len(ticks)


def test_what_explodes_does_not_hide_what_is_expected():
    scale = Scale.over([1.0, 2.0], [1.5, 1e30], 0.0, 100.0)
    assert scale.at(2.0) - scale.at(1.0) > 10
    assert scale.at(1e30) <= 100


@given(st.floats(1e-30, 1e30))
def test_numbers_in_cells_are_short(largest):
    write, unit = short(largest)
    assert len(write(largest)) <= 6
    plain = float(write(-largest).replace("−", "-")) * float(unit or 1)
    assert plain == pytest.approx(-largest, rel=0.051)


def mutants():
    for path in sorted((ROOT / "course_utils" / "exercises").glob("*/*/solutions.py")):
        if path.parent.name not in ("capstone", "race", "tuning"):
            yield pytest.param(path, id=path.parent.name)


@pytest.mark.slow
@pytest.mark.parametrize("path", list(mutants()))
def test_every_picture_of_a_known_mistake_is_small_and_whole(path: Path):
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    module, (inputs, key) = importlib.import_module(name), load_recorded(path.parent.name)
    for objects in {**module.MUTANTS, **module.WRONG}.values():
        observation = observe(load_probe(path.parent.name), objects, inputs)
        for found in differences(observation, key, judge(observation, key)).values():
            if (made := drawn(found)) is not None:
                ElementTree.fromstring(made.svg)
                assert len(made.svg) < MOST_BYTES


def test_the_picture_is_of_the_part_and_array_that_the_number_is_of():
    inputs, key = load_recorded("momentum")
    observation = observe(load_probe("momentum"), momentum.MUTANTS["ascent"], inputs)
    judgement = judge(observation, key)
    (found,) = differences(observation, key, judgement).values()
    assert found[0].label.what == "first parameter"
    assert judgement.evidence[0].where.startswith("first parameter after step 1")
    assert differences(observation, key, replace(judgement, evidence=())) == {}


def test_times_are_those_that_causes_are_told_by():
    assert [Difference(Label("a", axes=(time,)), *[np.zeros(3)] * 3).over_time for time in TIMES] == list(TIMES)
    assert Difference(Label("a", "layer"), *[np.zeros(3)] * 3).over_time == ""
