"""Small changes of code: each is Python, differs from the code, and is of the kind that it says."""

import ast

import pytest

from course_utils.changes import IdleValues, Text, repairs, small_changes

STEP = """\
def step(w, g, v, lr=0.1, beta=0.9):
    v = beta * v + (1 - beta) * g
    w -= lr * v / (np.sqrt(v**2) + 1e-8)
    return w, v
"""
NORM = """\
def normalise(x, training):
    mean = x.mean(axis=0, keepdims=True)
    if training:
        mean = mean + 1
    return (x - mean) / np.sqrt(x.var(axis=0) + 1e-5)
"""
MODULE = """\
class Average(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.total, self.count = torch.zeros(size), 0

    def forward(self, x):
        with torch.no_grad():
            self.total.mul_(0.9).add_(x)
            self.count += 1
        return self.total / self.count
"""
SUM = """\
def total(values, power=2, weights=None):
    "Add up."
    s = 0
    for value in values:
        s += value**power
    s = s / 2
    return s
"""
CENTRAL = """\
def slope(up, down, h):
    return (up - down) / (2 * h)
"""
SLOPES = """\
def slope(loss, params, vectors):
    gradients = torch.autograd.grad(loss, params)
    return sum((gradient * vector).sum() for gradient, vector in zip(gradients, vectors))
"""
FORGETFUL = """\
class Average:
    def __init__(self, lr):
        self.lr, self.rate, self.kept = lr, 0.9, 0

    def step(self, w, g, h):
        norm = g / (np.sqrt(g**2) + h)
        self.kept = (1 - self.lr) * g
        w = w - norm
        w[0] = g
        return w
"""
CODES = {"step": STEP, "norm": NORM, "module": MODULE, "sum": SUM}


@pytest.mark.parametrize("name", CODES)
def test_each_is_another_text(name):
    made = [change.applied(CODES[name]) for change in small_changes(CODES[name])]
    assert len(set(made)) == len(made) > 15
    assert CODES[name] not in made


def valid(source):
    try:
        ast.parse(source)
    except SyntaxError:
        return False
    return True


@pytest.mark.parametrize("name", CODES)
def test_nearly_all_are_python(name):
    made = [change.applied(CODES[name]) for change in small_changes(CODES[name])]
    assert sum(map(valid, made)) >= 0.97 * len(made)


def made(code, old, new):
    """Return the changes that make the text in which `old` is replaced by `new`, up to layout."""
    wanted = ast.dump(ast.parse(code.replace(old, new, 1)))
    texts = ((change, change.applied(code)) for change in small_changes(code))
    return [change for change, text in texts if valid(text) and ast.dump(ast.parse(text)) == wanted]


@pytest.mark.parametrize(
    ("code", "old", "new", "kind"),
    [
        (STEP, "(1 - beta) * g", "g", "factor-missing"),
        (STEP, "(1 - beta) * g", "beta * g", "complement"),
        (STEP, "beta * v +", "(1 - beta) * v +", "complement"),
        (STEP, "beta * v + ", "", "term-missing"),
        (STEP, "w -= lr", "w += lr", "sign"),
        (STEP, "w -= lr", "w = lr", "not-added-up"),
        (STEP, "np.sqrt(v**2)", "v**2", "root-missing"),
        (STEP, "v**2", "v", "power-missing"),
        (STEP, "v**2", "g**2", "name"),
        (STEP, "1e-8", "1e-7", "constant"),
        (STEP, "beta=0.9", "beta=0.09", "constant"),
        (STEP, "return w, v", "return v, w", "results-exchanged"),
        (STEP, "v = beta * v + (1 - beta) * g", "pass", "statement-missing"),
        (NORM, "axis=0", "axis=1", "axis"),
        (NORM, "keepdims=True", "keepdims=False", "axis-lost"),
        (NORM, "if training", "if not training", "cases-exchanged"),
        (NORM, "if training", "if True", "one-case"),
        (NORM, "x.var(axis=0)", "x.var(axis=0, ddof=1)", "bias"),
        (NORM, "np.sqrt(x.var(axis=0) + 1e-5)", "(np.sqrt(x.var(axis=0)) + 1e-5)", "outside-root"),
        (NORM, "x.mean", "x.sum", "function"),
        (MODULE, "mul_(0.9).add_(x)", "mul_(0.9)", "term-missing"),
        (MODULE, ".mul_(0.9)", "", "factor-missing"),
        (MODULE, "add_(x)", "sub_(x)", "sign"),
        (MODULE, "self.count += 1", "pass", "statement-missing"),
        (MODULE, "with torch.no_grad()", "if True", "graph-kept"),
        (SUM, "s += value**power", "s += value**power\n        return s", "return-in-loop"),
        (SUM, "s = 0", "power = 2\n    s = 0", "argument-unused"),
        (STEP, "v = beta * v", "lr, beta = 0.1, 0.9\n    v = beta * v", "arguments-unused"),
        (STEP, "(1 - beta) * g", "1 - beta * g", "brackets-missing"),
        (STEP, "(np.sqrt(v**2) + 1e-8)", "np.sqrt(v**2) + 1e-8", "brackets-missing"),
        (CENTRAL, "(2 * h)", "2 * h", "brackets-missing"),
        (CENTRAL, "(up - down)", "up - down", "brackets-missing"),
        (STEP, "v = beta * v", "beta = 0.9\n    v = beta * v", "argument-unused"),
    ],
)
def test_what_people_do_is_among_them_and_rightly_called(code, old, new, kind):
    assert kind in {change.kind for change in made(code, old, new)}


