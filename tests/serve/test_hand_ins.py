"""A hand-in is acknowledged when it is kept, graded on inputs of its own, and lies where the final run looks."""

import hashlib
import json

import pytest
from sqlalchemy import select

from autograder.grade.classrun import Order, grade_class
from autograder.grade.grading_task import in_this_process
from autograder.serve.files import place
from autograder.serve.hand_ins import hand_in
from autograder.serve.queue import take, take_up_again
from autograder.serve.tables import hand_ins, reading
from tests.grade import mini
from tests.serve.conftest import Running

WEAK = {**mini.PERFECT, "momentum": mini.HEAVY_BALL}


def seeds(running):
    with reading(running.engine) as connection:
        return list(connection.scalars(select(hand_ins.c.seed)))


def test_a_hand_in_is_acknowledged_graded_and_told(running, course):
    content = json.dumps(mini.solved(course, WEAK)).encode()
    answer = running.hand_in("ada", content)
    assert answer.status_code == 201
    said = answer.json()
    assert (said["state"], said["student"], said["workbook"]) == ("waiting", "ada", mini.NAME)
    assert said["sha256"] == hashlib.sha256(content).hexdigest()
    running.grade()
    told = running.ask("ada", said["number"]).json()
    found = {one["exercise"]: one for one in told["exercises"]}
    assert told["state"] == "done"
    assert found["momentum"]["verdict"] == "misconception"
    assert (found["momentum"]["score"], found["momentum"]["max_score"]) == (1, 2)
    assert found["adam"]["verdict"] == "correct"
    assert found["why"]["verdict"] == "by hand"


def test_every_hand_in_gets_inputs_of_its_own(running, course):
    for note in ("first", "second"):
        running.hand_in("ada", mini.solved(course, {**WEAK, "why": note}))
    assert len(set(seeds(running))) == 2
    running.grade(2)
    grades = [hand_in(running.engine, number).grade for number in (1, 2)]
    evidence = [one.exercises[0].evidence for one in grades]
    assert evidence[0] != evidence[1]


def test_no_number_of_what_is_right_is_told(running, course):
    running.hand_in("ada", mini.solved(course, WEAK))
    running.grade()
    kept = hand_in(running.engine, 1).grade.exercises[0]
    expected = [number.expected for number in kept.evidence]
    assert expected
    pages = [running.ask("ada", 1).text, running.browser("ada").get("/").text]
    assert not [number for number in expected for page in pages if number in page]


def test_after_the_verdicts_of_a_day_hand_ins_count_and_are_not_graded(running, course):
    most = running.service.desk.course.serve.verdicts_per_day
    for number in range(most + 1):
        said = running.hand_in("ada", mini.solved(course, {"why": str(number)})).json()
    assert said["state"] == "kept"
    assert "final run decides" in said["says"]
    assert said["verdicts_left"] == 0
    place(running.engine, running.wishes.folder, running.submitted)
    placed = json.loads((running.submitted / "ada" / mini.NAME / f"{mini.NAME}.ipynb").read_bytes())
    assert mini.cell(placed, "why")["source"] == str(most)


def test_more_hand_ins_than_allowed_within_an_hour_are_refused(running, course):
    most = running.service.desk.course.serve.hand_ins_per_hour
    answers = [running.hand_in("ada", mini.solved(course, {"why": str(number)})) for number in range(most + 1)]
    assert [one.status_code for one in answers] == [201] * most + [429]
    assert "the last one counts" in answers[-1].json()["error"]
    assert running.hand_in("bob", mini.solved(course, {})).status_code == 201


def test_asking_again_while_it_waits_is_the_same_hand_in(running, course):
    first, second = (running.hand_in("ada", mini.solved(course, WEAK)).json() for _ in range(2))
    assert first["number"] == second["number"]
    assert first["receipt"] == second["receipt"]
    assert first["verdicts_left"] == second["verdicts_left"]


def test_the_final_run_grades_the_last_hand_ins(running, course, tmp_path):
    running.hand_in("ada", mini.solved(course, WEAK))
    running.hand_in("bob", mini.solved(course, {}))
    running.hand_in("ada", mini.solved(course, mini.PERFECT))
    assert place(running.engine, running.wishes.folder, running.submitted) == 2
    assert place(running.engine, running.wishes.folder, running.submitted) == 0
    grades = grade_class(Order(running.submitted, running.wishes.out, course, seed=7), in_this_process).grades
    assert {one.student: one.checked_score for one in grades} == {"ada": 4, "bob": 0}
    assert all(one.submitted_at.endswith("UTC") for one in grades)
    assert (running.wishes.out / "gradebook.db").exists()


def test_what_was_being_graded_at_a_kill_is_taken_up_again(running, course, tmp_path, roster):
    running.hand_in("ada", mini.solved(course, WEAK))
    assert take(running.engine).number == 1
    again = Running(course, tmp_path / "class", roster)
    assert take(again.engine) is None
    assert take_up_again(again.engine) == 1
    again.grade()
    assert again.ask("ada", 1).json()["state"] == "done"


def test_what_ends_grading_again_and_again_gets_no_verdict_and_costs_none(running, course):
    before = running.hand_in("ada", mini.solved(course, WEAK)).json()["verdicts_left"]
    for _ in range(3):
        assert take(running.engine) is not None
        take_up_again(running.engine)
    running.grade()
    told = running.ask("ada", 1).json()
    assert told["state"] == "failed"
    assert "no fault of your notebook" in told["says"]
    assert told["verdicts_left"] == before + 1


@pytest.mark.parametrize("number", [1, 99])
def test_nobody_sees_the_hand_in_of_another(running, course, number):
    running.hand_in("ada", mini.solved(course, WEAK))
    assert running.ask("bob", number).status_code == 404
    assert running.browser("bob").get(f"/receipts/{number}").status_code == 404
