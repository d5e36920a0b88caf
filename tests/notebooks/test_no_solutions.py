"""Nothing that students get holds a solution: not a line of one, and not its formula under other names."""

import pytest

from autograder.build.solutions import MARKERS
from tests.build.conftest import ROOT
from tests.notebooks.leaks import answers, code_of, formulas, lines, solutions, student_texts


@pytest.fixture(scope="module")
def leaked():
    """A function that returns what of the solutions a text holds."""
    solved = solutions(ROOT)
    known_lines = {line: exercise for exercise, text in solved for line in lines(text)}
    known = {formula: exercise for exercise, text in solved for formula in formulas(code_of(text))}
    known |= {formula: name for name, tree in answers(ROOT) for formula in formulas(tree)}
    assert len(known_lines) > 10
    assert len(known) > 10

    def find(text):
        squeezed = "".join(text.split())
        said = [f"{known_lines[line]}: {line}" for line in known_lines if line in squeezed]
        return said + [f"{known[formula]}: {formula}" for formula in formulas(code_of(text)) if formula in known]

    return find


def test_no_text_of_the_student_edition_holds_a_solution(leaked):
    texts = student_texts(ROOT)
    assert any(name.startswith("notebooks/02_optimizers") for name in texts)
    found = {where: leaked(text) + [one for one in MARKERS if one in text] for where, text in texts.items()}
    assert {where: what for where, what in found.items() if what} == {}


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
def test_a_planted_solution_is_found(planted, leaked):
    assert leaked(planted)


@pytest.mark.parametrize("shared", ["return averages", "parameter -= self.lr * parameter.grad", "x = (a - b) / c"])
def test_what_everybody_writes_is_no_solution(shared, leaked):
    assert leaked(shared) == []