def test_a_change_can_be_made_in_one_of_the_modes_only():
    wanted = "(np.sqrt(x.var(axis=0)) + 1e-5)"
    texts = [change.applied(NORM) for change in small_changes(NORM) if change.mode == "training"]
    assert any(f"({wanted} if training else np.sqrt(x.var(axis=0) + 1e-5))" in text for text in texts)


def test_only_what_is_named_is_changed():
    code = f"{STEP}\n\n{NORM}"
    assert {change.line <= 4 for change in small_changes(code, ("step",))} == {True}
    assert {change.line > 4 for change in small_changes(code, ("normalise",))} == {True}


@pytest.mark.parametrize(
    ("old", "new", "line", "target"), [("(1 - beta) * g", "g", 2, "v"), ("w -= lr", "w += lr", 3, "w")]
)
def test_a_change_knows_its_line_and_what_that_computes(old, new, line, target):
    (change, *_) = made(STEP, old, new)
    assert (change.line, change.target) == (line, target)


def test_text_before_a_change_may_hold_any_letters():
    code = 'def f(x):\n    "µ and ü"; y = "µ" + str(x * 2); return y\n'
    assert "x / 2" in " ".join(change.applied(code).replace("(", "").replace(")", "") for change in small_changes(code))


def assigned(source):
    """Return what a text binds or changes, as code."""
    nodes = (node for node in ast.walk(ast.parse(source)) if isinstance(getattr(node, "ctx", None), ast.Store))
    return {ast.unparse(node) for node in nodes}


@pytest.mark.parametrize("code", [SLOPES, *CODES.values()])
def test_no_repair_assigns_to_what_the_code_only_reads(code):
    made = repairs(code)
    assert len(made) > 15
    # As the target of a loop, `torch.autograd` would change torch for the rest of the session.
    assert all(assigned(change.applied(code)) <= assigned(code) for change in made if valid(change.applied(code)))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("self.kept = (1 - self.lr) * g", "self.kept += (1 - self.lr) * g"),
        ("w[0] = g", "w[0] -= g"),
        ("(np.sqrt(g**2) + h)", "np.sqrt(g**2 + h)"),
        ("(1 - self.lr) * g", "((1 - self.lr) * g - self.kept * self.rate)"),
        ("(1 - self.lr) * g", "np.exp((1 - self.lr) * g)"),
    ],
)
def test_what_a_slip_took_out_can_be_put_back(old, new):
    wanted = ast.dump(ast.parse(FORGETFUL.replace(old, new)))
    assert wanted in {ast.dump(ast.parse(change.applied(FORGETFUL))) for change in repairs(FORGETFUL)}


def test_values_that_a_function_never_uses_are_put_back_before_others():
    idle = IdleValues(Text(FORGETFUL))
    taken = {change.new for change in repairs(FORGETFUL) if idle.taken_up(change)}
    assert any("self.rate" in new for new in taken)
    assert any("self.kept" in new for new in taken)
    assert not any(new in ("-g", "(2 * g)", "(g / 2)") for new in taken)
    # `w` is used by its own statement, `norm` by the next one: neither is idle there.
    assert not any(idle.taken_up(change) for change in repairs(SUM) if change.new == "(s * s)")
