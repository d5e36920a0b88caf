"""The browser's simulation and the kernel's give the same numbers, to 1e-9 of their size."""

import json
import shutil
import subprocess

import numpy as np
import pytest

from course_utils.widgets.client_page import bundle, scene_record
from course_utils.widgets.controls import Choice, Number, start_state
from tests.widgets.conftest import NAMES, make

RUN = """
import { readFileSync } from "node:fs";
import { demos } from "./demos.mjs";
const { name, data, states } = JSON.parse(readFileSync(0, "utf-8"));
const demo = demos[name];
console.log(JSON.stringify(states.map((state) => {
  const arrays = demo.simulate(state, data);
  return { arrays, text: demo.describe(state, arrays, data) };
})));
"""

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")


def in_node(demo, states, folder):
    """Run the very text that the browser gets."""
    (folder / "demos.mjs").write_text(f"{bundle()}\nexport const demos = CourseDemos.demos;\n")
    (folder / "run.mjs").write_text(RUN)
    record = json.dumps({"name": demo.scene.name, "data": scene_record(demo)["data"], "states": states})
    done = subprocess.run(["node", "run.mjs"], cwd=folder, input=record, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def some_states(demo, draws):
    """Return the presets, the corners, and so many draws between them."""
    start, rng = start_state(demo.scene.controls), np.random.default_rng(0)
    states = [start, *({**start, **changes} for changes in demo.scene.presets.values())]
    for control in demo.scene.controls:
        states += [{**start, control.name: value} for value in ends(control)]
    return states + [{control.name: draw(control, rng) for control in demo.scene.controls} for _ in range(draws)]


def ends(control):
    if isinstance(control, Number):
        return control.low, control.high
    return control.options if isinstance(control, Choice) else (False, True)


def draw(control, rng):
    if not isinstance(control, Number):
        return ends(control)[rng.integers(len(ends(control)))]
    if control.log:
        value = float(np.exp(rng.uniform(np.log(control.low), np.log(control.high))))
    else:
        value = float(rng.uniform(control.low, control.high))
    return round(value) if control.whole else min(control.high, max(control.low, value))


def as_python_has_it(there, shape):
    """Return what the browser gave as an array; a walk that is lost ends early there, and is filled up with NaN."""
    there = np.atleast_1d(np.asarray(there, float))
    if len(there) == shape[0]:
        return there
    assert len(there) < shape[0]
    filled = np.full(shape, np.nan)
    filled[: len(there)] = there.reshape(len(there), *shape[1:])
    return filled


def compare(name, here, there, near=None):
    """Hold that two results agree to 1e-9 of their size, or to what the last bit of the state does to Python's.

    A walk that jumps about a minimum is chaotic: `near` is Python's result for a state that differs in its last bits,
    and the results may differ by a thousand times as much as that.
    """
    if isinstance(here, dict):
        for inner in here:
            compare(f"{name}.{inner}", here[inner], there[inner], None if near is None else near[inner])
        return
    here = np.atleast_1d(np.asarray(here, float))
    there = as_python_has_it(there, here.shape)
    size = np.abs(here[np.isfinite(here)]).max(initial=1.0)
    off = np.abs(there - here) / size
    allowed = np.full(here.shape, 1e-9)
    if near is not None:
        bits = np.abs(np.atleast_1d(np.asarray(near, float)) - here) / size
        # From where the last bit decides whether a walk is lost, there is nothing to compare.
        allowed = np.maximum(allowed, 1000 * np.maximum.accumulate(np.where(np.isnan(bits), np.inf, bits), axis=0))
    both = np.isfinite(here) & np.isfinite(there)
    assert ((np.isfinite(here) == np.isfinite(there)) | np.isinf(allowed)).all(), name
    assert (off[both] <= allowed[both]).all(), (name, float(off[both].max()))


def nearby(demo, state):
    """Return Python's arrays for a state whose numbers differ in their last bits, or None where none can."""
    changes = {
        c.name: state[c.name] * (1 - 4e-16)
        for c in demo.scene.controls
        if isinstance(c, Number) and not c.whole and c.low < state[c.name] * (1 - 4e-16)
    }
    if not changes:
        return None
    demo.set(**{**state, **changes})
    return demo.arrays


def test_every_demo_is_live_in_the_browser():
    assert [name for name in NAMES if not make(name).scene.client] == []


@pytest.mark.parametrize("draws", [3, pytest.param(20, marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", NAMES)
def test_the_browser_computes_what_the_kernel_computes(name, draws, tmp_path):
    demo = make(name)
    if demo.scene.work is not None:
        pytest.skip("trains; its own tests compare the runs")
    states = some_states(demo, draws)
    for state, seen in zip(states, in_node(demo, states, tmp_path), strict=True):
        demo.set(**state)
        here, text = demo.arrays, demo.text_summary()
        near = None
        try:
            for key, array in here.items():
                compare(f"{key} at {state}", array, seen["arrays"][key])
        except AssertionError:
            near = nearby(demo, state)
            if near is None:
                raise
            for key, array in here.items():
                compare(f"{key} at {state}", array, seen["arrays"][key], near.get(key))
        if near is None:
            assert seen["text"].split()[0] == text.split()[0], (state, seen["text"], text)


def test_numbers_that_differ_are_noticed(tmp_path):
    demo = make("step_size_demo")
    (seen,) = in_node(demo, [{**demo.state, "lr": 0.1001}], tmp_path)
    with pytest.raises(AssertionError):
        compare("path", demo.arrays["path"], seen["arrays"]["path"])
