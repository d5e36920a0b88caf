"""Find the notebook that somebody works in: on the disk, or in the browser where Colab keeps it."""

from __future__ import annotations

import os
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any

from course_utils.handin.front_end import VS_CODE
from course_utils.handin.notebook import HandInError, Notebook, find_notebook, notebook_of, read

__all__ = ["current_name", "open_notebook"]

# Where Jupyter's server tells a kernel which file it runs.
JUPYTER = "JPY_SESSION_NAME"
ANSWERS_WITHIN_S = 20


def open_notebook(name: str = "") -> Notebook:
    """Return a notebook as it was last saved; on Colab, as it stands in the browser.

    Args:
        name: Workbook, as in `"02_optimizers"`, or a path; the notebook that this kernel runs if empty.

    Raises:
        HandInError: There is none, or it is none of the course.
    """
    if "google.colab" in sys.modules and not Path(name).suffix:
        return _from_colab(name)
    return _running(name) or read(find_notebook(name or current_name()))


def current_name() -> str:
    """Return the path of the notebook that this kernel runs.

    Raises:
        HandInError: The kernel does not know.
    """
    main = vars(sys.modules["__main__"])
    for given in (os.environ.get(JUPYTER, ""), str(main.get(VS_CODE, ""))):
        if given.endswith(".ipynb"):
            # Jupyter's path starts at the folder that is served; the file stands in the working folder.
            return given if Path(given).is_file() else Path(given).name
    raise HandInError('which notebook? Give its name, as in progress("02_optimizers")')


def _running(name: str) -> Notebook | None:
    """Return the notebook that this kernel runs if it is this workbook, whatever its file is called; else None."""
    if not name or Path(name).suffix:
        return None
    try:
        notebook = read(Path(current_name()))
    except HandInError:
        return None
    return notebook if notebook.name == name else None


def _from_colab(name: str) -> Notebook:
    """Ask the front end for the notebook, which is not a file of the machine that runs it."""
    answer: Any = None
    try:
        messages = import_module("google.colab._message")
        answer = messages.blocking_request("get_ipynb", request="", timeout_sec=ANSWERS_WITHIN_S)
    except Exception as error:
        # An interface that Colab does not promise to keep.
        said = f"Colab did not give the notebook ({type(error).__name__}: {error})"
        raise HandInError(f"{said}; download it (menu File) and hand in that file") from error
    if not isinstance(answer, dict) or "ipynb" not in answer:
        raise HandInError("Colab did not give the notebook; download it (menu File) and hand in that file")
    return notebook_of(answer["ipynb"], Path(f"{name or 'notebook'}.ipynb"), time.time())
