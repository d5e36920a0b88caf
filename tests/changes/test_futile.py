"""Statements that do nothing, and those that look alike and do something."""

import ast

import pytest

from course_utils.changes import Fact, Unread, futile_statement, unread_attributes

KEEPS = "class A:\n    def __init__(self, t):\n        self.t = t\n"


def futile(body):
    source = "def f(x, y):\n" + "".join(f"    {row}\n" for row in body.splitlines())
    return futile_statement(ast.parse(source).body[0])


@pytest.mark.parametrize(
    ("body", "line", "fact"),
    [
        ("x.sqrt()\nreturn x", 2, Fact.DROPPED),
        ("x == y\nreturn x", 2, Fact.DROPPED),
        ("x\nreturn x", 2, Fact.DROPPED),
        ("x - y * x.mean()\nreturn x", 2, Fact.DROPPED),
        ("np.exp(x)\nreturn x", 2, Fact.DROPPED),
        ("x = x\nreturn x", 2, Fact.SAME),
        ("x[0] = x[0]\nreturn x", 2, Fact.SAME),
        ("return x\nx += 1", 3, Fact.NEVER_RUN),
        ("for one in x:\n    break\n    y += 1\nreturn y", 4, Fact.NEVER_RUN),
        ("if False:\n    x += 1\nreturn x", 2, Fact.NEVER_TAKEN),
        ("while 0:\n    x += 1\nreturn x", 2, Fact.NEVER_TAKEN),
        ("if True:\n    x += 1\nreturn x", 2, Fact.ALWAYS_TAKEN),
        ("if x:\n    pass\nelse:\n    x += 1\nreturn x", 3, Fact.EMPTY),
    ],
)
def test_what_does_nothing_is_found_with_its_line(body, line, fact):
    assert futile(body) == Unread(line, (), fact)


@pytest.mark.parametrize(
    "body",
    [
        '"""A text."""\nreturn x',
        "x.sqrt_()\nreturn x",
        "x.append(y)\nreturn x",
        "np.exp(x, out=x)\nreturn x",
        "print(x.mean())\nreturn x",
        "while True:\n    return x",
        "x = y\nreturn x",
        "x, y = y, x\nreturn x",
        "for one in x:\n    continue\nreturn x",
        "x(y) + 1\nreturn x",
        "...\nreturn x",
    ],
)
def test_what_does_something_is_left_alone(body):
    assert futile(body) is None


def test_an_attribute_that_nothing_reads_is_found_where_it_gets_its_value():
    source = f"{KEEPS}        self.s = 0\n    def f(self):\n        return self.s\n"
    assert unread_attributes(ast.parse(source)) == Unread(3, ("self.t",), Fact.ATTRIBUTE)


@pytest.mark.parametrize(
    "source",
    [
        "class A(B):\n    def __init__(self, t):\n        self.t = t\n",
        f"{KEEPS}\ndef f(a):\n    return a.t\n",
        f"{KEEPS}    def f(self):\n        self.t += 1\n",
        f"{KEEPS}    def f(self, name):\n        return getattr(self, name)\n",
        "class A:\n    def __init__(self, t):\n        self._t = t\n",
    ],
)
def test_an_attribute_that_may_be_read_is_left_alone(source):
    assert unread_attributes(ast.parse(source)) is None
