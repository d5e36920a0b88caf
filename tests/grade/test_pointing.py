"""In grading a line is looked for where the student's code runs, and believed only after a look at it here."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from autograder.catalogue.answer import load_answer
from autograder.grade.plan import Plan
from autograder.grade.pointing import point_out, point_steps, with_lines
from autograder.grade.types import Cell, ExerciseGrade, Rebuilt
from autograder.sandbox.inner import _answer
from autograder.sandbox.replies import read_claim
from autograder.sandbox.types import CellStep, Claim, Limits, PointStep, ProbeStep, RunResult
from course_utils.checks.types import PartObservation
from tests.checks.pointing.typed import run_cell

SOURCE = """def walk_moments(num_steps, p_good=0.75, good=-10.0, bad=20.0):
    mean = p_good * good + (1 - p_good) * bad
    variance = p_good * good**2 + (1 - p_good) * bad**2 + mean**2
    return num_steps * mean, num_steps * variance
"""
LINE = SOURCE.splitlines()[2].strip()
RIGHT = SOURCE.replace("+ mean**2", "- mean**2")
GRADE = ExerciseGrade("walk_moments", "check-walk_moments", "wrong", 0.0, 2.0, message="Wrong.")
REBUILT = Rebuilt((Cell("walk_moments", "solution", True, SOURCE, "walk_moments"),))


@pytest.fixture(scope="module")
def inputs():
    return load_answer("walk_moments").generate(np.random.default_rng(3))


def outputs_of(source, inputs):
    from course_utils.kits.probe import load_probe

    (part,) = load_probe("walk_moments").parts
    return part.run(run_cell(source)["walk_moments"], inputs)


def claim(inputs, line=3, quote=LINE, source=RIGHT):
    seen = PartObservation("walk_moments", outputs_of(source, inputs))
    return Claim(line, quote, "sign", "a + b", "a - b", seen)


def confirmed(inputs, one, source=SOURCE):
    claims = {("walk_moments", "walk_moments"): one}
    rebuilt = replace(REBUILT, cells=(replace(REBUILT.cells[0], source=source),))
    (grade,) = with_lines([GRADE], rebuilt, {"walk_moments": inputs}, claims)
    return grade


def test_the_process_of_the_student_finds_the_line_and_runs_the_change_on_fresh_inputs(inputs):
    request = {"kind": "line", "exercise": "walk_moments", "part": "walk_moments", "seconds": 20.0}
    reply, arrays = _answer(request, inputs, SimpleNamespace(user_ns=run_cell(SOURCE)))
    assert (reply["claim"]["line"], reply["claim"]["quote"]) == (3, LINE)
    expected = outputs_of(RIGHT, inputs)
    assert all(np.allclose(arrays[name], expected[name]) for name in expected)


def test_a_confirmed_line_is_information_and_no_mark(inputs):
    grade = confirmed(inputs, claim(inputs))
    assert grade.pointed.says.startswith(f"Look at line 3, `{LINE}`")
    assert (grade.pointed.before, grade.pointed.after) == ("a + b", "a - b")
    assert replace(grade, pointed=None) == GRADE


@pytest.mark.parametrize("empty", ["\n", "\n  \n\n"])
def test_empty_lines_above_count_in_the_notebook_and_not_in_the_process_of_the_student(inputs, empty):
    grade = confirmed(inputs, claim(inputs), empty + SOURCE)
    assert grade.pointed.line == 3 + empty.count("\n")
    assert (empty + SOURCE).splitlines()[grade.pointed.line - 1].strip() == grade.pointed.quote


@pytest.mark.parametrize(
    "lie", [{"line": 2}, {"line": 400}, {"quote": "<script>"}, {"quote": ""}, {"source": SOURCE}], ids=str
)
def test_what_is_not_so_is_not_reported(inputs, lie):
    assert confirmed(inputs, claim(inputs, **lie)) == GRADE


@pytest.mark.parametrize("said", [1, [], {"line": "3"}, {"line": -1}, {"line": 10**9}])
def test_a_malformed_claim_is_refused(said):
    with pytest.raises(ValueError, match="a claim about no line"):
        read_claim({"claim": said}, b"", "walk_moments")


def test_texts_of_a_claim_are_short_and_plain():
    found = read_claim({"claim": {"line": 1, "quote": "x" * 10_000, "after": None, "kind": "\0"}}, b"", "f")
    assert (len(found.quote), found.after, "\0" in found.kind) == (300, "", False)


def test_cells_are_run_again_up_to_the_last_search(inputs):
    steps = (CellStep("a", "x = 1"), ProbeStep("walk_moments", inputs), CellStep("b", "x = 2"))
    again = point_steps(steps, [GRADE])
    assert again == (steps[0], PointStep("walk_moments", "walk_moments", inputs))
    assert point_steps(steps, [replace(GRADE, verdict="correct")]) == ()
    assert point_steps(steps, [replace(GRADE, verdict="error")]) == again


def test_the_search_has_the_time_that_the_first_run_left(inputs):
    given = []

    def run(steps, limits):
        given.append(limits.total_s)
        return RunResult((), {}, "")

    planned = Plan((ProbeStep("walk_moments", inputs),), {"walk_moments": inputs})
    assert point_out([GRADE], REBUILT, planned, 100.0, Limits(total_s=120.0), run) == (GRADE,)
    assert given == [20.0]


def test_the_line_of_an_error_is_found_as_in_the_check(inputs):
    source = SOURCE.replace("+ mean**2", "- mean**2 + bad[0]")
    request = {"kind": "line", "exercise": "walk_moments", "part": "walk_moments", "seconds": 20.0}
    reply, arrays = _answer(request, inputs, SimpleNamespace(user_ns=run_cell(source)))
    claimed = reply["claim"]
    assert claimed["line"] == 3
    expected = outputs_of(RIGHT, inputs)
    assert all(np.allclose(arrays[name], expected[name]) for name in expected)
