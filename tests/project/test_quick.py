"""`make quick` runs what a change touches, the nearest tests first, and says how many it has no time for."""

import time
from pathlib import Path

import pytest

from tests.balance import Seconds
from tests.project.imports import import_graph
from tests.quick import PACKAGES, ROOT, Nearest, distances, exercise_of, known, module_of, worth_collecting

pytest_plugins = ["pytester"]


@pytest.mark.parametrize(
    ("path", "module"),
    [
        ("autograder/grade/read.py", "autograder.grade.read"),
        ("course_utils/checks/__init__.py", "course_utils.checks"),
        ("autograder/report/style.css", "autograder.report"),
    ],
)
def test_a_file_belongs_to_a_module_or_to_the_package_around_it(path, module):
    assert module_of(Path(path)) == module


def test_a_file_belongs_to_an_exercise_only_in_its_folder():
    assert exercise_of(Path("course_utils/exercises/optimizers/ema/probe.py")) == "ema"
    assert exercise_of(Path("course_utils/exercises/__init__.py")) == ""
    assert exercise_of(Path("course_utils/checks/judge.py")) == ""


def test_the_distance_counts_the_imports_in_between():
    graph = {"a": set(), "b": {"a"}, "c": {"b"}, "d": {"c", "a"}, "far": set()}
    assert distances(graph, ["a", "not.a.module"]) == {"a": 0, "b": 1, "d": 1, "c": 2}


@pytest.fixture
def three_modules(pytester):
    pytester.makepyfile(
        test_near="def test_near(): pass", test_next="def test_next(): pass", test_far="def test_far(): assert False"
    )
    return pytester


def test_the_nearest_run_first_and_the_others_not_at_all(three_modules):
    plugin = Nearest({"test_near": 0, "test_next": 1}, set(), time.monotonic() + 60, {})
    result = three_modules.inline_run("-v", plugins=[plugin])
    ran = [report.nodeid for report in result.getreports("pytest_runtest_logreport") if report.when == "call"]
    assert ran == ["test_near.py::test_near", "test_next.py::test_next"]
    assert plugin.left == 0


def test_what_there_is_no_time_for_is_counted(three_modules):
    plugin = Nearest({"test_near": 0, "test_next": 1}, set(), time.monotonic() - 1, {})
    result = three_modules.inline_run(plugins=[plugin])
    assert result.countoutcomes() == [0, 0, 0]
    assert plugin.left == 2


def test_a_test_that_would_come_to_its_end_too_late_is_not_begun(three_modules):
    long = {"test_near": Seconds(2000, 1000)}
    plugin = Nearest({"test_near": 0, "test_next": 1}, set(), time.monotonic() + 500, long)
    result = three_modules.inline_run(plugins=[plugin])
    assert result.countoutcomes() == [1, 0, 0]
    assert plugin.left == 1


def test_only_files_that_there_is_time_for_are_collected():
    near = {"tests.far": 3, "tests.near": 1, "tests.next": 2}
    files = [Path("tests/far.py"), Path("tests/near.py"), Path("tests/next.py")]
    assert worth_collecting(files, near, {}, 100) == [files[1], files[2], files[0]]
    assert worth_collecting(files, near, {"tests.near": Seconds(120, 1)}, 100) == [files[1]]
    assert worth_collecting(files, near, {"tests.next": Seconds(120, 1)}, 100) == [files[1], files[2]]


def test_a_change_of_the_project_finds_the_tests_of_it():
    graph = import_graph(*(ROOT / package for package in PACKAGES))
    near = distances(graph, ["autograder.grade.engine"])
    assert near["tests.grade.test_engine"] == 1
    assert not [name for name in near if ".fixtures." in name]


def test_a_change_of_what_the_browser_runs_finds_the_tests_of_its_package():
    graph = import_graph(*(ROOT / package for package in PACKAGES))
    changed = module_of(Path("course_utils/widgets/client/src/core/view.js"))
    assert known(changed, graph) == "course_utils.widgets"
    assert "tests.widgets.test_javascript" in distances(graph, [known(changed, graph)])
    assert known(module_of(Path("README.md")), graph) == ""
