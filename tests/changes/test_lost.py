"""Statements that a function may have lost: what it has the rest of, and what is like a statement that is there."""

import ast

import pytest

from course_utils.changes import lost_statements

WALK = """\
def walk(f, x, y, n, lr):
    x_hist = [x]
    y_hist = [y]
    for _ in range(n):
        dx, dy = f(x, y)
        x = x - lr * dx
        x_hist.append(x)
    return x_hist, y_hist
"""
ADAM = """\
class Adam:
    def __init__(self, parameters, lr):
        self.parameters, self.lr = parameters, lr
        self.t = 0
        self.m = [0.0 for p in parameters]

    def step(self):
        for i, p in enumerate(self.parameters):
            m = 0.9 * self.m[i] + 0.1 * p.grad
            p -= self.lr * m / (1 - 0.9 ** self.t)
"""
CASES = {
    "a coordinate that is not moved": (WALK, "x = x - lr * dx", "y = y - lr * dy"),
    "a history that is not kept": (WALK, "x_hist.append(x)", "y_hist.append(y)"),
    "a count": (ADAM, "p -= self.lr * m / (1 - 0.9 ** self.t)", "self.t += 1"),
    "a value that is not kept": (ADAM, "m = 0.9 * self.m[i] + 0.1 * p.grad", "self.m[i] = m"),
    "a list that stays empty": ("def f(x):\n    out = []\n    for one in x:\n        two = one\n    return out\n",
                                "two = one", "out.append(two)"),
    "gradients that pile up": ("def f(net, opt, x):\n    loss = net(x)\n    loss.backward()\n    opt.step()\n",
                               "loss = net(x)", "opt.zero_grad()"),
}  # fmt: skip


def texts(source, lines=None):
    return [change.applied(source) for change in lost_statements(source, lines=lines)]


@pytest.mark.parametrize(("source", "above", "lost"), CASES.values(), ids=CASES)
def test_the_statement_comes_back_behind_another_one(source, above, lost):
    row = next(row for row in source.splitlines() if row.strip() == above)
    blank = row[: len(row) - len(row.lstrip())]
    assert source.replace(row, f"{row}\n{blank}{lost}") in texts(source)


@pytest.mark.parametrize("source", [source for source, *_ in CASES.values()], ids=CASES)
def test_every_text_is_python_and_adds_one_statement(source):
    def count(text):
        return sum(isinstance(node, ast.stmt) for node in ast.walk(ast.parse(text)))

    found = texts(source)
    assert {count(text) - count(source) for text in found} <= {1, 2}  # two where a loop resets gradients
    assert len(found) == len(set(found))


def test_nothing_of_a_library_is_bound():
    """A search would change torch for the rest of the session."""
    source = (
        "import torch\ndef f(x):\n    y = torch.zeros(3, dtype=torch.float64)\n    z = x + torch.pi\n    return y\n"
    )
    bound = [node for text in texts(source) for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Attribute)]
    assert not [node for node in bound if isinstance(node.ctx, ast.Store)]


def test_only_what_was_run_is_looked_at():
    both = f"{WALK}\n{ADAM}"
    assert all("self.t += 1" not in text for text in texts(both, lines=range(1, 9)))
    assert any("self.t += 1" in text for text in texts(both))


def test_a_class_sets_up_what_it_inherits():
    source = "class Net(Module):\n    def __init__(self, size):\n        self.w = ones(size)\n"
    first = source.replace("        self.w", "        super().__init__()\n        self.w")
    assert first in texts(source)
    assert not [text for text in texts(first) if text.count("super()") > 1]
