"""What is not written yet is named: the function itself, one that it calls, or a line that was left over."""

import itertools
import linecache

import numpy as np
import pytest
import torch

from course_utils.checks.observe import observe_part
from course_utils.kits.probe import Part
from course_utils.numpy_networks.plain_net import PlainNet

NUMBERS = itertools.count()


def cell(source, **known):
    """Run a cell as a notebook does, so that its lines can be found."""
    name = f"<cell {next(NUMBERS)}>"
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    exec(compile(source, name, "exec"), known)
    return known


def seen(source, *uses, run=lambda *functions_and_inputs: [f() for f in functions_and_inputs[:-1]], **known):
    objects = cell(source, **known)
    return observe_part(Part("part", uses, run), objects, {}).problem


STUB = '''def {name}(x=None):
    """Say what."""
    # TODO
    raise NotImplementedError
'''


@pytest.mark.parametrize("stub", ["one", "other"])
def test_of_two_functions_only_the_stub_is_named(stub):
    written = {"one": "other", "other": "one"}[stub]
    problem = seen(f"def {written}():\n    return 1\n\n\n{STUB.format(name=stub)}", "one", "other")
    assert (problem.verdict, problem.message) == ("not attempted", f"{stub} is still a stub.")


def test_a_stub_of_another_exercise_is_named_with_its_caller():
    caller = "def smoothness():\n    def inner():\n        return objective()\n    return inner()\n"
    problem = seen(f"{STUB.format(name='objective')}\n{caller}", "smoothness")
    assert problem.verdict == "not attempted"
    assert problem.message == "smoothness calls objective, which is still a stub."


def test_a_method_that_is_a_stub_is_named_with_its_class():
    source = "class Optimizer:\n    def step(self):\n        # TODO\n        raise NotImplementedError\n"
    problem = seen(source, "Optimizer", run=lambda made, inputs: made().step())
    assert problem.message == "Optimizer.step is still a stub."


def test_a_stub_that_a_class_inherits_is_named_as_that_of_the_other_class():
    source = (
        "class Adam:\n    def step(self):\n        # TODO\n        raise NotImplementedError\n\n\n"
        "class AdamW(Adam):\n    def step(self):\n        super().step()\n"
    )
    problem = seen(source, "AdamW", run=lambda made, inputs: made().step())
    assert problem.message == "AdamW.step calls Adam.step, which is still a stub."


def test_a_line_left_below_written_code_is_told_by_its_number():
    source = "def one():\n    # TODO\n    value = 3\n    value + 1\n    raise NotImplementedError\n"
    problem = seen(source, "one")
    assert problem.verdict == "error"  # something was written, so it is no longer to do
    assert "line 5 of the cell" in problem.message
    assert "still a stub" not in problem.message


def test_given_lines_above_the_mark_leave_it_a_stub():
    source = "def one():\n    eps = 1e-5\n    # TODO\n    raise NotImplementedError\n"
    assert seen(source, "one").message == "one is still a stub."


@pytest.mark.parametrize(
    "body",
    [
        "raise NotImplementedError('unknown kind')",
        "return torch.empty(2, device='meta').item()",
        "return torch.nn.Module()(1)",
        "return torch.quantize_per_tensor(torch.ones(2), 1.0, 0, torch.qint8) @ torch.ones(2)",
    ],
)
def test_another_error_of_that_type_is_quoted(body):
    problem = seen(f"def one():\n    {body}\n", "one", torch=torch)
    assert problem.verdict == "error"
    assert "stub" not in problem.message
    assert body.partition("(")[0].removeprefix("return ") in problem.message


def test_a_class_without_a_method_of_the_course_is_told_which():
    source = "class Net(PlainNet):\n    pass\n"
    problem = seen(
        source, "Net", run=lambda made, inputs: made([2]).norm_forward(1, np.ones(2), "train"), PlainNet=PlainNet
    )
    assert (problem.verdict, problem.message) == ("not attempted", "Net does not define norm_forward yet.")
