"""Packages graded as their places do it: as root, with Docker's rights, and without the right to make namespaces."""

import base64
import json
import os
import re
import subprocess

import pytest

from tests.places.conftest import ENVIRONMENT
from tests.places.notebooks import WORKBOOK, hostile, released, solved
from tests.places.schemas import check_classroom, check_gradescope, check_prairielearn

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(os.geteuid() != 0, reason="a container needs root"),
]
MISSING = "Walls: WEAK, without: user, disk, scratch, processes, network, ipc; with: privileges, system calls, limits"


@pytest.fixture(scope="module")
def gradescope(box):
    return box("gradescope")


@pytest.fixture(scope="module")
def prairielearn(box):
    return box("prairielearn")


def by_name(tests):
    return {one["name"]: one for one in tests}


def staff_line(results):
    (line,) = [one["output"] for one in results["tests"] if one["visibility"] == "hidden"]
    return line


def test_gradescope_gives_a_right_notebook_all_marks_on_fresh_inputs(gradescope):
    seeds = []
    for name in ("Copy of 02_optimizers (1).ipynb", "homework/final.ipynb"):
        results = gradescope.run({name: solved()})
        check_gradescope(results)
        tests = [one for one in results["tests"] if one["visibility"] == "visible"]
        assert len(tests) == 12
        assert [one for one in tests if one["score"] != one["max_score"] or one["status"] != "passed"] == []
        assert MISSING in staff_line(results)
        assert "own user" in staff_line(results)
        seeds += re.findall(r"Seed of the hidden inputs: (\d+)", staff_line(results))
    assert len(set(seeds)) == 2


def test_gradescope_names_a_mistake_and_leaves_hand_marks_to_the_rubric(gradescope):
    wrong = solved([("momentum", "(1 - self.mu) * parameter.grad", "parameter.grad")])
    results = gradescope.run({f"{WORKBOOK}.ipynb": wrong, "notes.txt": b"x", "older.ipynb": released()})
    check_gradescope(results)
    tests = by_name(results["tests"])
    assert tests["momentum"]["score"] < tests["momentum"]["max_score"]
    assert tests["momentum"]["status"] == "failed"
    assert "expected" in tests["momentum"]["output"]
    assert tests["adam"]["status"] == "passed"
    assert "surfaces" not in tests
    assert "surfaces (1" in results["output"]
    assert "left aside: 'older.ipynb'" in results["output"]


def test_gradescope_gives_a_hostile_notebook_what_it_earned_and_nothing_else(gradescope):
    results = gradescope.run({f"{WORKBOOK}.ipynb": hostile()})
    check_gradescope(results)
    tests = by_name(results["tests"])
    assert {name for name, one in tests.items() if one["score"]} == {"ema"}
    assert tests["ema"]["score"] == tests["ema"]["max_score"]
    assert re.search(r"raised RuntimeError: found: \.", results["output"])
    assert not (gradescope.folder / "tmp" / "left_behind").exists()


def test_prairielearn_gives_a_right_and_a_hostile_notebook_what_they_earned(prairielearn):
    results = prairielearn.run({f"{WORKBOOK}.ipynb": solved()})
    check_prairielearn(results)
    assert results["score"] == 1
    results = prairielearn.run({f"{WORKBOOK}.ipynb": hostile()})
    check_prairielearn(results)
    assert {one["name"] for one in results["tests"] if one["points"]} == {"ema"}
    assert results["score"] == pytest.approx(1 / sum(one["max_points"] for one in results["tests"]), abs=1e-4)
    assert re.search(r"raised RuntimeError: found: \.", results["message"])
    assert "WEAK" in results["instructors"]


def test_github_grades_behind_every_wall_and_writes_table_and_points(box, tmp_path):
    machine = box("github")
    wrong = solved([("momentum", "(1 - self.mu) * parameter.grad", "parameter.grad")])
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "mine.ipynb").write_text(json.dumps(wrong))
    files = {name: str(tmp_path / name) for name in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT")}
    command = [machine.folder / ENVIRONMENT / "bin" / "python", "-P", "-m", "autograder.places.github", tmp_path]
    done = subprocess.run(
        command, cwd=machine.course, env={**os.environ, **files}, capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stdout + done.stderr
    summary = (tmp_path / "GITHUB_STEP_SUMMARY").read_text()
    assert re.search(r"\| `momentum` \| . misconception \| 0\.\d+ / 1 \|", summary)
    assert summary.count("✓ correct") == 11
    points = json.loads(base64.b64decode((tmp_path / "GITHUB_OUTPUT").read_text().removeprefix("result=")))
    check_classroom(points)
    assert points["status"] == "fail"


@pytest.mark.parametrize("place", ["gradescope", "prairielearn"])
def test_what_is_no_notebook_is_a_sentence(place, request):
    results = request.getfixturevalue(place).run({"work.zip": b"PK\x03\x04" + bytes(100)})
    said = results["output"] if place == "gradescope" else results["format_errors"][0]
    assert "There is no notebook among the files, only 'work.zip'; unpack the archive" in said
