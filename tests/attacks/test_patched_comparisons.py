"""A cell that makes everything equal to everything does not speak for what a function did to its input."""

from autograder.grade.plan import draw_inputs
from autograder.sandbox.run import run_submission
from autograder.sandbox.types import CellStep, ProbeStep
from tests.attacks.classroom import EMA

PATCHED = """
import numpy as np
import torch
for module, name in [(np, "allclose"), (np, "array_equal"), (np, "isclose"), (torch, "allclose"), (torch, "equal")]:
    setattr(module, name, lambda *args, **kwargs: True)
"""
CHANGES = f"""{EMA}
right = ema
def ema(values, beta, bias_correction=False):
    found = right(values, beta, bias_correction)
    values[:] = 0
    return found
"""


def left_alone(*cells):
    steps = [CellStep(f"c{number}", source) for number, source in enumerate(cells)]
    result = run_submission([*steps, ProbeStep("ema", draw_inputs("ema", 3, "x"))])
    (part,) = result.observations["ema"].parts
    return part.outputs["values_left_alone"].item()


def test_comparisons_that_a_cell_has_patched_do_not_speak_for_it():
    assert left_alone(PATCHED, EMA) == 1
    assert left_alone(PATCHED, CHANGES) == 0
