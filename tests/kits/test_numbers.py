"""What a student's function may return as a number or an array, and what is refused."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
import torch

from course_utils.checks.judge import judge
from course_utils.checks.observe import observe
from course_utils.checks.recorded import load_recorded
from course_utils.exercises import exercise_ids
from course_utils.kits.probe import ProbeFailure, as_array, load_probe

NUMBERS = {
    "an integer": 3,
    "a float": 3.0,
    "a fraction": Fraction(3),
    "a numpy number": np.float32(3.0),
    "an array of integers": np.array(3),
    "a tensor": torch.tensor(3.0),
    "a tensor with a graph": torch.tensor(3.0, requires_grad=True) * 1,
    "a half": torch.tensor(3.0, dtype=torch.bfloat16),
}
OTHERS = {
    "text": "3.0",
    "bytes": b"3.0",
    "True": True,
    "numpy's True": np.True_,
    "an array of truth values": np.array([True, False]),
    "a tensor of truth values": torch.tensor([True, False]),
    "complex": 3.0 + 0j,
    "an array of complex numbers": np.array([3.0 + 0j]),
    "a complex tensor": torch.tensor([3.0 + 0j]),
    "objects": np.array([3.0, Fraction(3)], dtype=object),
    "text in an array": np.array(["3.0"]),
    "text in a list": [1.0, "3.0"],
    "None in a list": [1.0, None],
    "a decimal": Decimal(3),
    "a set": {3.0},
    "a dictionary": {"mean": 3.0},
    "a function": abs,
    "a date": np.datetime64("2026-01-01"),
}


@pytest.mark.parametrize("value", NUMBERS.values(), ids=NUMBERS)
def test_numbers_of_every_kind_are_taken(value):
    array = as_array(value, "the mean", ())
    assert (array.dtype, float(array)) == (np.float64, 3.0)


@pytest.mark.parametrize("value", OTHERS.values(), ids=OTHERS)
def test_what_is_no_number_is_refused_in_one_sentence(value):
    with pytest.raises(ProbeFailure, match=r"^The mean (is|holds) .*; expected [^.]*\.$"):
        as_array(value, "the mean")


class Text:
    """A function, or a class, whose every result is a number as text."""

    def __new__(cls, *arguments, **options):
        return "0.5"


@pytest.mark.parametrize("exercise", exercise_ids())
@pytest.mark.parametrize("text", [Text, lambda *_, **__: ("1", "2"), lambda *_, **__: "0.5"])
def test_text_earns_nothing(exercise, text):
    probe = load_probe(exercise)
    inputs, key = load_recorded(exercise)
    assert judge(observe(probe, [text] * len(probe.objects), inputs), key).score == 0


def test_the_right_moments_as_text_are_refused():
    inputs, key = load_recorded("walk_moments")
    (part,) = key.parts
    moments = [*zip(*(part.expected[name].tolist() for name in ("mean", "variance")), strict=True)]
    calls = iter(moments)
    found = judge(observe(load_probe("walk_moments"), [lambda *_, **__: tuple(map(str, next(calls)))], inputs), key)
    assert (found.verdict, found.score) == ("wrong", 0)
    assert "text" in found.message


def test_a_list_that_holds_itself_is_refused():
    items = [1.0]
    items += [items, items]
    with pytest.raises(ProbeFailure, match="appended to itself"):
        as_array(items, "the return value")
