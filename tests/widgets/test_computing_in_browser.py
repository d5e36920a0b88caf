"""Demos that train in Debian's chromium, and what can be grabbed in those on normalization, noise and smoothness."""

from contextlib import suppress

import numpy as np
import pytest
from playwright.sync_api import TimeoutError

from course_utils.widgets.client_page import page
from course_utils.widgets.digit_training import first_layers, small_digits
from tests.browser import NEEDS_CHROMIUM, center
from tests.widgets.conftest import make

HIDE = """(hidden) => {
    Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
}"""

pytestmark = NEEDS_CHROMIUM


@pytest.fixture
def open_demo(browser, tmp_path):
    opened = []

    def open_one(demo):
        path = tmp_path / "demo.html"
        path.write_text(page(demo), encoding="utf-8")
        shown, said = browser.new_page(viewport={"width": 1280, "height": 720}), []
        shown.on("pageerror", lambda error: said.append(str(error)))
        shown.goto(path.as_uri())
        shown.wait_for_selector(".demo .verdict:not(:empty)")
        opened.append((shown, said))
        return shown

    yield open_one
    for shown, said in opened:
        assert said == []
        shown.close()


def button(shown, name):
    return shown.get_by_role("button", name=name, exact=True)


def until(shown, holds):
    """Wait for up to a minute; the page's own rules forbid that Playwright evaluates text in it."""
    for _ in range(600):
        if holds():
            return
        shown.wait_for_timeout(100)
    raise AssertionError(shown.inner_text(".demo"))


def updates(shown):
    return int(shown.locator(".values dd").first.inner_text())


COMPUTING = {
    # So many updates that it has not come to its end by itself when Stop is pressed.
    "training_race_demo": {"steps": 2000},
    "restarts_demo": {},
    "widths_demo": {},
    "batch_sizes_demo": {},
    "update_cost_demo": {},
}


# The race is one training, the widths are many; the others are looked at with `make test-all`.
ONE_OF_EACH = ("training_race_demo", "widths_demo")
STARTED = [pytest.param(name, marks=[] if name in ONE_OF_EACH else pytest.mark.slow) for name in COMPUTING]


@pytest.mark.parametrize("name", STARTED)
def test_start_computes_and_stop_leaves_what_there_is(open_demo, name):
    shown = open_demo(make(name, **COMPUTING[name]))
    first = shown.inner_text(".verdict")
    assert "ress Start" in first
    button(shown, "Start").click()
    until(shown, lambda: "ress Start" not in shown.inner_text(".verdict"))
    with suppress(TimeoutError):  # some have come to their end by now
        button(shown, "Stop").click(timeout=3000)
    button(shown, "Start").wait_for()
    said = shown.inner_text(".verdict")
    shown.wait_for_timeout(200)
    assert shown.inner_text(".verdict") == said != first


def test_a_race_goes_on_when_the_rate_is_moved_or_the_window_is_resized_and_says_when_it_waits(open_demo):
    shown = open_demo(make("training_race_demo", rule="SGD", steps=2000, data="MNIST, 14 x 14", batch_size=250))
    button(shown, "Start").click()
    until(shown, lambda: updates(shown) > 5)
    rate = shown.get_by_label("Learning rate", exact=True)
    rate.focus()
    for _ in range(3):
        shown.keyboard.press("ArrowRight")
    before = updates(shown)
    shown.set_viewport_size({"width": 900, "height": 700})
    until(shown, lambda: updates(shown) > before)
    shown.evaluate(HIDE, True)
    assert "waits while the tab is hidden" in shown.locator(".player").inner_text()
    shown.evaluate(HIDE, False)
    assert button(shown, "Stop").is_visible()
    # Another seed is another race: it begins anew.
    shown.get_by_label("Seed, exact value").fill("3")
    shown.get_by_label("Seed, exact value").press("Enter")
    until(shown, lambda: updates(shown) == 0)
    assert button(shown, "Start").is_visible()


@pytest.mark.parametrize("seed", [pytest.param(0, marks=pytest.mark.slow), 7])
def test_before_start_the_untrained_network_is_measured(open_demo, seed):
    shown = open_demo(make("training_race_demo", seed=seed))
    x, y = (part[:250].numpy() for part in small_digits().tensors())
    (hidden, hidden_bias), (last, last_bias) = first_layers(seed, (64, 32, 10))
    logits = np.maximum(x @ hidden + hidden_bias, 0) @ last + last_bias
    loss = np.mean(np.log(np.exp(logits).sum(1)) - logits[np.arange(len(y)), y])
    right = np.mean(logits.argmax(1) == y)
    found = dict(zip(*(shown.locator(f".values {part}").all_inner_texts() for part in ("dt", "dd")), strict=True))
    assert float(found["loss before training"]) == pytest.approx(loss, abs=6e-4)
    assert float(found["right before training"].removesuffix(" %")) == pytest.approx(100 * right, abs=0.51)


