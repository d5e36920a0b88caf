"""`make quick` runs what a change touches, the nearest tests first, and says how many it has no time for."""

from pathlib import Path

import pytest

from tests.quick import Nearest, distances, exercise_of, module_of

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
    plugin = Nearest({"test_near": 0, "test_next": 1}, set(), seconds=60)
    result = three_modules.inline_run("-v", plugins=[plugin])
    ran = [report.nodeid for report in result.getreports("pytest_runtest_logreport") if report.when == "call"]
    assert ran == ["test_near.py::test_near", "test_next.py::test_next"]
    assert plugin.left == 0


def test_what_there_is_no_time_for_is_counted(three_modules):
    plugin = Nearest({"test_near": 0, "test_next": 1}, set(), seconds=-1)
    result = three_modules.inline_run(plugins=[plugin])
    assert result.countoutcomes() == [0, 0, 0]
    assert plugin.left == 2
