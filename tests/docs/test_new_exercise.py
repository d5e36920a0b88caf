"""The worked example in docs/new_exercise.md is built and judged as it stands there."""

import importlib
import json
import re

import numpy as np
import pytest

from autograder import answers
from autograder.build import release_notebook
from autograder.build.checkdata import record
from autograder.catalogue.answer import load_answer, make_key
from autograder.course import load_course
from course_utils import probes
from course_utils.checks.judge import judge
from course_utils.checks.observe import observe
from course_utils.checks.recorded import parse_recorded
from course_utils.kits.probe import load_probe
from tests.build.conftest import ROOT
from tests.exercises import solutions

PAGE = (ROOT / "docs" / "new_exercise.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^`(?P<path>[\w./]+)`\n\n```\w+\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
FILES = {match["path"]: match["text"] for match in BLOCK.finditer(PAGE)}
ROOMS = {"course_utils/probes": probes, "autograder/answers": answers, "tests/exercises/solutions": solutions}
EXERCISE = "sign_step"


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A folder with the example's files, whose modules stand beside those of the course."""
    root = tmp_path_factory.mktemp("example")
    for path, text in FILES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    head = '[course]\nid = "example"\ntitle = "An example"\n\n'
    (root / "course.toml").write_text(head + FILES["course.toml"])
    with pytest.MonkeyPatch.context() as patch:
        for folder, package in ROOMS.items():
            patch.setattr(package, "__path__", [*package.__path__, str(root / folder)])
        importlib.invalidate_caches()
        yield root


def cases(kind):
    module = importlib.import_module(f"tests.exercises.solutions.{EXERCISE}")
    return getattr(module, kind).items()


@pytest.fixture(params=[1, 2, 3])
def verdict(course, request):
    """Return the function that judges a solution on fresh inputs."""
    answer = load_answer(EXERCISE)
    inputs = answer.generate(np.random.default_rng(request.param))
    key = make_key(answer, inputs, points=2.0)
    return lambda objects: judge(observe(load_probe(EXERCISE), objects, inputs), key)


def test_the_page_holds_every_file_of_an_exercise():
    rooms = (*(f"{room}/{EXERCISE}.py" for room in ROOMS), "autograder/masters/06_sign.py", "course.toml")
    assert set(FILES) == set(rooms)


def test_right_solutions_pass_and_every_mutant_is_named(verdict):
    for name, objects in cases("CORRECT"):
        assert (verdict(objects).verdict, verdict(objects).score) == ("correct", 2.0), name
    for name, objects in cases("MUTANTS"):
        assert (verdict(objects).verdict, verdict(objects).misconceptions) == ("misconception", (name,))
    for name, objects in cases("WRONG"):
        assert (verdict(objects).verdict in {"wrong", "error"}, verdict(objects).score) == (True, 0), name


def test_every_misconception_has_its_mutant(course):
    named = {"+".join(known.ids) for part in load_answer(EXERCISE).parts for known in part.misconceptions}
    assert named == {name for name, _ in cases("MUTANTS")}


def test_the_workbook_is_built_and_its_solution_gets_full_marks(course):
    points = load_course(course).points[EXERCISE]
    inputs, key = parse_recorded(*record(EXERCISE, points.auto))
    cells = {cell.id: cell.source for cell in release_notebook("06_sign", course).cells}
    assert cells[EXERCISE].endswith("# TODO\n    raise NotImplementedError")
    assert "np.sign" not in json.dumps(cells)
    space = {"np": np}
    exec(FILES["autograder/masters/06_sign.py"].split('exercise="sign_step"')[1].split("# %%")[0], space)
    found = judge(observe(load_probe(EXERCISE), [space[EXERCISE]], inputs), key)
    assert (found.verdict, found.score) == ("correct", 2.0)
