"""What a function is given or computes and never reads."""

import ast

import pytest

from course_utils.changes import Unread, unread_values


def unread(source):
    function = next(node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef | ast.Lambda))
    return unread_values(function)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("def f(x, y):\n    return x", Unread(1, ("y",))),
        ("f = lambda x, y: x", Unread(1, ("y",))),
        ("def f(x):\n    y = x\n    return x", Unread(2, ("y",))),
        ("def f(x, z):\n    y = x\n    return x", Unread(2, ("y",))),
        ("def f(x):\n    y, z, w = x\n    return z", Unread(2, ("y", "w"))),
        ("def f(x):\n    for p, d in x:\n        p += 1", Unread(2, ("d",))),
        ("class A:\n    def f(self, x):\n        return 1", Unread(2, ("x",))),
        ("def f(*, eps):\n    return 1", Unread(1, ("eps",))),
    ],
)
def test_what_nothing_reads_is_found_where_it_gets_its_value(source, found):
    assert unread(source) == found


@pytest.mark.parametrize(
    "source",
    [
        "def f(x):\n    return x",
        "def f(x):\n    for step in range(3):\n        x = x / 2\n    return x",
        "def f(x):\n    return [0 for one in x]",
        "def f(x, _y):\n    _ = x\n    return x",
        "def f(x, y):\n    x[0] = y",
        "def f(x, y):\n    x += y",
        "def f(x):\n    def g():\n        return x\n    return g",
        "def f(x, y):\n    return locals()['x']",
        "def f(x):\n    with x as file:\n        return 1",
        "def f(self):\n    return 1",
    ],
)
def test_what_is_read_or_changed_or_only_counts_is_not_idle(source):
    assert unread(source) is None
