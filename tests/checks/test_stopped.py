"""A cell that is stopped by hand says in one sentence where it was."""

import signal

import nbformat
import pytest
from nbclient import NotebookClient

from course_utils.checks.stopped import where_it_was

CELL = """
import course_utils.checks.kernel, os, signal, threading
course_utils.checks.kernel.watch_cells()

def walk(steps):
    step = 0
    while step < steps:
        step += 0
    return step

threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
walk(3)
"""


def test_an_endless_loop_ends_with_one_sentence_and_not_with_a_traceback():
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CELL)])
    NotebookClient(notebook, kernel_name="python3", timeout=120, allow_errors=True).execute()
    outputs = notebook.cells[0].outputs
    said = "".join(output.get("text", "") for output in outputs if output.get("name") == "stdout")
    assert said.startswith("Stopped by hand in line")
    assert "the cell that defines `walk`: `" in said
    assert len(said.splitlines()) == 1
    assert not any(output.output_type == "error" and len(output.traceback) > 3 for output in outputs)


def test_code_that_is_in_no_cell_is_not_quoted():
    def interrupted():
        signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt) as caught:
        interrupted()
    assert where_it_was(caught.value.__traceback__) == "Stopped by hand."
