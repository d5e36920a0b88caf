"""Limits by exercise: from course.toml to the cell and the probe that they hold for."""

import json
import sys
import time
from dataclasses import replace

import pytest

from autograder.course import CourseError, load_course
from autograder.grade.plan import plan
from autograder.grade.release import load_release
from autograder.grade.settings import settings_of
from autograder.grade.types import Cell, Rebuilt
from autograder.sandbox.run import OUT_OF_TIME, run_submission
from autograder.sandbox.seconds import left_of, seconds_of
from autograder.sandbox.types import CellStep, Limits, ProbeStep
from course_utils.kits.probe import load_probe
from tests.grade import mini

OWN = "\n[limits]\ncell_s = 7\ntotal_s = 90\n\n[limits.exercises]\nadam = { cell_s = 40 }\nmomentum = { probe_s = 3 }\n"


def course(tmp_path, text):
    (tmp_path / "course.toml").write_text(text)
    return load_course(tmp_path)


def test_an_exercise_has_its_own_limits_where_the_course_says_so(tmp_path):
    limits = settings_of(course(tmp_path, mini.COURSE + OWN), 0, "full").limits
    assert [limits.cell_seconds(name) for name in ("adam", "momentum", None)] == [40, 7, 7]
    assert limits.total_s == 90
    assert [limits.probe_seconds(name, 25) for name in ("adam", "momentum")] == [25, 3]


def test_a_limit_for_an_exercise_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(CourseError, match=r"limits\.exercises names typo"):
        course(tmp_path, mini.COURSE + "\n[limits.exercises]\ntypo = { cell_s = 1 }\n")


def test_a_cell_is_ended_by_the_limit_of_its_exercise():
    cells = [CellStep("slow", "while True: pass", "adam"), CellStep("after", "1")]
    slow, after = run_submission(cells, Limits(cell_s=60.0, cell_s_of={"adam": 1.0})).cells
    assert (slow.status, after.status) == ("timeout", "ok")
    assert "within 1 s" in slow.message


def added(number, source="1"):
    return CellStep(f"added-{number}", source, added=True)


def allowed(steps, limits):
    return seconds_of(steps, limits)


def test_added_cells_have_the_time_of_three_however_many_they_are():
    limits = Limits(cell_s=2.0, cell_s_of={"adam": 10.0})
    given = [CellStep("first", "1"), CellStep("adam", "1", "adam")]
    many = [added(number) for number in range(4000)]
    assert allowed(given, limits) == 12.0
    assert allowed([*given, added(1)], limits) == 14.0
    assert allowed([*many, *given], limits) == 18.0
    assert allowed([*many, *given, CellStep("copy", "1", "adam", added=True)], limits) == 26.0


def test_all_steps_together_have_a_limit_beside_what_needs_longer():
    limits = Limits(cell_s=20.0, probe_s=10.0, total_s=50.0, cell_s_of={"adam": 90.0})
    given = [CellStep(f"given-{number}", "1") for number in range(100)]
    assert allowed(given[:2], limits) == 40.0
    assert allowed(given, limits) == 50.0
    assert allowed([*given, CellStep("adam", "1", "adam")], limits) == 120.0
    trained = max(part.limit_s for part in load_probe("capstone").parts)
    assert allowed([*given, ProbeStep("capstone", {})], limits) == 50.0 + trained - 10.0
    assert allowed([], limits) == 0.0


def test_a_second_run_has_what_the_first_one_left_beside_what_training_may_take():
    limits = Limits(probe_s=10.0, total_s=50.0)
    trained = max(part.limit_s for part in load_probe("capstone").parts) - limits.probe_s
    assert left_of(limits, [CellStep("a", "1")], 30.0).total_s == 20.0
    assert left_of(limits, [CellStep("a", "1")], 80.0).total_s == 0.0
    assert left_of(limits, [ProbeStep("capstone", {})], trained + 30.0).total_s == 20.0
    assert left_of(limits, [ProbeStep("capstone", {})], 1.0).total_s == 50.0


