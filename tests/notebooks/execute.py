"""Run a notebook from top to bottom, on the embedded images, and collect what each cell raised."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from unittest import mock

from nbclient import NotebookClient


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
    with mock.patch.dict(os.environ, {"OMP_NUM_THREADS": "1", "MPLBACKEND": "", **environment}):
        client.execute(cwd=str(folder))
    return [
        CellError(cell.id, output.ename, output.evalue)
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        if output.output_type == "error"
    ]
