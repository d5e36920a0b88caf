"""A function that makes all equal to all while it is called does not speak for itself.

A function or class of a correct solution is made to change what it was given. What the probe states about that has
to be the same whether or not the comparisons of numpy, torch and Python are replaced during the call.
"""

import ast
import builtins
import functools
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
import torch

import course_utils
from course_utils.checks.observe import conclude_part, observe_part
from course_utils.checks.recorded import load_recorded
from course_utils.exercises import exercise_ids
from course_utils.kits.probe import load_probe
from tests.exercises.matrix import solutions

COMPARING = [(np, "array_equal"), (np, "allclose"), (np, "isclose"), (torch, "equal"), (torch, "allclose")]
COMPARING += [(torch, "isclose"), (builtins, "all"), (np, "all")]
REPLACEABLE = {
    "all",
    "np.all",
    "np.array_equal",
    "np.allclose",
    "np.isclose",
    "torch.equal",
    "torch.allclose",
    "torch.isclose",
}
KITS = (Path(course_utils.__file__).parent / "kits").glob("*.py")
PROBES = (Path(course_utils.__file__).parent / "exercises").glob("*/*/probe.py")
FILES = [path for path in sorted([*KITS, *PROBES]) if path.name != "comparing.py"]
PARTS = [(one, part.name) for one in exercise_ids() for part in load_probe(one).parts if not part.limit_s]
# Of these, so many state that something was not left alone.
AT_LEAST = 30


def say_that_all_is_equal(patches):
    for module, name in COMPARING:
        patches.enter_context(mock.patch.object(module, name, return_value=True))


def spoil(value):
    with suppress(Exception), torch.no_grad():
        if isinstance(value, torch.Tensor):
            value.data.add_(1)
            if value.grad is not None:
                value.grad.add_(1)
        elif isinstance(value, np.ndarray):
            value += 1
        elif isinstance(value, dict):
            [spoil(one) for one in value.values()]
        elif isinstance(value, (list, tuple)):
            [spoil(one) for one in value]


def meddling(student, also):
    """A function or class that changes its arguments, or the gradients of its parameters, after it has used them."""
    if not isinstance(student, type):

        @functools.wraps(student)
        def called(*args, **kwargs):
            result = student(*args, **kwargs)
            spoil([*args, *kwargs.values()])
            also()
            return result

        return called

    def method(name):
        def called(self, *args, **kwargs):
            result = getattr(student, name)(self, *args, **kwargs)
            spoil(args)
            spoil(
                [one.grad for one in getattr(self, "parameters", ()) if one.grad is not None] if name == "step" else ()
            )
            also()
            return result

        return called

    return type(student.__name__, (student,), {n: method(n) for n in ("step", "forward") if hasattr(student, n)})


@contextmanager
def patched(wanted):
    with ExitStack() as patches:
        yield functools.partial(say_that_all_is_equal, patches) if wanted else lambda: None


@functools.cache
def statements(exercise, name, wanted):
    """Return what is stated of a part whose functions meddle; None where there is nothing to compare."""
    probe, (inputs, key) = load_probe(exercise), load_recorded(exercise)
    part = next(part for part in probe.parts if part.name == name)
    labels = next(part for part in key.parts if part.name == name).labels
    given = dict(zip(probe.objects, next(iter(solutions(exercise, "CORRECT").values())), strict=True))
    with patched(wanted) as also:
        seen = observe_part(
            part, {n: meddling(one, also) if callable(one) else one for n, one in given.items()}, inputs
        )
    found = conclude_part(part, seen, inputs)
    if found.problem is not None:
        return None
    return {n: array.tolist() for n, array in found.outputs.items() if n in labels and labels[n].statement}


@pytest.mark.parametrize(("exercise", "name"), PARTS)
def test_statements_are_the_same_where_comparisons_are_replaced_while_a_function_is_called(exercise, name):
    assert statements(exercise, name, True) == statements(exercise, name, False)


def test_enough_statements_are_false_for_this_to_say_something():
    found = [statements(exercise, name, False) or {} for exercise, name in PARTS]
    assert sum(any(not np.all(value) for value in stated.values()) for stated in found) >= AT_LEAST, found


@pytest.mark.parametrize("path", FILES, ids=lambda path: "/".join(path.parts[-2:]))
def test_probes_and_kits_compare_with_what_cannot_be_replaced(path):
    calls = (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))
    assert not [(node.lineno, ast.unparse(node)) for node in calls if ast.unparse(node.func) in REPLACEABLE]
