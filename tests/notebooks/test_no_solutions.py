"""Nothing that students get holds a solution: not a line of one, and not its formula under other names."""

import pytest

from autograder.build.solutions import MARKERS
from tests.build.conftest import ROOT
from tests.notebooks.leaks import answers, code_of, formulas, lines, solutions, student_texts

TEXTS = student_texts(ROOT)
SOLVED = solutions(ROOT)
LINES = {line: exercise for exercise, text in SOLVED for line in lines(text)}
FORMULAS = {formula: exercise for exercise, text in SOLVED for formula in formulas(code_of(text))}
FORMULAS |= {formula: name for name, tree in answers(ROOT) for formula in formulas(tree)}


def leaked(text):
    """Return what of the solutions stands in a text."""
    squeezed = "".join(text.split())
    said = [f"{LINES[line]}: {line}" for line in LINES if line in squeezed]
    return said + [f"{FORMULAS[f]}: {f}" for f in formulas(code_of(text)) if f in FORMULAS]


def test_there_is_something_to_look_for():
    assert len(LINES) > 10
    assert len(FORMULAS) > 10
    assert any(name.startswith("notebooks/02_optimizers") for name in TEXTS)


@pytest.mark.parametrize("where", TEXTS)
def test_a_text_of_the_student_edition_holds_no_solution(where):
    assert leaked(TEXTS[where]) == []
    assert not [marker for marker in MARKERS if marker in TEXTS[where]]


@pytest.mark.parametrize(
    "planted",
    [
        "average = beta * average + (1 - beta) * value",
        "m = decay*m + (1-decay)*x  # the same with other names",
        "def late(self):\n    self.u = self.b * self.u + (1 - self.b) * self.g",
        "A hint:\n\n    velocity.mul_(self.mu).add_((1 - self.mu) * parameter.grad)\n",
        "lambda state: state.b * state.m + (1 - state.b) * state.g",
    ],
)
def test_a_planted_solution_is_found(planted):
    assert leaked(planted)


@pytest.mark.parametrize("shared", ["return averages", "parameter -= self.lr * parameter.grad", "x = (a - b) / c"])
def test_what_everybody_writes_is_no_solution(shared):
    assert leaked(shared) == []
