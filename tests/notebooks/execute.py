"""Run a notebook from top to bottom, on the embedded images, and collect what each cell raised."""

import os
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from unittest import mock

from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import run_sync
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell

# Before each notebook of a kernel that several share: nothing of the one before is left, and training takes two epochs.
ANEW = """
%reset -f
%cd -q {folder}
import matplotlib.pyplot as plt
from course_utils import training
plt.close("all")
training.run_model.__kwdefaults__["epochs"] = training.run_models.__kwdefaults__["epochs"] = 2
%reset -f
"""


@dataclass(frozen=True)
class CellError:
    """What a cell raised."""

    cell: str
    name: str
    text: str


def execute(
    notebook,
    folder,
    environment: dict[str, str],
    on_cell: Callable | None = None,
    kernel="python3",
    allow_errors=True,
):
    """Run all cells in a plain kernel and return the errors; outputs stay in the notebook.

    Without `allow_errors` the run ends, as a front end's does, at the first cell that fails.
    """
    client = NotebookClient(
        notebook, timeout=240, kernel_name=kernel, allow_errors=allow_errors, on_cell_executed=on_cell
    )
    with _environment(environment):
        client.execute(cwd=str(folder))
    return _errors(notebook)


@contextmanager
def shared_kernel(environment: dict[str, str]):
    """Start a kernel for several notebooks and yield `execute_in(notebook, folder)`, which does what `execute` does.

    Runs that train for ten epochs train for two.
    """
    manager = AsyncKernelManager(kernel_name="python3")
    with _environment(environment):
        run_sync(manager.start_kernel)()

    def execute_in(notebook, folder, allow_errors=True):
        notebook.cells.insert(0, new_code_cell(ANEW.format(folder=folder), id="anew"))
        NotebookClient(notebook, timeout=240, km=manager, allow_errors=allow_errors).execute()
        del notebook.cells[0]
        return _errors(notebook)

    try:
        yield execute_in
    finally:
        run_sync(manager.shutdown_kernel)(now=True)


def _environment(changes: dict[str, str]):
    return mock.patch.dict(os.environ, {"OMP_NUM_THREADS": "1", "MPLBACKEND": "", **changes})


def _errors(notebook) -> list[CellError]:
    return [
        CellError(cell.id, output.ename, output.evalue)
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        if output.output_type == "error"
    ]
