"""What an author writes wrongly is told in one line: the file, the line, what was found, what to do."""

import shutil
import subprocess
import sys
from dataclasses import replace
from importlib import import_module

import pytest
from typer.testing import CliRunner

from autograder.authoring.error_line import FOLDER, fault_of
from autograder.build.recorded import record
from autograder.catalogue.answer import load_answer
from autograder.catalogue.edit import EditError, accepted, edit
from autograder.cli import app
from autograder.kits.optimizer import optimizer_answer
from tests.build.conftest import ROOT

ANSWER = FOLDER / "optimizers" / "momentum" / "answer.py"
UPHILL = {"parameter.sub_(": "parameter.add_("}
RANGES = {"lr": (0.04, 0.1), "mu": (0.65, 0.85)}


def raised(text, path):
    """Return what comes of running a text as if it stood in a file."""
    try:
        exec(compile(text, str(path), "exec"), {})
    except Exception as error:
        return error


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = 1\nint(base=2, there=3)\n", ":2: TypeError: "),
        ("x = 1\ny = {}['mu']\n", ":2: KeyError: mu; "),
        ("x = 1\ny = (\n", ":2: SyntaxError: '(' was never closed; "),
        ("import no_such_module\n", ":1: ModuleNotFoundError: No module named 'no_such_module'; "),
    ],
)
def test_an_error_in_a_file_of_an_exercise_is_one_line_with_its_place(text, said):
    fault = fault_of(raised(text, ANSWER))
    assert fault.startswith(f"{ANSWER}{said}")
    assert "docs/new_exercise.md" in fault
    assert "\n" not in fault


def test_the_line_is_the_authors_where_a_function_of_the_kits_raised_the_error():
    make = "from autograder.kits.optimizer import optimizer_answer as make"
    text = f"{make}\nmake('adamx', (), hyperparameters={{}}, reread='')"
    assert fault_of(raised(text, ANSWER)).startswith(f"{ANSWER}:2: KeyError: there is no exercise 'adamx'; ")


def test_an_error_elsewhere_is_not_the_authors():
    assert fault_of(raised("1 / 0", ROOT / "autograder" / "cli.py")) == ""


@pytest.mark.parametrize(
    ("mistakes", "conventions", "said"),
    [
        ([accepted("kind", "Fine.", UPHILL)], [], r"test_error_line\.py:\d+: 'kind' costs no marks; hand it over in"),
        ([], [edit("ascent", "Uphill.", UPHILL)], r"test_error_line\.py:\d+: 'ascent' costs marks; write `accepted"),
    ],
)
def test_an_edit_on_the_wrong_list_is_refused(mistakes, conventions, said):
    with pytest.raises(EditError, match=said):
        optimizer_answer("momentum", mistakes, conventions=conventions, hyperparameters=RANGES, reread="it")


def changed(monkeypatch, module, name, change):
    module = import_module(f"course_utils.exercises.optimizers.momentum.{module}")
    monkeypatch.setattr(module, name, change(getattr(module, name)))


def without_mu(answer):
    def generate(rng):
        return {name: array for name, array in answer.generate(rng).items() if name != "mu"}

    return replace(answer, generate=generate)


def without_label(answer):
    (part,) = answer.parts
    labels = {name: label for name, label in part.labels.items() if name != "weights_c"}
    return replace(answer, parts=(replace(part, labels=labels),))


@pytest.mark.parametrize(
    ("module", "name", "change", "said"),
    [
        ("answer", "ANSWER", lambda _: None, r"momentum/answer\.py:\d+: there is no answer called ANSWER; make one"),
        ("answer", "ANSWER", lambda one: replace(one, exercise="adam"), r"momentum/answer\.py:\d+: the id is 'adam'; "),
        ("answer", "ANSWER", without_mu, r"momentum/answer\.py:\d+: fresh inputs have no 'mu', which the probe uses; "),
        ("answer", "ANSWER", without_label, r"momentum/answer\.py:\d+: the probe returns 'weights_c', for which there"),
        (
            "probe",
            "PROBE",
            lambda one: replace(one, exercise="adam"),
            r"momentum/probe\.py:1: the id of PROBE is 'adam'",
        ),
    ],
)
def test_an_answer_that_does_not_fit_is_refused_with_its_place(monkeypatch, module, name, change, said):
    changed(monkeypatch, module, name, change)
    with pytest.raises(EditError, match=said) as found:
        record("momentum", 2.0)
    assert "\n" not in str(found.value)


def test_the_place_of_an_answer_is_the_line_that_makes_it(monkeypatch):
    changed(monkeypatch, "answer", "ANSWER", lambda _: None)
    with pytest.raises(EditError) as found:
        load_answer("momentum")
    line = int(str(found.value).split(":")[1])
    assert ANSWER.read_text().splitlines()[line - 1].startswith("ANSWER")


@pytest.mark.parametrize(
    ("points", "exercise", "said"),
    [
        (
            "adam = 2",
            "momentum",
            "course.toml:8: [workbooks.02_optimizers.points] has no marks for 'momentum'; add the",
        ),
        ("adam = 2", "new_one", "there is no exercise 'new_one' in course.toml; `autograder new` starts one"),
        ("new_one = 2", "new_one", "course.toml:9: 'new_one' has marks for a check and no folder; take this"),
    ],
)
def test_an_exercise_that_is_not_complete_is_refused_with_what_to_do(monkeypatch, tmp_path, points, exercise, said):
    course = '[course]\nid = "small"\ntitle = "Small"\n\n[workbooks.02_optimizers]\ntitle = "Small"\n\n'
    (tmp_path / "course.toml").write_text(f"{course}[workbooks.02_optimizers.points]\n{points}\n")
    monkeypatch.chdir(tmp_path)
    found = CliRunner().invoke(app, ["exercise", exercise])
    assert found.exit_code == 2
    assert said in found.output


@pytest.mark.parametrize(
    ("kit", "signature", "more"),
    [
        ("optimizer", "AOptimizer(parameters, lr=0.01, beta1=0.9, beta2=0.999, epsilon=1e-8, weight_decay=0.01)", ()),
        ("optimizer", "AOptimizer(parameters, lr=0.01)", ()),
        ("function", "loss(predictions, targets, delta=1.0, steps=3)", ("--returns", "loss, gradient")),
        ("function", "loss(predictions)", ()),
        ("module", "AModule(channels, groups=2, slope=0.25)", ()),
    ],
)
def test_what_is_written_passes_the_checks_of_the_project(monkeypatch, tmp_path, kit, signature, more):
    shutil.copy(ROOT / "course.toml", tmp_path)
    (tmp_path / "autograder" / "masters").mkdir(parents=True)
    (tmp_path / "autograder" / "masters" / "02_optimizers.py").touch()
    monkeypatch.chdir(tmp_path)
    found = CliRunner().invoke(app, ["new", "sign", "--workbook", "02", "--kit", kit, "--signature", signature, *more])
    assert found.exit_code == 0, found.output
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for command in (("check", "--config", f"src=['{ROOT}']"), ("format", "--check")):
        ran = subprocess.run([sys.executable, "-m", "ruff", *command, "course_utils"], capture_output=True, text=True)
        assert ran.returncode == 0, ran.stdout
