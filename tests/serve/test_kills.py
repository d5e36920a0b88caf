"""The receipt is a promise: kill -9 of any part keeps every accepted hand-in, and each gets its verdict."""

import json
import subprocess

import pytest
from sqlalchemy import create_engine, text

from course_utils.handin.service import Service
from tests.grade import mini
from tests.serve.postgres import NEEDS_POSTGRES, postgres
from tests.serve.real import RealService, free_port, real_service, wait_for

CLASS = ("ada", "bob", "gus")
WEAK = {**mini.PERFECT, "momentum": mini.HEAVY_BALL}


def hand_in(service, course, name):
    content = json.dumps(mini.solved(course, WEAK)).encode()
    return Service(service.address, service.tokens()[name]).hand_in(mini.NAME, content)["number"]


def verdict(service, name, number):
    told = list(Service(service.address, service.tokens()[name]).follow(number, 180))[-1]
    return told["state"], {one["exercise"]: one["verdict"] for one in told["exercises"]}


RIGHT = ("done", {"momentum": "misconception", "why": "by hand", "adam": "correct"})


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_killed_grader_and_a_killed_service_lose_nothing(course, tmp_path, roster):
    service = RealService(course, tmp_path / "class", roster)
    service.start()
    try:
        numbers = {name: hand_in(service, course, name) for name in CLASS}
        first = service.grader()
        first.kill()
        first.wait()
        assert verdict(service, "ada", numbers["ada"]) == RIGHT
        grader = service.grader()
        service.kill()
        grader.wait(30)  # it ends with the service
        service.start()
        assert {name: verdict(service, name, number) for name, number in numbers.items()} == dict.fromkeys(CLASS, RIGHT)
        last = tmp_path / "class" / "submitted" / "gus" / mini.NAME / f"{mini.NAME}.ipynb"
        wait_for(last.is_file, "the hand-ins lie where the final run looks")
    finally:
        service.end()


def test_a_second_service_does_not_get_into_the_folder(course, tmp_path, roster):
    with real_service(course, tmp_path / "class", roster, "--workers", "0") as service:
        other = [*service.command, "--port", str(free_port())]
        done = subprocess.run(other, cwd=course, capture_output=True, text=True, timeout=120)
    assert done.returncode == 2
    assert "another service works in" in done.stderr


@pytest.mark.slow
@pytest.mark.timeout(900)
@NEEDS_POSTGRES
def test_the_same_on_postgresql(course, tmp_path, roster):
    with postgres() as address:
        with real_service(course, tmp_path / "class", roster, "--database", address) as service:
            numbers = {name: hand_in(service, course, name) for name in CLASS}
            service.grader().kill()
            found = {name: verdict(service, name, number) for name, number in numbers.items()}
        with create_engine(address).connect() as connection:
            kept = connection.scalar(text("select count(*) from hand_ins where state = 'done'"))
    assert found == dict.fromkeys(CLASS, RIGHT)
    assert sorted(numbers.values()) == list(range(1, len(CLASS) + 1))
    assert kept == len(CLASS)
