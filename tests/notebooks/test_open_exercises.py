"""Cells that run into a stub say so and let the run go on; all other errors end it as before."""

import nbformat

from tests.notebooks.execute import execute

BEGIN = "import torch\nfrom course_utils.checks import check"
STUBS = """\
def ema(values):
    # TODO
    raise NotImplementedError

class Momentum:
    def step(self):
        # TODO
        raise NotImplementedError

def smooth(values):
    return ema(values)
"""
CELLS = {
    "function": "x = 1\nema([1])\nx = 2",
    "method": "Momentum().step()",
    "caller": "smooth([1])",
    "comprehension": "[ema([i]) for i in range(3)]",
    "lambda": "(lambda: smooth([1]))()",
    "after": "x",
    "of-torch": "torch.nn.Module()(1)",
    "of-a-power": "torch.ones(2) ^ 2",
    "other": "1 / 0",
    "again": "ema([2])",
}


def test_only_a_stub_is_passed_over(tmp_path):
    cells = [
        nbformat.v4.new_code_cell(text, id=name) for name, text in {"begin": BEGIN, "stubs": STUBS, **CELLS}.items()
    ]
    notebook = nbformat.v4.new_notebook(cells=cells)
    errors = execute(notebook, tmp_path, {})
    assert {error.cell: error.name for error in errors} == {
        "of-torch": "NotImplementedError",
        "of-a-power": "NotImplementedError",
        "other": "ZeroDivisionError",
    }
    said = {cell.id: "".join(output.get("text", "") for output in cell.outputs) for cell in notebook.cells}
    assert (
        said["function"]
        == said["again"]
        == said["comprehension"]
        == "[to do] ema is still a stub. Finish it, then run this cell again.\n"
    )
    assert said["method"].startswith("[to do] Momentum.step is still a stub.")
    assert said["caller"].startswith("[to do] smooth calls ema, which is still a stub.")
    assert said["lambda"] == said["caller"]
    (shown,) = next(cell.outputs for cell in notebook.cells if cell.id == "after")
    assert shown["data"]["text/plain"] == "1"
