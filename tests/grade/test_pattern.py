"""What feedback shows of arrays: where they are wrong, and no number of hidden inputs."""

from xml.etree import ElementTree

import numpy as np
import pytest

from autograder.grade.pattern import pattern
from autograder.grade.types import ExerciseGrade, PartGrade, SubmissionGrade
from autograder.report.feedback import feedback_page
from autograder.report.pattern import pattern_svg
from autograder.report.words import text_of
from course_utils.checks.labels import TABLE, Label
from course_utils.checks.pictures.difference import Difference
from tests.report.test_pages import sheet

SVG = "{http://www.w3.org/2000/svg}"


def difference(label, got, expected, **more):
    got, expected = np.asarray(got, dtype=float), np.asarray(expected, dtype=float)
    return Difference(label, got, expected, np.isclose(got, expected), **more)


@pytest.mark.parametrize("seed", range(8))
def test_every_entry_has_its_sign(seed):
    signs = list(np.random.default_rng(seed).choice(list("=+-?"), 12))
    expected = np.arange(12.0).reshape(3, 4)
    moved = {"=": 0.0, "+": 0.5, "-": -3.0, "?": np.nan}
    got = expected + np.array([moved[sign] for sign in signs]).reshape(3, 4)
    found = pattern([difference(Label("out", axes=TABLE), got, expected)])
    assert (found.signs, found.shape, found.axes) == ("".join(signs), (3, 4), TABLE)
    tree = ElementTree.fromstring(pattern_svg(found))
    shown = [node.text for node in tree.iter(f"{SVG}text") if node.text in ("▲", "▼", "NaN")]
    assert shown == [{"+": "▲", "-": "▼", "?": "NaN"}[sign] for sign in signs if sign != "="]
    assert found.words in tree.get("aria-label")


@pytest.mark.parametrize(
    ("label", "shape", "arranged", "axes"),
    [
        (Label("w", "step"), (5, 2, 3), (6, 5), ("entry", "step")),
        (Label("rate", axes=("step",)), (9,), (1, 9), ("", "step")),
        (Label("std", "layer"), (3,), (1, 3), ("", "layer")),
        (Label("value"), (4,), (1, 4), ("", "entry")),
        (Label("out"), (2, 2, 2), (2, 2, 2), ("axis 0", "axis 1", "axis 2")),
    ],
)
def test_time_runs_from_left_to_right(label, shape, arranged, axes):
    expected = np.zeros(shape)
    got = expected.copy()
    got[-1] = 1.0
    found = pattern([difference(label, got, expected)])
    assert (found.shape, found.axes) == (arranged, axes)
    assert found.signs.count("+") == got.sum()
    if found.axes[-1] == "step":
        assert all(row[-1] == "+" and set(row[:-1]) == {"="} for row in np.reshape(list(found.signs), arranged))


def test_a_path_has_both_its_coordinates():
    x, y = (Label(name, axes=("step",), against="y" * (name == "x")) for name in "xy")
    other = difference(y, [0.0, 1.0, 1.0], [0.0, 1.0, 2.0])
    found = pattern([difference(x, [0.0, 1.0, 2.0], [0.0, 1.0, 2.0], across=other)])
    assert (found.signs, found.shape) == ("=====-", (2, 3))


def test_there_is_none_where_there_is_no_picture():
    assert pattern([difference(Label("loss"), 1.0, 2.0)]) is None


def test_no_expected_number_is_told_and_the_report_comes_back_whole():
    expected = np.array([[0.123456, 0.234567], [0.345678, 0.456789]])
    found = pattern([difference(Label("out", axes=TABLE), expected + 1, expected)])
    parts = (PartGrade("f", "wrong", 0.0, 1.0, pattern=found), PartGrade("g", "correct", 1.0, 1.0))
    one = ExerciseGrade("e", "check-e", "wrong", 1.0, 2.0, parts=parts)
    grade = SubmissionGrade("ada", "02", "02.ipynb", (one,))
    assert SubmissionGrade.from_json(grade.to_json()) == grade
    page = feedback_page(sheet(grade), b'{"cells": []}').decode()
    assert page.count("<svg") == 1
    assert "out: all 4 entries differ." in page
    assert "out: all 4 entries differ." in text_of(one)
    assert not any(f"{value + moved:g}"[2:6] in page for value in expected.ravel() for moved in (0, 1))
