"""The kits for functions and for modules: what they call, what they see, and what they refuse."""

import numpy as np
import pytest
import torch
from torch import nn

from course_utils.kits.function import function_probe
from course_utils.kits.module import module_probe
from course_utils.kits.probe import ProbeFailure

STEP = function_probe("step", "step(w, g, lr=0.1)")
INPUTS = {
    "first_w": np.array([1.0, 2.0]),
    "first_g": np.array([0.5, -1.0]),
    "second_w": np.array([3.0, 4.0]),
    "second_g": np.array([2.0, 0.0]),
    "lr": np.array(0.5),
}


def seen(function, probe=STEP, inputs=INPUTS):
    return probe.parts[0].outputs(function, {name: array.copy() for name, array in inputs.items()})


def step(w, g, lr=0.1):
    return w - lr * g


def test_a_function_is_called_with_given_values_and_then_with_its_defaults():
    found = seen(step)
    assert np.array_equal(found["first_value"], [0.75, 2.5])
    assert np.array_equal(found["second_value"], [2.8, 4.0])
    assert found["arguments_left_alone"] == 1.0


def test_a_function_that_writes_into_its_arguments_is_noticed():
    def in_place(w, g, lr=0.1):
        w -= lr * g
        return w

    found = seen(in_place)
    assert np.array_equal(found["first_value"], [0.75, 2.5])
    assert found["arguments_left_alone"] == 0.0


def test_tensors_are_passed_where_the_text_says_so_and_several_values_are_named():
    probe = function_probe("pair", "pair(x)", returns=("sum", "mean"), tensors=True)
    inputs = {"first_x": np.array([1.0, 3.0]), "second_x": np.array([2.0, 6.0])}
    found = seen(lambda x: (x.sum(), x.mean(dim=0)), probe, inputs)
    assert [float(found[name]) for name in ("first_sum", "first_mean", "second_sum")] == [4.0, 2.0, 8.0]
    with pytest.raises(ProbeFailure, match="expected 2: sum, mean"):
        seen(lambda x: x.sum(), probe, inputs)


@pytest.mark.parametrize(
    ("function", "said"),
    [(lambda w, g: w, "does not fit step"), (None, "expected a function"), (lambda w, g, lr=0.1: None, "is None")],
)
def test_what_is_no_such_function_is_said_to_be_none(function, said):
    with pytest.raises(ProbeFailure, match=said):
        seen(function)


class Scale(nn.Module):
    def __init__(self, size, factor=2.0):
        super().__init__()
        self.gain, self.factor = nn.Parameter(torch.ones(size)), factor

    def forward(self, x):
        return self.factor * self.gain * x if self.training else x


def module_inputs():
    rng = np.random.default_rng(0)
    batches = {name: rng.normal(size=(3, 2)) for name in ("x_train", "x_eval", "dout")}
    return {"size": np.array(2), "factor": np.array(3.0), **batches}


def test_a_module_is_seen_in_both_modes_and_on_the_way_back():
    inputs = module_inputs()
    found = seen(Scale, module_probe("scale", "Scale(size, factor=2.0)"), inputs)
    gain = found["out_train"][0] / (3.0 * inputs["x_train"][0])
    assert np.all((gain > 0.5) & (gain < 1.5))
    assert np.allclose(found["dx"], 3.0 * gain * inputs["dout"])
    assert np.array_equal(found["out_eval"], inputs["x_eval"])
    assert found["parameters"] == 2.0


def test_a_module_that_cuts_the_graph_has_no_gradient():
    class Cut(Scale):
        def forward(self, x):
            return super().forward(x).detach()

    found = seen(Cut, module_probe("scale", "Cut(size, factor=2.0)"), module_inputs())
    assert np.isnan(found["dx"]).all()


def test_a_class_that_is_no_module_is_refused():
    with pytest.raises(ProbeFailure, match="expected an nn"):
        seen(dict, module_probe("scale", "dict(size=1, factor=2.0)"), module_inputs())
