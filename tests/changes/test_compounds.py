"""A whole piece of a formula that a slip has cut off comes back, where the function has one like it."""

import ast

import pytest

from course_utils.changes import compounds


@pytest.mark.parametrize(
    ("slip", "right"),
    [
        ("var = p * (good - m) ** 2 + (1 - p)", "var = p * (good - m) ** 2 + (1 - p) * (bad - m) ** 2"),
        ("m = g.sum(1) - bad", "m = g.sum(1) - bad * (g * bad).sum(1)"),
        ("m = (g.max() / g.min(), 2 / (1 + p))", "m = (g.max() / g.min(), 2 / (1 + p) / g.max())"),
        ("m = g * good + bad", "m = g * good + bad * (p - g)"),
        ("m = (good + bad, p)", "m = (good + bad, p - (good + bad))"),
    ],
)
def test_a_factor_or_a_term_that_is_a_formula_comes_back(slip, right):
    source = f"def f(p, good, bad, m, g):\n    {slip}\n    return m\n"
    found = {ast.unparse(ast.parse(change.applied(source)).body[0].body[0]) for change in compounds(source)}
    assert ast.unparse(ast.parse(right)) in found


def test_a_lambda_is_a_function_like_any_other():
    source = "mean = lambda p, good, bad: (p * good + bad, p)\n"
    found = [change.applied(source).strip() for change in compounds(source)]
    assert "mean = lambda p, good, bad: (p * good + (bad * (p * good)), p)" in found


def test_nothing_is_brought_in_from_elsewhere():
    source = "def f(a, b):\n    return a * b\n\ndef g(c, d):\n    return c + d\n"
    assert all(not ({"a", "b"} & set(change.new) and {"c", "d"} & set(change.new)) for change in compounds(source))
