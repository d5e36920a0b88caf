"""Workbooks run from top to bottom: the student's with nothing but stubs in the way, the instructor's with nothing."""

import pytest

from autograder.build.notebooks import release_notebook, source_notebook
from autograder.course import load_course
from course_utils.handin.marks_line import marks_in
from tests.build.conftest import ROOT
from tests.docs.coverage_page import experiments_of
from tests.notebooks.execute import execute, shared_kernel

NAMES = [name for name in load_course(ROOT).workbooks if (ROOT / "autograder" / "masters" / f"{name}.py").is_file()]

# Minutes each: these run with `make test-all`, as all student notebooks do at full length, each in a kernel of its own.
LONG = ("02_optimizers", "03_training_loop", "04_normalization", "05_why_it_works", "06_today")
SOLVED = [pytest.param(name, marks=[pytest.mark.slow] if name in LONG else []) for name in NAMES]
# Of the student's, the one that begins, and the quickest.
QUICK = ("00_start_here", "05_why_it_works")
OPEN = [pytest.param(name, marks=[] if name in QUICK else [pytest.mark.slow]) for name in NAMES]


def embedded_only(folder):
    """An environment in which only the embedded images are to be found."""
    return {"COURSE_DATA": "", "COURSE_DOWNLOAD": "0", "XDG_CACHE_HOME": str(folder / "cache")}


@pytest.fixture(scope="module")
def execute_in(tmp_path_factory):
    with shared_kernel(embedded_only(tmp_path_factory.mktemp("shared"))) as execute_in:
        yield execute_in


def text_of(cell):
    """Return everything that a cell printed or showed as text."""
    shown = (out.get("text") or out.get("data", {}).get("text/plain", "") for out in cell.get("outputs", ()))
    return "".join(shown)


def is_seen(output):
    """Say whether an output is a picture or a demo."""
    return {"image/png", "application/vnd.jupyter.widget-view+json"} & set(output.get("data", ()))


@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", OPEN)
def test_the_student_notebook_runs_to_its_end_and_says_what_is_open(name, tmp_path, execute_in):
    notebook = release_notebook(name, ROOT)
    assert execute_in(notebook, tmp_path, allow_errors=False) == []
    says_what_is_open(name, notebook)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", NAMES)
def test_the_student_notebook_runs_at_full_length(name, tmp_path):
    notebook = release_notebook(name, ROOT)
    assert execute(notebook, tmp_path, embedded_only(tmp_path), allow_errors=False) == []
    says_what_is_open(name, notebook)


def says_what_is_open(name, notebook):
    checks = [cell for cell in notebook.cells if cell.id.startswith("check-")]
    assert len(checks) == sum(points.auto > 0 for points in load_course(ROOT).workbooks[name].points.values())
    assert all(text_of(cell).startswith("[to do]") for cell in checks), [text_of(cell) for cell in checks]
    if not checks:  # `00_start_here` prints what checks say
        return
    others = [text_of(cell) for cell in notebook.cells if cell not in checks and "[to do]" in text_of(cell)]
    assert others
    assert all("is still a stub. Finish it, then run this cell again." in text for text in others), others


@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", SOLVED)
def test_the_instructor_notebook_runs_and_earns_all_points(name, tmp_path, execute_in):
    notebook = source_notebook(name, ROOT)
    long = name in LONG
    assert (execute(notebook, tmp_path, embedded_only(tmp_path)) if long else execute_in(notebook, tmp_path)) == []
    earned = {cell.id[6:]: marks_in(text_of(cell), cell.id[6:]) for cell in notebook.cells if cell.id[:6] == "check-"}
    assert earned == {e: p.auto for e, p in load_course(ROOT).workbooks[name].points.items() if p.auto}
    pictures, printed = experiments_of(name)
    outputs = {cell.id: cell.get("outputs", ()) for cell in notebook.cells if cell.cell_type == "code"}
    assert [one for one in sorted(printed) if not outputs[f"run-{one}"]] == []
    assert [one for one in sorted(pictures) if not any(is_seen(out) for out in outputs[f"run-{one}"])] == []
