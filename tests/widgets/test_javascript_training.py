"""What the page trains is what torch trains: the same losses to 1e-4 from the same start."""

import json
import shutil
import subprocess

import numpy as np
import pytest

from course_utils.widgets import training_race
from course_utils.widgets.client_page import bundle, scene_record
from tests.widgets.conftest import make
from tests.widgets.own_optimizer import Own

RUN = """
import { readFileSync } from "node:fs";
import { demos } from "./demos.mjs";
const { name, data, states, later } = JSON.parse(readFileSync(0, "utf-8"));
const demo = demos[name], seen = [];
for (const state of states) {
  let now = state, last = demo.simulate(state, data), count = 0;
  for (const arrays of demo.work(() => now, data)) {
    last = arrays ?? last;
    count += 1;
    if (later && count === later.after) now = { ...now, ...later.changes };
  }
  seen.push({ arrays: last, text: demo.describe(now, last, data) });
}
console.log(JSON.stringify(seen));
"""

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")


def trained_in_node(demo, states, folder, later=None):
    (folder / "demos.mjs").write_text(f"{bundle()}\nexport const demos = CourseDemos.demos;\n")
    (folder / "run.mjs").write_text(RUN)
    data = {**scene_record(demo)["data"], "sent": demo.sent()}
    record = json.dumps({"name": demo.scene.name, "data": data, "states": states, "later": later})
    done = subprocess.run(["node", "run.mjs"], cwd=folder, input=record, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def losses_of(demo, state):
    demo.set(**state)
    return demo.run().arrays["losses"]


RACES = [
    {},
    {"lr": 3e-2, "beta": 0.5, "seed": 7},
    {"lr": 0.3, "rule": "SGD", "batch_size": 1, "steps": 30},
    {"lr": 1e-2, "data": "MNIST, 14 x 14", "batch_size": 64},
    {"lr": 1e-2, "rule": "Adam", "batch_size": 250, "beta": 0.0, "steps": 60},
]


def test_a_race_in_the_page_is_the_race_of_torch(tmp_path):
    demo = make("training_race_demo", steps=40)
    states = [{**demo.state, **changes} for changes in RACES]
    for state, seen in zip(states, trained_in_node(demo, states, tmp_path), strict=True):
        for rule, losses in losses_of(demo, state).items():
            np.testing.assert_allclose(seen["arrays"]["losses"][rule], losses, atol=1e-4, err_msg=f"{rule} {state}")
        assert seen["text"].split(":")[0] == demo.text_summary().split(":")[0]


def test_restarts_in_the_page_are_those_of_torch(tmp_path):
    demo = make("restarts_demo", steps=12, restarts=3)
    states = [{**demo.state, "hidden": hidden, "noise": noise} for hidden in ("10", "20, 20") for noise in (0.3, 2.0)]
    for state, seen in zip(states, trained_in_node(demo, states, tmp_path), strict=True):
        np.testing.assert_allclose(seen["arrays"]["losses"], losses_of(demo, state), atol=1e-4)
        assert seen["text"].split(";")[0] == demo.text_summary().split(";")[0]


@pytest.mark.parametrize("kind", [pytest.param("standard", marks=pytest.mark.slow), "muP"])
def test_widths_in_the_page_are_those_of_torch(kind, tmp_path):
    demo = make("widths_demo", kind=kind, widths="32, 64, 128", steps=10, seed=2)
    (seen,) = trained_in_node(demo, [demo.state], tmp_path)
    for width, losses in losses_of(demo, demo.state).items():
        # At the largest rates Adam's first steps amplify what float32 rounds.
        np.testing.assert_allclose(np.array(seen["arrays"]["losses"][width])[:, :5], losses[:, :5], atol=1e-4)
        np.testing.assert_allclose(seen["arrays"]["losses"][width], losses, rtol=0.02)


def test_batch_sizes_in_the_page_train_as_in_torch_however_fast(tmp_path):
    demo = make("batch_sizes_demo", budget="0.5", lr_1=0.05, lr_2=0.1)
    (seen,) = trained_in_node(demo, [demo.state], tmp_path)
    here = losses_of(demo, demo.state)
    for k, size in enumerate((20, 250, 800)):
        there = seen["arrays"]["losses"][k]
        both = min(len(there), len(here[k]), 40)
        np.testing.assert_allclose(there[:both], here[k][:both], atol=1e-4)
        assert seen["arrays"]["examples"][k] == [size * (t + 1) for t in range(len(there))]
        assert seen["arrays"]["seconds"][k][-1] >= 0.5


def test_the_cost_of_a_gradient_is_measured_at_every_point(tmp_path):
    demo = make("update_cost_demo", largest=200, repeats=1)
    (seen,) = trained_in_node(demo, [demo.state], tmp_path)
    assert seen["arrays"]["points"] == [1, 5, 10, 100, 200]
    assert all(time > 0 for name in ("forward", "backward") for time in seen["arrays"][name])
    assert "In this browser" in seen["text"]
    assert "torch" in seen["text"]


def test_a_rate_that_is_moved_while_it_trains_acts_from_there_on(tmp_path):
    demo = make("training_race_demo", rule="SGD", steps=30)
    moved = {"after": 10, "changes": {"lr": 1.0}}
    (seen,), (plain,) = (trained_in_node(demo, [demo.state], tmp_path, later) for later in (moved, None))
    ours, theirs = (np.array(one["arrays"]["losses"]["SGD"]) for one in (seen, plain))
    np.testing.assert_array_equal(ours[:11], theirs[:11])
    assert (ours[11:] != theirs[11:]).all()


class Lost(Own):
    def step(self):
        for parameter in self.parameters:
            parameter *= float("nan")


def test_classes_of_the_notebook_race_beside_those_of_the_page(tmp_path):
    demo = training_race(Own, Lost, steps=20, lr=0.1)
    (seen,) = trained_in_node(demo, [demo.state], tmp_path)
    losses = seen["arrays"]["losses"]
    np.testing.assert_allclose(losses["Own"], losses["SGD"], atol=1e-4)
    assert list(losses) == ["SGD", "Own", "Lost"]
    assert len(losses["Lost"]) == 1
    assert "Diverged: Lost." in seen["text"]
    assert "Diverged: Lost." in demo.run().text_summary()


def test_a_stub_says_so_before_anything_is_shown():
    class Stub(Own):
        def step(self):
            raise NotImplementedError("step is still to be written")

    with pytest.raises(NotImplementedError, match="still to be written"):
        training_race(Stub)
