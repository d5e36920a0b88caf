"""With Colab's versions: the course installs from its file alone, all notebooks run, every demo works."""

import json

import nbformat
import pytest

from autograder.build.opening import install_cell
from autograder.course import Identity, load_course
from autograder.edition import student_files, write_edition
from course_utils import widgets
from tests.build.conftest import ROOT
from tests.colab.machine import PYTHON, machine
from tests.notebooks.execute import execute

pytestmark = [
    pytest.mark.slow,
    pytest.mark.colab,
    pytest.mark.timeout(900),
    pytest.mark.skipif(
        not PYTHON.is_file(), reason="no environment with Colab's versions; `make test-colab` builds it"
    ),
]

COURSE = load_course(ROOT)
DEMOS = [name for name in widgets.__all__ if name.endswith("_demo")]
VERSIONS = """
import json, sys
from importlib import metadata
print(json.dumps({name: metadata.version(name) for name in sys.argv[1:] or NAMES}))
"""


@pytest.fixture(scope="module")
def colab(tmp_path_factory):
    """A machine on which the first cell of a notebook has installed `student.zip`."""
    made = machine(tmp_path_factory.mktemp("colab"))
    archive = write_edition(student_files(COURSE, ROOT), made.folder / "student")
    archive.rename(made.content / "student.zip")
    made.python(install_cell(Identity(id="c", title="C")).source)
    return made


def pins():
    lines = (ROOT / "constraints-colab.txt").read_text().splitlines()
    return dict(line.split("==") for line in lines if not line.startswith("#"))


def text_of(cell):
    shown = (out.get("text") or out.get("data", {}).get("text/plain", "") for out in cell.get("outputs", ()))
    return "".join(shown)


def test_the_installation_brings_the_course_and_leaves_the_versions(colab):
    where = colab.python("import course_utils, google.colab; print(course_utils.__file__)")
    assert where.strip() == str(colab.site / "course_utils" / "__init__.py")
    code = VERSIONS.replace("NAMES", repr(list(pins())))
    assert json.loads(colab.python(code)) == pins()
    distributions = {path.name.partition("-")[0] for path in colab.site.glob("*.dist-info")}
    assert distributions == {"optimization_workbook"}


@pytest.mark.parametrize("name", list(COURSE.workbooks))
def test_a_student_notebook_runs_to_its_end_and_says_what_is_open(name, colab):
    path = colab.folder / "student" / "notebooks" / name / f"{name}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    environment = {**colab.environment, "SHOWN_IN_THE_BROWSER": str(path)}
    errors = execute(notebook, colab.content, environment, kernel="colab")
    checks = [cell for cell in notebook.cells if cell.id.startswith("check-")]
    assert errors == []
    assert all(text_of(cell).startswith("[to do]") for cell in checks), [text_of(cell) for cell in checks]
    if not checks:
        assert "[fix" not in "".join(map(text_of, notebook.cells))
        return
    last = text_of(notebook.cells[-1])
    assert f"{name}: 0 of" in last
    assert f"downloads {name}-handin.ipynb" in last
    handed_in = json.loads((colab.content / f"{name}-handin.ipynb").read_text())
    assert [cell["source"] for cell in handed_in["cells"]] == _sources(path)


def _sources(path):
    return [cell["source"] for cell in json.loads(path.read_text())["cells"]]


DEMO = """
import copy, io, json, sys
import ipywidgets
from course_utils import widgets
from course_utils.widgets.client_page import client_widget, page
from course_utils.widgets.controls import Number, start_state
from course_utils.widgets.panel import Panel

demo = widgets.{name}()
demo.show()
panel = Panel(demo)
before = panel.image.value
control = next(c for c in demo.scene.controls if isinstance(c, Number))
box = panel.inputs[control.name][1]
value = control.high if demo.state[control.name] != control.high else control.low
demo.set(**{{control.name: value}})
moved = box.value == f"{{value:.6g}}"
names = list(demo.scene.presets)[:2]
demo.preset(names[0]); one = panel.image.value
demo.preset(names[1]); two = panel.image.value
figure = demo.static(); png = io.BytesIO(); figure.savefig(png)
again = type(demo)(demo.scene); again.load_json(demo.to_json())
client = type(client_widget(demo)).__name__ if demo.scene.client else ""
trains = demo.scene.work is not None
export = page(demo) if demo.scene.client else ""
print(json.dumps({{
    "colab": "google.colab" in sys.modules, "ipywidgets": ipywidgets.__version__, "live": panel.live,
    "moved": moved, "png": [p[:4].hex() for p in (before, one, two, png.getvalue())], "differs": one != two,
    "text": demo.text_summary(), "same": again.state == demo.state, "client": client, "page": len(export),
    "trains": trains, "client_able": demo.scene.client,
}}))
"""


@pytest.mark.parametrize("name", DEMOS)
def test_a_demo_constructs_computes_updates_and_exports(name, colab):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(DEMO.format(name=name))])
    assert execute(notebook, colab.content, colab.environment, kernel="colab") == []
    outputs = notebook.cells[0].outputs
    said = json.loads("".join(out.text for out in outputs if out.output_type == "stream" and out.name == "stdout"))
    assert (said["colab"], said["live"], said["ipywidgets"]) == (True, False, pins()["ipywidgets"])
    assert said["moved"]
    assert said["png"] == ["89504e47"] * 4
    assert said["differs"] or said["trains"]
    assert said["same"]
    assert said["text"].endswith(".")
    assert any("application/vnd.jupyter.widget-view+json" in out.get("data", {}) for out in outputs)
    assert bool(said["client"]) == said["client_able"]
    assert said["page"] > 10_000 or not said["client_able"]