def test_a_run_says_how_long_it_took_and_nothing_runs_in_no_time():
    sleeps = [CellStep("sleeps", "import time\ntime.sleep(1)")]
    result = run_submission(sleeps, Limits(cell_s=30.0))
    assert 1.0 <= result.seconds < 30.0
    (cell,) = run_submission(sleeps, replace(Limits(), total_s=0.0)).cells
    assert (cell.status, cell.message) == ("timeout", f"The cell {OUT_OF_TIME}")


SLEEPS = {
    "a statement": "import time\ntime.sleep(1)",
    "an attribute": "import time\nclass A:\n    def __getattr__(self, name):\n        time.sleep(1)\nA().x",
    "a finaliser": "import time\nclass A:\n    def __del__(self):\n        time.sleep(1)\na = A()\ndel a",
}


@pytest.mark.parametrize(
    "source", [SLEEPS["a finaliser"], *(pytest.param(one, marks=pytest.mark.slow) for one in list(SLEEPS.values())[:2])]
)
def test_sleep_counts_wherever_it_is(source):
    steps = [CellStep(f"c{number}", source) for number in range(6)]
    cells = run_submission(steps, Limits(cell_s=30.0, total_s=3.0)).cells
    assert [cells[0].status, cells[-1].status] == ["ok", "timeout"]
    assert cells[-1].message == f"The cell {OUT_OF_TIME}"


def test_what_sleeps_at_the_end_of_its_process_holds_up_nobody():
    sleeps = "import atexit, time\natexit.register(time.sleep, 600)\n"
    source = f"{sleeps}class A:\n    def __del__(self):\n        time.sleep(600)\nkept = A()"
    start = time.monotonic()
    assert run_submission([CellStep("c", source)], Limits(cell_s=30.0)).cells[0].status == "ok"
    assert time.monotonic() - start < 300


def test_the_plan_says_which_cells_were_added(tmp_path):
    release = load_release(mini.NAME, json.dumps(mini.released(mini.make_course(tmp_path))).encode())
    cells = [*release.cells, Cell("mine", "added", True, "1")]
    steps = [step for step in plan(Rebuilt(tuple(cells), ()), 0, "ann").steps if isinstance(step, CellStep)]
    assert [step.id for step in steps if step.added] == ["mine"]
    assert len(steps) > 1


def test_what_added_cells_leave_no_time_for_is_not_reached():
    steps = [added(number, "while True: pass") for number in range(6)]
    cells = run_submission([*steps, CellStep("given", "1")], Limits(cell_s=1.0)).cells
    assert {cell.status for cell in cells} == {"timeout"}
    assert "did not finish" in cells[0].message
    assert cells[-1].message == f"The cell {OUT_OF_TIME}"


def test_the_outputs_of_all_cells_share_a_budget():
    cells = [CellStep(f"c{i}", f"print('{i}' * 40_000)") for i in range(4)]
    result = run_submission(cells, Limits(cell_s=30.0, all_output_bytes=100_000))
    assert [cell.status for cell in result.cells] == ["ok"] * 4
    assert [len(cell.outputs) for cell in result.cells] == [1, 1, 0, 0]
    assert result.notes == ("All outputs together exceed 0.1 MB; those from cell c2 on are not kept.",)


PAGES = """
import ctypes
import time

libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long]
for i in range(PAGES):  # a page in every GB: each has two page tables of its own
    page = libc.mmap(0x100000000000 + (i << 30), 4096, 1, 0x100022, -1, 0)
    ctypes.string_at(page, 1)
time.sleep(0.5)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is watched on Linux only")
@pytest.mark.parametrize(("pages", "status"), [(100, "ok"), (10_000, "crashed")])
def test_page_tables_count_as_memory(pages, status):
    (cell,) = run_submission(
        [CellStep("pages", PAGES.replace("PAGES", str(pages)))], Limits(cell_s=30.0, memory_bytes=60_000_000)
    ).cells
    assert cell.status == status, cell.message
    assert status == "ok" or "more than 0.06 GB of memory" in cell.message
