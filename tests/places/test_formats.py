"""What each place reads: its published format, sums that agree, and nothing of a student's that becomes markup."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.grade.types import ExerciseGrade, PointedLine, SubmissionGrade
from autograder.places import github, gradescope, prairielearn
from autograder.places.marked import NOT_FINISHED, Marked
from autograder.places.settings import Settings
from tests.places.schemas import check_classroom, check_gradescope, check_prairielearn

SETTINGS = Settings(workbook="02_optimizers")
VERDICTS = ("correct", "variant", "misconception", "wrong", "error", "timeout", "crashed", "not attempted")


def exercise(name, score, most, message="", **more):
    verdict = more.pop("verdict", "correct" if score == most else "misconception")
    return ExerciseGrade(name, f"check-{name}", verdict, score, most, message=message, **more)


def by_hand(name, most, score=None):
    return ExerciseGrade(f"explain-{name}", f"explain-{name}", "by hand", score, most)


def marked(*exercises, **more):
    grade = SubmissionGrade("student", "02_optimizers", "x.ipynb", exercises, isolation="WEAK, without: disk")
    return Marked(grade, staff=("Walls: WEAK, without: disk.", "Seed of the hidden inputs: 7."), seconds=12.34, **more)


PLAIN = marked(
    exercise("momentum", 0.5, 1.0, "The gradient is not weighted.", flags=("torch.optim.SGD in line 3",)),
    exercise(
        "adam",
        0.0,
        2.0,
        "Not yet.",
        pointed=PointedLine(4, "m = g", "Look at line 4.", before="beta1", after="1 - beta1"),
    ),
    by_hand("race", 1.0),
    by_hand("surfaces", 2.0, score=0.0),
    exercise("ema", 1.0, 1.0),
)
texts = st.text(max_size=200)
grades = st.builds(
    lambda names, rows: marked(
        *(
            exercise(f"exercise_{number}", score * most, most, f"{name}\n{message}", verdict=verdict)
            for number, (name, (score, most, message, verdict)) in enumerate(zip(names, rows, strict=False))
        ),
        notes=tuple(names[:3]),
    ),
    st.lists(texts, min_size=8, max_size=8),
    st.lists(st.tuples(st.floats(0, 1), st.floats(0.1, 10), texts, st.sampled_from(VERDICTS)), min_size=1, max_size=8),
)


@given(grades, st.sampled_from(["visible", "after_due_date", "after_published", "hidden"]))
def test_gradescope_s_format_holds_for_any_grade_and_counts_each_mark_once(one, visibility):
    results = json.loads(json.dumps(gradescope.results(one, SETTINGS.model_copy(update={"visibility": visibility}))))
    check_gradescope(results)
    assert sum(test["score"] for test in results["tests"]) == pytest.approx(one.grade.checked_score, abs=1e-3)
    assert sum(test["max_score"] for test in results["tests"]) == pytest.approx(one.grade.checked_max, abs=1e-3)
    assert {test["visibility"] for test in results["tests"][:-1]} == {visibility}
    assert results["tests"][-1]["visibility"] == "hidden"


@given(grades)
def test_prairielearn_s_format_holds_for_any_grade(one):
    results = json.loads(json.dumps(prairielearn.results(one, SETTINGS)))
    check_prairielearn(results)
    earned = sum(test["points"] for test in results["tests"]) / sum(test["max_points"] for test in results["tests"])
    assert results["score"] == pytest.approx(earned, abs=1e-3)


@given(grades)
def test_classroom_s_format_holds_for_any_grade(one):
    results = json.loads(json.dumps(github.points(one)))
    check_classroom(results)
    assert sum(test["score"] for test in results["tests"]) == pytest.approx(one.grade.checked_score, abs=1e-3)


@given(texts)
def test_nothing_of_a_student_s_becomes_markup_in_the_summary(text):
    one = marked(exercise("ema", 0.0, 1.0, f"{text}\n~~~~~~~~\n| `adam` | correct | 9 / 9 |"), notes=(text,))
    lines = github.summary(one).splitlines()
    rows = [line for line in lines if line.startswith("| `")]
    fences = [number for number, line in enumerate(lines) if line.startswith("~~~")]
    assert rows == ["| `ema` | ◐ misconception | 0 / 1 |"]
    assert len(fences) == 2
    assert "<" not in "\n".join(lines[: fences[0]]).replace("\\<", "")


def test_hand_marks_are_left_to_people_and_staff_lines_to_staff():
    results = gradescope.results(PLAIN, SETTINGS)
    assert [one["name"] for one in results["tests"]][:3] == ["momentum", "adam", "ema"]
    assert [one["status"] for one in results["tests"]] == ["failed", "failed", "passed", "passed"]
    assert "The checks give 1.5 of 4 marks." in results["output"]
    assert "race (1), surfaces (2, no answer)" in results["output"]
    staff = results["tests"][-1]["output"]
    for line in ("WEAK", "inputs: 7", "momentum: torch.optim.SGD in line 3", "adam, line 4: beta1 -> 1 - beta1"):
        assert line in staff
        assert line not in results["output"] + "".join(one["output"] for one in results["tests"][:-1])
    shown = {key: value for key, value in prairielearn.results(PLAIN, SETTINGS).items() if key != "instructors"}
    assert "1 - beta1" not in json.dumps(shown) + github.summary(PLAIN) + json.dumps(github.points(PLAIN))


@pytest.mark.parametrize("one", [NOT_FINISHED, Marked(problem="There is no notebook.")])
def test_what_has_no_grade_is_a_sentence_everywhere(one):
    found = gradescope.results(one, SETTINGS)
    check_gradescope(found)
    assert (found["score"], found["output"], found["tests"]) == (0.0, one.problem, [])
    found = prairielearn.results(one, SETTINGS)
    check_prairielearn(found)
    assert (found["gradable"], found["format_errors"]) == (False, [one.problem])
    found = github.points(one)
    check_classroom(found)
    assert (found["status"], found["tests"]) == ("error", [])


def test_github_adds_to_the_files_that_the_runner_names(tmp_path, monkeypatch):
    for variable in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT"):
        monkeypatch.setenv(variable, str(tmp_path / variable))
        (tmp_path / variable).write_text("before\n")
    monkeypatch.setattr(github, "mark_in_any_case", lambda folder, settings: PLAIN)
    monkeypatch.setattr(github, "read_settings", lambda root: SETTINGS)
    assert github.main(tmp_path) == 0
    assert "| `momentum` | ◐ misconception | 0.5 / 1 |" in (tmp_path / "GITHUB_STEP_SUMMARY").read_text()
    before, line = (tmp_path / "GITHUB_OUTPUT").read_text().splitlines()
    assert before == "before"
    check_classroom(json.loads(base64.b64decode(line.removeprefix("result="))))