def test_the_networks_of_smoothness_train_anew_when_the_rate_is_moved(open_demo):
    shown = open_demo(make("smoothness_demo"))
    rate = shown.get_by_label("Learning rate, exact value")
    for lr in (0.1, 0.03):
        rate.fill(str(lr))
        rate.press("Enter")
        # The verdict comes when they have been trained, and is sharp when the hand rests.
        arrays = make("smoothness_demo", lr=lr).arrays
        expected = [50, *(arrays[kind]["smoothness"][-1] for kind in ("without", "batch norm"))]
        until(shown, lambda numbers=expected: said_numbers(shown) == pytest.approx(numbers, rel=0.02))
        assert shown.inner_text(".verdict").startswith("Without it: loss")


def said_numbers(shown):
    return [float(one) for one in shown.locator(".values dd").all_inner_texts()]


def test_a_trained_race_says_what_torch_says(open_demo):
    demo = make("training_race_demo", steps=60, lr=0.02)
    shown = open_demo(demo)
    button(shown, "Start").click()
    until(shown, lambda: updates(shown) == 60)
    assert shown.inner_text(".verdict") == demo.run().text_summary()


def test_a_race_that_is_kept_stays_pale_behind_the_next_one(open_demo):
    shown = open_demo(make("training_race_demo", steps=60))
    button(shown, "Start").click()
    until(shown, lambda: updates(shown) == 60)
    button(shown, "Keep this one").click()
    shown.get_by_label("Seed, exact value").fill("3")
    shown.get_by_label("Seed, exact value").press("Enter")
    until(shown, lambda: updates(shown) == 0)
    with_ghost = picture(shown)
    button(shown, "Let it go").click()
    assert picture(shown) != with_ghost


def picture(shown):
    return shown.evaluate("document.querySelector('.plot > canvas').toDataURL()")


def test_the_hall_votes_in_boxes_and_then_sees_the_answer(open_demo):
    shown = open_demo(make("which_bug_demo"))
    for letter, votes in zip("ABCD", (12, 31, 8, 5), strict=True):
        box = shown.get_by_label(f"Votes for {letter}, exact value")
        box.fill(str(votes))
        box.press("Enter")
    assert shown.get_by_label("Votes for A", exact=True).count() == 0
    assert "31 of 56" not in shown.inner_text(".verdict")
    box.fill("-3")
    box.press("Enter")
    assert "expected a whole number from 0 to 500" in shown.get_by_role("alert").inner_text()
    shown.get_by_label("Show the answer").check()
    assert "the step has the wrong sign" in shown.inner_text(".verdict")
    assert "31 of 56 voted for it" in shown.inner_text(".verdict")


GRABS = [
    (
        "norm_cube_demo",
        "Example that moves and channel to look at",
        (90, 120),
        ("Example that moves", "Channel to look at"),
    ),
    ("smoothness_demo", "Length of the step", (-120, 0), ("Length of the step",)),
    ("minibatch_demo", "Batch size, by the spread of the cloud", (40, 0), ("Batch size",)),
    ("slice_descent_demo", "Start of the path", (-60, 40), ("Start weight", "Start bias")),
]


@pytest.mark.parametrize(("name", "knob", "move", "boxes"), GRABS, ids=[name for name, *_ in GRABS])
def test_what_is_grabbed_moves_its_numbers(open_demo, name, knob, move, boxes):
    shown = open_demo(make(name))

    def values():
        return [shown.get_by_label(f"{box}, exact value").input_value() for box in boxes]

    before, (x, y) = values(), center(shown.get_by_role("slider", name=knob, exact=True).first)
    shown.mouse.move(x, y)
    shown.mouse.down()
    shown.mouse.move(x + move[0], y + move[1], steps=4)
    shown.mouse.up()
    after = values()
    assert all(a != b for a, b in zip(after, before, strict=True)), (before, after)
    shown.get_by_role("slider", name=knob, exact=True).first.focus()
    shown.keyboard.press("ArrowLeft")
    assert values() != after
