"""What a run of one submission gives: outputs, containment per step, and the same state for every probe."""

import base64

import numpy as np
import pytest

from autograder.catalogue.answer import load_answer
from autograder.sandbox.run import run_submission
from autograder.sandbox.types import CellStep, Limits, ProbeStep
from tests.attacks.classroom import EMA, MOMENTUM

LIMITS = Limits(cell_s=30.0, probe_s=30.0)


def run(*cells, limits=LIMITS):
    return run_submission([CellStep(f"c{i}", source) for i, source in enumerate(cells)], limits)


def probe(exercise):
    return ProbeStep(exercise, load_answer(exercise).generate(np.random.default_rng(0)))


def printed(cell):
    return "".join(output["text"] for output in cell.outputs if output["output_type"] == "stream")


def test_outputs_are_caught_as_nbformat_writes_them():
    text, figure, value, error = run(
        "print('out'); import sys; print('err', file=sys.stderr)",
        "import matplotlib.pyplot as plt\nplt.plot([1, 2]);",
        "6 * 7",
        "def f():\n    return 1 / 0\nf()",
    ).cells
    assert [(one["name"], one["text"]) for one in text.outputs] == [("stdout", "out\n"), ("stderr", "err\n")]
    (picture,) = [one["data"]["image/png"] for one in figure.outputs if "image/png" in one.get("data", {})]
    assert base64.b64decode(picture).startswith(b"\x89PNG")
    assert [one["data"]["text/plain"] for one in value.outputs] == ["42"]
    assert (error.status, error.outputs[-1]["ename"]) == ("error", "ZeroDivisionError")
    assert "ZeroDivisionError" in error.message


def test_a_crash_costs_one_cell_and_what_had_worked_is_there_again():
    first, crash, last = run("x = 5", "import os; os._exit(3)", "print(x)").cells
    assert (first.status, last.status) == ("ok", "ok")
    assert (crash.status, crash.message) == ("crashed", "The cell ended the process with exit code 3.")
    assert printed(last) == "5\n"


def test_a_timeout_costs_one_cell():
    cells = run("x = 1", "while True: pass", "print(x)", limits=Limits(cell_s=3.0)).cells
    assert [cell.status for cell in cells] == ["ok", "timeout", "ok"]
    assert "did not finish within 3 s" in cells[1].message


def test_probes_see_the_same_state_whatever_came_before():
    disturb = CellStep(
        "disturb", "import torch, numpy as np\ntorch.set_default_dtype(torch.float64)\nnp.random.seed(9)"
    )
    solutions = [CellStep("ema", EMA, "ema"), CellStep("momentum", MOMENTUM, "momentum")]
    probes = [probe("ema"), probe("momentum")]
    calm = run_submission([*solutions, *probes], LIMITS)
    disturbed = run_submission([disturb, *solutions, *reversed(probes)], LIMITS)
    for exercise in ("ema", "momentum"):
        one, two = (result.observations[exercise].parts[0].outputs for result in (calm, disturbed))
        assert one.keys() == two.keys()
        assert all(np.array_equal(one[name], two[name]) for name in one)
    assert calm.isolation.startswith("full: user, disk")


@pytest.mark.parametrize(("source", "says"), [("input()", "EOFError"), ("exit()", "")])
def test_what_asks_for_a_person_or_an_exit_does_not_stop_the_run(source, says):
    asked, after = run(source, "print('after')").cells
    assert says in asked.message
    assert printed(after) == "after\n"
