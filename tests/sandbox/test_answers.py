"""What may come back instead of an answer: a byte at a time, values of any type, far too much of it."""

import json
import socket
import time
from itertools import islice

import numpy as np
import pytest

from autograder.sandbox.child import Child
from autograder.sandbox.endings import End, Lost
from autograder.sandbox.frames import HEADER, pack
from autograder.sandbox.replies import OutputBudget, read_cell, read_part
from autograder.sandbox.types import Limits

ANYTHING = [None, True, 1, 1.5, "x", "wrong", [], {}, [[]], {"x": []}]


class Greedy:
    """A memory watch that finds too much."""

    def exceeded(self):
        return True

    def cpu_s(self):
        return 0.0


class Dribble:
    """A channel on which there is always one more byte to read, a millisecond apart; hangs up after five seconds."""

    def __init__(self, always_ready):
        self.fileno = always_ready.fileno
        self.coming = iter(HEADER.pack(1_000_000, 0) + b" " * 5000)

    def setsockopt(self, *option):
        pass

    def setblocking(self, flag):
        assert not flag

    def send(self, data):
        return len(data)

    def recv(self, length):
        time.sleep(0.001)
        return bytes(islice(self.coming, 1))

    def close(self):
        pass


@pytest.fixture
def dribbled():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.send(b"x")
        yield Child(Dribble(ours), lambda seconds: End(0, True, 0.0), Limits(), 60)


def test_a_byte_at_a_time_does_not_put_the_deadline_off(dribbled):
    with pytest.raises(Lost, match=r"did not finish within 0\.4 s") as lost:
        dribbled.ask({}, {}, 0.4)
    assert lost.value.status == "timeout"


def test_a_byte_at_a_time_does_not_keep_the_memory_from_being_looked_at(dribbled):
    dribbled._watch = Greedy()
    with pytest.raises(Lost, match="memory") as lost:
        dribbled.ask({}, {}, 60.0)
    assert lost.value.status == "crashed"


def test_an_answer_in_time_is_taken():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(pack({"number": 1, "message": "ready"}, {"x": np.ones(2)}))
        answer, data = Child(ours, lambda seconds: End(0, True, 0.0), Limits(), 60).ask({}, {}, 20.0)
    assert answer["message"] == "ready"
    assert np.array_equal(read_part(answer, data, "x", 0.0, 0.0).outputs["x"], np.ones(2))


@pytest.mark.parametrize("value", ANYTHING)
def test_a_problem_of_any_type_is_read_or_refused(value):
    for problem in (value, {"verdict": value}, {"verdict": "wrong", "message": value}):
        try:
            seen = read_part({"problem": problem}, b"", "part", 0.0, 0.0)
        except ValueError:
            assert problem is not None
            assert problem == value or value != "wrong"
            continue
        assert problem is None or (seen.problem.verdict == "wrong" and isinstance(seen.problem.message, str))


@pytest.mark.parametrize("value", ANYTHING)
def test_outputs_of_any_type_are_read_or_left_out(value):
    kinds = ("stream", "error", "display_data", value)
    keys = ("text", "name", "data", "ename", "evalue", "traceback")
    found = [{"output_type": kind, **dict.fromkeys(keys, value)} for kind in kinds]
    reply = read_cell({"message": value, "error": value, "line": value, "outputs": [value, *found]}, 1000)
    assert all(isinstance(text, str) for text in (reply.message, reply.error, reply.line))
    assert [output["output_type"] for output in reply.outputs] == ["stream", "error", "display_data"]
    assert read_cell({"outputs": value}, 1000).outputs == ()


def test_the_budget_counts_bytes_and_ends_with_the_first_that_does_not_fit():
    small, wide = ({"output_type": "stream", "name": "stdout", "text": text} for text in ("a", "\u00e9" * 40))
    size = len(json.dumps(small))
    budget = OutputBudget(2 * size + 50)
    assert budget.keep([small, small]) == (small, small)
    assert not budget.used_up
    assert budget.keep([wide, small]) == ()
    assert budget.used_up
    assert budget.keep([small]) == ()
