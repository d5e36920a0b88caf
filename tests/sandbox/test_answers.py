"""What may come back instead of an answer: a byte at a time, values of any type, far too much of it."""

import json
import socket
import threading

import numpy as np
import pytest

from autograder.sandbox.child import LOOK_MS, Child, Lost
from autograder.sandbox.frames import HEADER, pack
from autograder.sandbox.replies import OutputBudget, read_cell, read_part
from autograder.sandbox.types import Limits

PAUSE_S = LOOK_MS / 1000 / 5
ANYTHING = [None, True, 1, 1.5, "x", "wrong", [], {}, [[]], {"x": []}]


class Greedy:
    """A memory watch that finds too much."""

    def exceeded(self):
        return True


@pytest.fixture
def dribbled():
    """A child that sends a byte of its answer at a time, so that there is always something to read."""
    ours, theirs = socket.socketpair()
    over = threading.Event()

    def dribble():
        data = HEADER.pack(10_000, 0) + b" " * 10_000
        for byte in data:
            if over.wait(PAUSE_S):
                return
            try:
                theirs.send(bytes([byte]))
            except OSError:
                return

    sender = threading.Thread(target=dribble)
    sender.start()
    yield Child(ours, lambda: 0, Limits())
    over.set()
    sender.join()
    ours.close()
    theirs.close()


def test_a_byte_at_a_time_does_not_put_the_deadline_off(dribbled):
    with pytest.raises(Lost, match=r"did not finish within 0\.4 s") as lost:
        dribbled.ask({}, {}, 0.4)
    assert lost.value.status == "timeout"


def test_a_byte_at_a_time_does_not_keep_the_memory_from_being_looked_at(dribbled):
    dribbled._watch = Greedy()
    with pytest.raises(Lost, match="memory") as lost:
        dribbled.ask({}, {}, 20.0)
    assert lost.value.status == "crashed"


def test_an_answer_in_time_is_taken():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(pack({"number": 1, "message": "ready"}, {"x": np.ones(2)}))
        answer, data = Child(ours, lambda: 0, Limits()).ask({}, {}, 20.0)
    assert answer["message"] == "ready"
    assert np.array_equal(read_part(answer, data, "x", 0.0).outputs["x"], np.ones(2))


@pytest.mark.parametrize("value", ANYTHING)
def test_a_problem_of_any_type_is_read_or_refused(value):
    for problem in (value, {"verdict": value}, {"verdict": "wrong", "message": value}):
        try:
            seen = read_part({"problem": problem}, b"", "part", 0.0)
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
    message, error, outputs = read_cell({"message": value, "error": value, "outputs": [value, *found]}, 1000)
    assert isinstance(message, str)
    assert isinstance(error, str)
    assert [output["output_type"] for output in outputs] == ["stream", "error", "display_data"]
    assert read_cell({"outputs": value}, 1000)[2] == ()


def test_the_budget_counts_bytes_and_ends_with_the_first_that_does_not_fit():
    small, wide = ({"output_type": "stream", "name": "stdout", "text": text} for text in ("a", "\u00e9" * 40))
    size = len(json.dumps(small))
    budget = OutputBudget(2 * size + 50)
    assert budget.keep([small, small]) == (small, small)
    assert not budget.used_up
    assert budget.keep([wide, small]) == ()
    assert budget.used_up
    assert budget.keep([small]) == ()
