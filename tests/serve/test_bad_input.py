"""Whatever comes instead of a notebook, and whatever happens to the machine, is a sentence, and nothing is lost."""

import errno
import io
import json
import sqlite3
import zipfile

import pytest
from sqlalchemy.exc import OperationalError

from autograder.grade.types import GradingError
from autograder.serve import desk as desk_module
from autograder.serve.clock import Clock
from autograder.serve.guard import Doorkeeper
from autograder.serve.hand_ins import hand_ins_of
from autograder.serve.who import HubDown
from tests.grade import mini
from tests.serve.conftest import Running, write_roster


def zipped(content):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("02_mini.ipynb", content)
    return file.getvalue()


OTHER = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [mini.code("print('another course')")]}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (zipped("{}"), "zip"),
        (b"", "empty"),
        (b"Dear instructor", "not JSON"),
        (json.dumps(OTHER).encode(), "does not belong to the course 'A small course', which has 02_mini"),
    ],
)
def test_what_is_no_notebook_of_the_course_is_refused(running, content, said):
    answer = running.hand_in("ada", content)
    assert answer.status_code == 422
    assert said in answer.json()["error"]
    assert not hand_ins_of(running.engine, "ada")


def test_a_notebook_whose_cells_lost_their_names_is_known_by_what_it_holds(running, course):
    content = mini.solved(course, mini.PERFECT)
    for cell in content["cells"]:
        cell["metadata"] = {}
    assert running.hand_in("ada", content, workbook="").json()["workbook"] == mini.NAME


def test_a_file_that_is_too_large_is_refused_before_it_is_read(running):
    most = running.service.desk.most_bytes
    answer = running.hand_in("ada", b" " * (most + 1))
    assert answer.status_code == 413
    assert f"{most:,}" in answer.json()["error"]

    pieces = (b" " * 1_000_000 for _ in range(most // 1_000_000 + 1))
    answer = running.client.post("/api/hand-ins", content=pieces, headers=running.headers("ada"))
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("where", "error"),
    [
        ("keep", OSError(errno.ENOSPC, "No space left on device")),
        ("accept", OperationalError("insert", {}, sqlite3.OperationalError("database or disk is full"))),
    ],
)
def test_a_full_disk_acknowledges_nothing_and_says_so(running, course, monkeypatch, where, error):
    def full(*_):
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(desk_module, where, full)
        answer = running.hand_in("ada", mini.solved(course, {}))
    assert answer.status_code == 507
    assert "not accepted, because the disk of the service is full" in answer.json()["error"]
    assert not hand_ins_of(running.engine, "ada")
    assert running.hand_in("ada", mini.solved(course, {})).status_code == 201


class NoHub:
    at_hub = True

    async def by_token(self, token):
        raise HubDown

    by_session = by_token


def test_a_hub_that_is_down_is_said(running, course):
    running.app.state.service = running.service.__class__(
        running.service.desk, Doorkeeper(NoHub()), running.service.roster
    )
    answer = running.hand_in("ada", mini.solved(course, {}))
    assert answer.status_code == 503
    assert "the hub does not answer" in answer.json()["error"]
    assert running.client.get("/").status_code == 503


class Hands:
    """A clock that is set by hand."""

    def __init__(self):
        self.wall, self.steady = 1_800_000_000.0, 0.0

    def clock(self):
        return Clock(lambda: self.wall, lambda: self.steady)


def with_clock(running, clock):
    object.__setattr__(running.service.desk, "clock", clock)


@pytest.mark.parametrize(("jump", "way"), [(86_400, "forward by 1 day"), (-3_600, "back by 1:00:00")])
def test_a_clock_that_jumps_changes_no_order_and_is_said(running, course, jump, way):
    hands = Hands()
    with_clock(running, hands.clock())
    running.hand_in("ada", mini.solved(course, {"why": "first"}))
    assert not running.service.warnings()
    hands.wall += jump
    second = running.hand_in("ada", mini.solved(course, {"why": "second"})).json()
    assert [one.number for one in hand_ins_of(running.engine, "ada")] == [second["number"], 1]
    assert way in running.service.warnings()[0]


def test_a_clock_that_is_behind_the_last_hand_in_is_said_after_a_start(running, course):
    hands = Hands()
    with_clock(running, hands.clock())
    running.hand_in("ada", mini.solved(course, {}))
    hands.wall -= 7_200
    with_clock(running, hands.clock())
    assert "a time before that of a hand-in" in running.service.warnings()[0]


def test_who_leaves_the_roster_may_not_hand_in_and_who_comes_may(running, course, roster):
    token = running.headers("bob")
    assert running.hand_in("bob", mini.solved(course, {})).status_code == 201
    write_roster(roster, ("ada", "newcomer"))
    content = json.dumps(mini.solved(course, {})).encode()
    gone = running.client.post("/api/hand-ins", content=content, headers=token)
    assert gone.status_code == 401
    assert "on the roster" in gone.json()["error"]
    assert [one.student for one in hand_ins_of(running.engine, "bob")] == ["bob"]
    assert running.hand_in("newcomer", mini.solved(course, {})).status_code == 201
    write_roster(roster, ("ada", "bob", "newcomer"))
    assert running.client.post("/api/hand-ins", content=content, headers=token).status_code == 201


def test_a_roster_that_was_spoilt_changes_nothing_and_is_said(running, course, roster):
    roster.write_text("id,name\nada,Ada\nada,Ada\n")
    assert running.hand_in("bob", mini.solved(course, {})).status_code == 201
    assert any("cannot be used, the one before counts" in line for line in running.service.warnings())


def test_a_second_course_does_not_get_into_the_folder_of_the_first(running, tmp_path, roster):
    other = mini.make_course(tmp_path / "other", course=mini.COURSE.replace('id = "mini"', 'id = "second"'))
    with pytest.raises(GradingError, match="the hand-ins of the course 'mini', not of 'second'"):
        Running(other, running.wishes.out, roster)


def test_without_a_hub_nobody_is_let_in_unless_accounts_are_asked_for(course, tmp_path, roster):
    with pytest.raises(GradingError, match="no JupyterHub started this service"):
        Running(course, tmp_path / "class", roster, accounts=False)


def test_a_database_that_cannot_be_opened_is_one_line(course, tmp_path, roster):
    with pytest.raises(GradingError, match="the database cannot be opened"):
        Running(course, tmp_path / "class", roster, database="sqlite:////nowhere/at/all.db")
