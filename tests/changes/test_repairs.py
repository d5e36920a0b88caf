"""What is added to a formula brings back what a slip with brackets or a matrix product has taken out of it."""

import ast

import pytest

from course_utils.changes import repairs

SLIPS = {
    "an exponent that is too short": ("1 - b ** t + 1", "1 - b ** (t + 1)"),
    "a power of one term of a difference": ("x - m ** 2", "(x - m) ** 2"),
    "a divisor that is too short": ("v / 1 - b ** t", "v / (1 - b ** t)"),
    "a product that is divided too late": ("up - down / h", "(up - down) / h"),
    "a sum within a sum": ("h + 1 - c * t", "h + (1 - c) * t"),
    "a root that is too short": ("(x - m) / v + a ** 0.5", "(x - m) / (v + a) ** 0.5"),
    "a formula over two lines": ("(x - m\n            - v * t)", "(x - (m\n            - v) * t)"),
    "a factor in the middle": ("a - c * t + 1", "a - c * (t + 1)"),
    "a numerator that is lost": ("1 / (v + a)", "(x - m) / (v + a)"),
    "a matrix that is not squared": ("a * x + c * A @ x", "a * x + c * (A @ A) @ x"),
}
NUMBERS = {name: index + 2.5 for index, name in enumerate("abcmtvxh")} | {"up": 7.25, "down": 3.5}


class Matrix:
    """A number under both products, so that formulas of matrices can be told apart by numbers."""

    def __init__(self, value):
        self.value = value

    def __matmul__(self, other):
        return Matrix(self.value * other.value)

    def __rmul__(self, number):
        return Matrix(number * self.value)

    def __add__(self, other):
        return Matrix(self.value + other.value)


def value(formula):
    names = {**NUMBERS, "A": Matrix(3.25), "x": Matrix(1.5)} if "@" in formula else NUMBERS
    found = eval(formula, dict(names))
    return getattr(found, "value", found)


@pytest.mark.parametrize(("slip", "right"), SLIPS.values(), ids=SLIPS)
def test_one_change_brings_the_right_formula_back(slip, right):
    source = f"def f({', '.join([*NUMBERS, 'A'])}):\n    return {slip}\n"
    found = [change.applied(source).partition("return ")[2].strip() for change in repairs(source)]
    assert value(right) in [pytest.approx(value(formula)) for formula in found if _runs(formula)]


def test_a_nested_function_is_a_name_like_any_other():
    source = "def f(h):\n    def new(x):\n        return h(x)\n    return h\n"
    assert "    return new" in [change.applied(source).splitlines()[-1] for change in repairs(source)]


def _runs(formula):
    try:
        value(formula)
    except Exception:
        return False
    return True


def test_brackets_that_are_there_are_kept():
    """Inside its brackets, the last operand belongs to the formula there alone."""
    source = "def f(a, b, t):\n    return (a - b ** t) + 1\n"
    assert not any("t + 1" in change.new for change in repairs(source) if change.kind == "brackets")


@pytest.mark.parametrize(
    ("slip", "right"),
    [
        ("    mean, var = x, x.var(0)\n", "mean, var = x.mean(0), x.var(0)"),
        ("    ends = sorted(x)[[0, 1]]\n", "ends = sorted(x)[[0, -1]]"),
        ("    loss = y * y.log() + (1 - y) * (1 - p)\n", "loss = y * y.log() + (1 - y) * (1 - p).log()"),
    ],
)
def test_a_call_or_a_sign_that_is_lost_comes_back(slip, right):
    source = f"def f(x, y, p):\n{slip}    return x + y\n"
    found = {ast.unparse(ast.parse(change.applied(source)).body[0].body[0]) for change in repairs(source)}
    assert ast.unparse(ast.parse(right)) in found
