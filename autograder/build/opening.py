"""What every notebook of the course begins and ends with: the way in on Colab, and the file to hand in."""

from __future__ import annotations

from string import Template

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from autograder.build.master import EXPERIMENT_TAG
from autograder.course import Identity

__all__ = ["badge", "hand_in_cell", "install_cell"]

COLAB = "https://colab.research.google.com"
# Runs in a kernel that has nothing of the course. Names stay inside the function, so that no later cell can use them.
INSTALL = Template("""\
# @title Set up Colab. Run this cell first; elsewhere it does nothing.
def set_up_colab():
    import glob, importlib.util, subprocess, sys

    if "google.colab" not in sys.modules or importlib.util.find_spec("course_utils"):
        return
    # Without dependencies: Colab keeps its own torch, numpy, IPython and ipywidgets.
    pip = [sys.executable, "-m", "pip", "install", "--no-deps", "--no-build-isolation", "--timeout=10", "--retries=1"]
    said = ""
    for source in $sources:
        said = subprocess.run([*pip, source], capture_output=True, text=True).stderr
        importlib.invalidate_caches()
        if importlib.util.find_spec("course_utils"):
            return
    raise RuntimeError(f'''the course is not installed yet. What to do:
1. Get the file student.zip from your course page.
2. Drop it into Colab's file panel (the folder at the left edge).
3. Run this cell again.
{said[-1500:]}''')


set_up_colab()""")
HAND_IN = Template("""\
# What is still open, and the file to hand in. Save the notebook first (Ctrl + S).
import course_utils

course_utils.hand_in("$name"$service)""")


def badge(name: str, course: Identity) -> list[NotebookNode]:
    """Return the cell with the link that opens a workbook on Colab; none where no repository is configured."""
    if not course.repository:
        return []
    place = f"{course.repository}/blob/{course.branch}/notebooks/{name}/{name}.ipynb"
    text = f"[![Open in Colab]({COLAB}/assets/colab-badge.svg)]({COLAB}/github/{place})"
    return [new_markdown_cell(text, id="colab-badge")]


def install_cell(course: Identity) -> NotebookNode:
    """Return the cell that installs the course on Colab, from the repository or from a zip that was uploaded."""
    # An archive of the branch: the small file, and no git.
    archive = f"https://github.com/{course.repository}/archive/refs/heads/{course.branch}.zip"
    sources = f'[*sorted(glob.glob("*.zip")), "{archive}"]' if course.repository else 'sorted(glob.glob("*.zip"))'
    # Colab shows the title alone, JupyterLab a closed cell.
    metadata = {"tags": [EXPERIMENT_TAG], "cellView": "form", "jupyter": {"source_hidden": True}}
    cell: NotebookNode = new_code_cell(INSTALL.substitute(sources=sources), id="colab-install", metadata=metadata)
    return cell


def hand_in_cell(name: str, course: Identity) -> NotebookNode:
    """Return the last cell of a workbook with exercises; it names the service where `course.toml` does."""
    service = f', service="{course.service}"' if course.service else ""
    source = HAND_IN.substitute(name=name, service=service)
    cell: NotebookNode = new_code_cell(source, id="hand-in", metadata={"tags": [EXPERIMENT_TAG]})
    return cell
