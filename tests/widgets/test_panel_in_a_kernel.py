"""The panel in a real kernel: a slider changes the picture, the last value wins, errors are seen, Stop stops."""

import json

import pytest

from tests.widgets.kernel import kernel

MAKE = """
import json
from course_utils.widgets.{module} import SCENE
from course_utils.widgets.demo import Demo
from course_utils.widgets.panel import Panel
demo = Demo(SCENE)
panel = Panel(demo)
names = {{name: [part.model_id for part in parts] for name, parts in panel.inputs.items()}}
names.update({{name: getattr(panel, name).model_id for name in ("image", "problem", "presets")}})
print(json.dumps(names))
"""


@pytest.fixture(scope="module")
def driver():
    with kernel() as driver:
        yield driver


@pytest.fixture
def panel(driver):
    return json.loads(driver.run(MAKE.format(module="step_size")))


def pictures(driver, panel):
    return [buffers[0] for model, state, buffers in driver.seen() if model == panel["image"] and buffers]


def test_a_slider_changes_the_picture_and_the_number_box(driver, panel):
    slider, box = panel["lr"]
    driver.slide(slider, 0.2)
    updates = driver.seen()
    drawn = [buffers[0] for model, _, buffers in updates if model == panel["image"] and buffers]
    assert len(drawn) == 1
    assert drawn[0].startswith(b"\x89PNG")
    assert tuple(state["value"] for model, state, _ in updates if model == box) == ("0.2",)
    assert driver.run("print(demo.state['lr'], panel.image.value == demo.frame())") == "0.2 True"


def test_of_many_values_in_a_row_the_last_wins_and_few_are_drawn(driver, panel):
    slider = panel["lr"][0]
    values = [0.01 * 1.03**k for k in range(100)]
    for value in values:
        driver.slide(slider, value)
    drawn = pictures(driver, panel)
    assert 1 <= len(drawn) < 50
    assert float(driver.run("print(demo.state['lr'])")) == pytest.approx(values[-1])
    assert driver.run("print(panel.image.value == demo.frame())") == "True"


def test_nonsense_in_a_number_box_is_answered_and_the_demo_lives_on(driver, panel):
    slider, box = panel["lr"]
    for typed in ("abc", "", "0", "-1", "1e9", "nan", "<b>"):
        driver.slide(box, typed)
        said = [state["value"] for model, state, _ in driver.seen() if model == panel["problem"]]
        assert "Not changed" in said[-1], typed
        assert "from 0.0001 to 3" in said[-1], typed
        assert "<b>'" not in said[-1]
        assert driver.run("print(demo.state['lr'])") == "0.1", typed
    driver.slide(slider, 0.3)
    assert len(pictures(driver, panel)) == 1
    assert driver.run("print(demo.state['lr'], repr(panel.problem.value))") == "0.3 ''"


def test_an_error_inside_the_simulation_is_seen(driver, panel):
    driver.run("""
def fail(state): raise RuntimeError("the simulation broke")
object.__setattr__(SCENE, "simulate", fail)
""")
    driver.slide(panel["lr"][0], 0.5)
    said = [state["value"] for model, state, _ in driver.seen() if model == panel["problem"]]
    driver.run("from course_utils.widgets.step_size import simulate; object.__setattr__(SCENE, 'simulate', simulate)")
    assert "the simulation broke" in said[-1]


def test_a_preset_moves_all_widgets_and_can_be_chosen_again(driver, panel):
    for _ in range(2):
        driver.choose(panel["presets"], 3)
        updates = driver.seen()
        assert [s["value"] for m, s, _ in updates if m == panel["steps"][1]] == ["60"]
        assert "2-cycle" in driver.run("print(panel.verdict.value)")
        driver.slide(panel["steps"][0], 7)
        driver.seen()
    assert driver.run("print(demo.state['steps'], panel.presets.value)") == "7 (presets)"


def test_two_panels_of_one_demo_move_together(driver, panel):
    other = driver.run("second = Panel(demo); print(second.image.model_id)")
    driver.slide(panel["lr"][0], 0.25)
    moved = {model for model, _, buffers in driver.seen() if buffers}
    assert moved == {panel["image"], other}


def train(pieces, seconds):
    return f"""
import dataclasses, time
from course_utils.widgets.controls import Number
def work(state):
    for k in range({pieces}):
        time.sleep({seconds})
        if state["lr"] == 0.5 and k == 2: raise RuntimeError("the training broke")
        yield {{**SCENE.simulate(state), "done": k + 1}}
scene = dataclasses.replace(SCENE, work=work)
demo = Demo(scene)
panel = Panel(demo)
buttons = panel.buttons
print(json.dumps([b.model_id for b in (buttons.start_button, buttons.stop_button)]), panel.inputs["lr"][0].model_id)
"""


def test_training_is_stopped_by_stop_and_by_a_new_value(driver, panel):
    ids, slider = driver.run(train(1000, 0.02)).rsplit(" ", 1)
    start, stop = json.loads(ids)
    for model, data in ((stop, None), (slider, 0.3)):
        driver.click(start)
        assert driver.seen(1.0)
        assert 0 < int(driver.run("print(demo.arrays['done'])")) < 200
        driver.click(model) if data is None else driver.slide(model, data)
        driver.seen()
        tell = "print(demo.arrays.get('done'), buttons.line.value, buttons.stop_button.disabled)"
        ended = driver.run(tell)
        assert "stopped" in ended
        assert "True" in ended
        driver.seen()
        assert driver.run(tell) == ended


def test_training_that_ends_or_breaks_says_so(driver, panel):
    ids, slider = driver.run(train(5, 0.0)).rsplit(" ", 1)
    driver.click(json.loads(ids)[0])
    driver.seen(0.8)
    assert "done" in driver.run("print(buttons.line.value)")
    assert driver.run("print(demo.arrays['done'], buttons.start_button.disabled)") == "5 False"
    driver.slide(slider, 0.5)
    driver.click(json.loads(ids)[0])
    driver.seen(0.8)
    assert "the training broke" in driver.run("print(panel.problem.value)")
    assert "failed" in driver.run("print(buttons.line.value)")
