"""The browser's simulation and the kernel's give the same numbers, to 1e-9 of their size."""

import json
import shutil
import subprocess

import numpy as np
import pytest

from course_utils.widgets.client_page import bundle, scene_record
from course_utils.widgets.controls import Choice, Number, start_state
from tests.widgets.conftest import NAMES, make

LIVE = [name for name in NAMES if make(name).scene.client]
RUN = """
import { readFileSync } from "node:fs";
import { demos } from "./demos.mjs";
const { name, data, states } = JSON.parse(readFileSync(0, "utf-8"));
const demo = demos[name];
const seen = states.map((state) => ({ arrays: demo.simulate(state, data) }));
seen.forEach((one, i) => { one.text = demo.describe(states[i], demo.simulate(states[i], data), data); });
console.log(JSON.stringify(seen));
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


def some_states(demo):
    """Return the presets, the corners, and some draws between them.

    The draws take 120 steps at most: a walk of Adam that jumps about the minimum is chaotic, and later on it shows
    the last bit of the cosine. In the three narrow valleys that takes 40 steps.
    """
    start, rng = start_state(demo.scene.controls), np.random.default_rng(0)
    states = [start, *({**start, **changes} for changes in demo.scene.presets.values())]
    for control in demo.scene.controls:
        ends = (control.low, control.high) if isinstance(control, Number) else ()
        states += [{**start, control.name: v} for v in (control.options if isinstance(control, Choice) else ends)]
    for _ in range(10):
        drawn = {c.name: rng.uniform(c.low, c.high) for c in demo.scene.controls if isinstance(c, Number)}
        drawn["steps"] = min(drawn["steps"], 120)
        wholes = {c.name for c in demo.scene.controls if isinstance(c, Number) and c.whole}
        states.append({**start, **{n: round(v) if n in wholes else v for n, v in drawn.items()}})
    return [{**s, "steps": min(s["steps"], 40)} if s.get("surface") == "steep optimum" else s for s in states]


def compare(name, here, there):
    if isinstance(here, dict):
        for inner in here:
            compare(f"{name}.{inner}", here[inner], there[inner])
        return
    # A walk that is lost ends early in the browser, and goes on as NaN here.
    here, there = np.asarray(here, float), np.asarray(there, float)
    if here.ndim and len(there) < len(here):
        assert np.isnan(here[len(there) :]).all(), name
        here = here[: len(there)]
    size = np.abs(here[np.isfinite(here)]).max(initial=1.0)
    np.testing.assert_allclose(there / size, here / size, rtol=0, atol=1e-9, err_msg=name)


def test_the_five_that_are_live_in_the_browser():
    assert {make(name).scene.name for name in LIVE} >= {"step_size", "momentum", "race", "adam_start", "schedules"}


@pytest.mark.parametrize("name", LIVE)
def test_the_browser_computes_what_the_kernel_computes(name, tmp_path):
    demo = make(name)
    states = some_states(demo)
    for state, seen in zip(states, in_node(demo, states, tmp_path), strict=True):
        demo.set(**state)
        for key, array in demo.arrays.items():
            compare(f"{key} at {state}", array, seen["arrays"][key])
        first = demo.text_summary().split()[0]
        assert seen["text"].split()[0] == first, (state, seen["text"], demo.text_summary())


def test_numbers_that_differ_are_noticed(tmp_path):
    demo = make("step_size_demo")
    (seen,) = in_node(demo, [{**demo.state, "lr": 0.1001}], tmp_path)
    with pytest.raises(AssertionError):
        compare("path", demo.arrays["path"], seen["arrays"]["path"])
