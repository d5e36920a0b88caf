"""A line has the number that the notebook shows beside it, though IPython takes away what is empty above the code."""

import nbformat
import pytest
from nbclient import NotebookClient

from course_utils.checks.shown_cells import shown_line

ABOVE = ["", "\n", "\n  \n\n"]
WRONG = "variance = square - mean"
POINTED = f"""\
from course_utils import check

def walk_moments(num_steps, p_good=0.75, good=-10.0, bad=20.0):
    mean = p_good * good + (1 - p_good) * bad
    square = p_good * good**2 + (1 - p_good) * bad**2
    {WRONG}
    return num_steps * mean, num_steps * variance
"""
LEFT = """\
def walk_moments(num_steps, p_good=0.75, good=-10.0, bad=20.0):
    mean = p_good * good + (1 - p_good) * bad
    raise NotImplementedError
"""
WAITING = """\
import course_utils.checks.kernel, signal
course_utils.checks.kernel.watch_cells()

def wait():
    signal.raise_signal(signal.SIGINT)
"""
CHECK = 'check("walk_moments", walk_moments)'
CELLS = ((POINTED, CHECK), (LEFT, CHECK), (WAITING, "wait()"))


@pytest.fixture(scope="module")
def said():
    """Run all cells in one kernel; return, by what stands above and by the first cell, what the second one printed."""
    pairs = [(above, source, then) for above in ABOVE for source, then in CELLS]
    cells = [nbformat.v4.new_code_cell(text) for above, source, then in pairs for text in (above + source, then)]
    notebook = nbformat.v4.new_notebook(cells=cells)
    NotebookClient(notebook, kernel_name="python3", timeout=120, allow_errors=True).execute()
    texts = [" ".join(_text(cell).split()) for cell in cells[1::2]]
    return {(above, source): text for (above, source, _), text in zip(pairs, texts, strict=True)}


def _text(cell):
    plain = (one.get("text", "") or one.get("data", {}).get("text/plain", "") for one in cell.outputs)
    return "\n".join(plain)


def line_of(text, cell):
    return 1 + next(number for number, line in enumerate(cell.splitlines()) if text in line)


@pytest.mark.parametrize("above", ABOVE)
def test_the_line_to_look_at_has_the_number_that_is_seen(said, above):
    assert f"Look at line {line_of(WRONG, above + POINTED)}, `{WRONG}`" in said[above, POINTED]


@pytest.mark.parametrize("above", ABOVE)
def test_a_line_that_is_left_of_a_stub_has_the_number_that_is_seen(said, above):
    number = line_of("raise", above + LEFT)
    assert f"line {number} of the cell is left over from the stub" in said[above, LEFT]


@pytest.mark.parametrize("above", ABOVE)
def test_a_stop_by_hand_has_the_number_that_is_seen(said, above):
    number = line_of("signal.SIGINT", above + WAITING)
    assert f"Stopped by hand in line {number} of the cell that defines `wait`" in said[above, WAITING]


def test_outside_of_a_notebook_a_line_keeps_its_number():
    assert shown_line(__file__, 3) == 3
