"""What is added to a formula brings back what a slip with brackets or a matrix product has taken out of it."""

import ast

import pytest

from course_utils.changes import repairs

SLIPS = {
    "an exponent that is too short": ("1 - b ** t + 1", "1 - b ** (t + 1)"),
    "a power of one term of a difference": ("x - m ** 2", "(x - m) ** 2"),
    "a divisor that is too short": ("v / 1 - b ** t", "v / (1 - b ** t)"),
    "a product that is divided too late": ("up - down / h", "(up - down) / h"),
    "a difference behind its function": ("h * (1 - abs(v))", "h * abs(1 - v)"),
    "a small number behind its function": ("m * abs(v) + a", "m * abs(v + a)"),
    "a mean that is not subtracted before the square": ("h * x ** 2", "h * (x - m) ** 2"),
    "a sum within a sum": ("h + 1 - c * t", "h + (1 - c) * t"),
    "a root that is too short": ("(x - m) / v + a ** 0.5", "(x - m) / (v + a) ** 0.5"),
    "a formula over two lines": ("(x - m\n            - v * t)", "(x - (m\n            - v) * t)"),
    "a factor in the middle": ("a - c * t + 1", "a - c * (t + 1)"),
    "a numerator that is lost": ("1 / (v + a)", "(x - m) / (v + a)"),
    "a difference the wrong way round": ("v / (1 - t)", "v / (t - 1)"),
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


@pytest.mark.parametrize(
    "source", ["EPS = 1e-3\n", "def f(x, eps=1e-3):\n    return x + eps\n", "def f(x):\n    return x / 1e-3\n"]
)
def test_a_small_number_may_have_any_of_the_usual_sizes(source):
    assert source.replace("1e-3", "1e-08") in [change.applied(source) for change in repairs(source)]


def test_a_lambda_is_a_function_like_any_other():
    source = "mean = lambda p, good, bad: p * good + bad\n"
    found = [change.applied(source).strip() for change in repairs(source)]
    assert "mean = lambda p, good, bad: p * good + (bad * p)" in found
    assert "mean = lambda p, good, bad: p * good + (bad ** 2)" in found


def test_a_method_takes_in_what_was_added_behind_it():
    source = "def f(g, v, eps):\n    return g / v.sqrt() + eps\n"
    assert "    return (g / (v + eps).sqrt())" in [one.applied(source).splitlines()[1] for one in repairs(source)]


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
        ("    size = x.sum(0)\n", "size = (x * x).sum(0)"),
        ("    mean = sum(x)\n", "mean = sum(x) / len(x)"),
        ("    p = 1e-7 + 2e-7 * y\n", "p = 1e-7 + (1 - 2e-7) * y"),
        ("    y[0] = (1 - p) * x\n", "y[0] = p * y[0] + (1 - p) * x"),
        ("    y = x * (1 - p)\n", "y = p * y + x * (1 - p)"),
        ("    top = max(0.0, y)\n", "top = max(1.0, y)"),
        ("    rate = np.log(y) * (p / x)\n", "rate = np.log(y) * np.exp(p / x)"),
        ("    ratio = math.log(x) - math.log(y)\n", "ratio = math.exp(math.log(x) - math.log(y))"),
        ("    top = torch.linalg.eigvals(x)[-1]\n", "top = torch.linalg.eigvalsh(x)[-1]"),
        ("    loss = y * y.log() + (1 - y) * (1 - p)\n", "loss = y * y.log() + (1 - y) * (1 - p).log()"),
        ("    y = p * y + x\n", "y = p * y + (1 - p) * x"),
        ("    mean = p * x\n", "mean = p * x + (1 - p) * y"),
        ("    mean = (1 - p) * x\n", "mean = (1 - p) * x + p * y"),
        ("    y = p * y\n", "y = p * y + (1 - p) * x"),
        ("    y = np.sin(3 * x)\n", "y = 3 * np.sin(3 * x)"),
        ("    y = (x * p).sum()\n", "y = (x[::-1] * p).sum()"),
        ("    y = x.mean(axis=(0, 2)) + p.var(axis=2)\n", "y = x.mean(axis=(0, 2)) + p.var(axis=(0, 2))"),
        ("    y = x[p:]\n", "y = x[p + 1:]"),
        ("    y = x.sum() ** 2\n", "y = (x ** 2).sum()"),
        ("    y = x.mean() / x.min()\n", "y = x.max() / x.min()"),
        ("    y = torch.autograd.grad(x, p)\n", "y = torch.autograd.grad(x, p, create_graph=True)"),
        ("    y = x.logsigmoid()\n", "y = x.logsigmoid().exp()"),
        ("    y = x.sum() / p + len(x)\n", "y = x.sum() / len(x) + len(x)"),
        ("    y = np.exp(0.01 * x)\n", "y = np.exp(np.log(0.01) * x)"),
    ],
)
def test_a_call_or_a_sign_that_is_lost_comes_back(slip, right):
    source = f"def f(x, y, p):\n{slip}    return x + y\n"
    found = {ast.unparse(ast.parse(change.applied(source)).body[0].body[0]) for change in repairs(source)}
    assert ast.unparse(ast.parse(right)) in found


def test_a_second_name_gets_a_value_of_its_own():
    source = "def f(self, n):\n    self.m = [0 for _ in range(n)]\n    self.v = self.m\n    a = b = []\n    return a\n"
    found = [change.applied(source) for change in repairs(source)]
    assert source.replace("self.v = self.m", "self.v = [0 for _ in range(n)]") in found
    assert source.replace("a = b = []", "a = []; b = []") in found


def test_an_entry_that_is_given_and_never_read_comes_back():
    source = "def f(w, c):\n    c.setdefault('eps', 1e-8)\n    return w / c['s']\n"
    assert any('c["eps"]' in change.new for change in repairs(source))


def test_only_the_lines_that_were_run_are_changed():
    source = "def f(x):\n    return x - 1\n\n\ndef g(x):\n    return x - 1\n"
    assert {change.line for change in repairs(source)} == {2, 6}
    assert {change.line for change in repairs(source, lines={6})} == {6}
