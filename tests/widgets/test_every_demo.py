"""What holds for each demo: its state goes out and in, its presets work, it draws, it speaks, it refuses nonsense."""

import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from course_utils import widgets
from course_utils.widgets.controls import Choice, Number, start_state
from tests.widgets.conftest import NAMES, make


@pytest.fixture(scope="module", params=NAMES)
def made(request):
    """A demo, made once: its figure is kept, as on a page."""
    return make(request.param)


@pytest.fixture
def demo(made):
    made.set(**start_state(made.scene.controls))
    return made


def pixels(png: bytes):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def leaves(arrays):
    for name, value in arrays.items():
        if isinstance(value, dict):
            yield from ((f"{name}.{inner}", array) for inner, array in leaves(value))
        else:
            yield name, np.asarray(value)


def numbers(scene):
    return [control for control in scene.controls if isinstance(control, Number)]


def test_the_state_goes_out_as_json_and_comes_back(demo):
    last = numbers(demo.scene)[-1]
    demo.set(**{last.name: last.high})
    again = type(demo)(demo.scene)
    assert again.state != demo.state
    again.load_json(demo.to_json())
    assert again.state == demo.state
    if demo.scene.work is None:
        for (name, here), (_, there) in zip(leaves(demo.arrays), leaves(again.arrays), strict=True):
            np.testing.assert_array_equal(here, there, err_msg=name)


@pytest.mark.parametrize("text", ["no json", "[]", '{"demo": "another", "state": {}}'])
def test_a_state_that_is_not_of_this_demo_is_refused(demo, text):
    before = dict(demo.state)
    with pytest.raises(ValueError, match=r"JSON|not a state"):
        demo.load_json(text)
    assert demo.state == before


@pytest.mark.parametrize("drawn", [2, pytest.param(None, marks=pytest.mark.slow)], ids=["two", "all"])
def test_presets_are_drawn_and_described_and_their_pictures_depend_on_them_alone(demo, drawn):
    pictures = {}
    for name, changes in list(demo.scene.presets.items())[:drawn]:
        demo.preset(name)
        assert demo.state == {**start_state(demo.scene.controls), **changes}
        assert demo.text_summary().rstrip().endswith(".")
        pictures[name] = pixels(demo.frame())
        assert pictures[name].std() > 10
    first, second, *_ = demo.scene.presets
    demo.preset(first)
    assert (pixels(demo.frame()) == pictures[first]).all()
    if demo.scene.work is None:
        assert (pictures[second] != pictures[first]).any()
    assert set(demo.scene.story) <= set(demo.scene.presets)


def test_an_unknown_preset_is_refused_with_the_list(demo):
    with pytest.raises(ValueError, match=next(iter(demo.scene.presets))[:8]):
        demo.preset("nowhere")


def test_a_bad_value_changes_nothing_and_says_what_is_expected(demo):
    before = dict(demo.state)
    for control in demo.scene.controls:
        expected = f"{control.high:g}" if isinstance(control, Number) else "expected"
        wrong = ["", "abc", float("nan"), float("inf"), None, *([control.high * 2 + 1] if expected[0] != "e" else [7])]
        for value in wrong:
            with pytest.raises(ValueError, match=r"expected") as error:
                demo.set(**{control.name: value})
            assert control.label in str(error.value)
            assert expected in str(error.value)
    with pytest.raises(ValueError, match="no control 'colour'"):
        demo.set(colour="red")
    assert demo.state == before


@pytest.mark.parametrize("drawn", ["the last", pytest.param("all", marks=pytest.mark.slow)])
def test_the_corners_of_the_controls_can_be_drawn_and_described(demo, drawn):
    start = start_state(demo.scene.controls)
    for control in demo.scene.controls:
        ends = (control.low, control.high) if isinstance(control, Number) else ()
        for value in control.options if isinstance(control, Choice) else ends:
            demo.set(**{**start, control.name: value})
            assert demo.text_summary()
            assert "nan" not in demo.text_summary().split()
            if drawn == "all":
                assert demo.frame().startswith(b"\x89PNG")
    assert demo.frame().startswith(b"\x89PNG")


def test_text_in_a_picture_has_12_points_or_more(demo):
    from matplotlib.text import Text

    demo.frame()
    texts = [text for text in demo._film.figure.findobj(Text) if text.get_text()]
    assert len(texts) > 5
    assert {text.get_text(): text.get_fontsize() for text in texts if text.get_fontsize() < 12} == {}


def test_the_static_figure_has_a_part_for_each_state_of_the_story(demo):
    if demo.scene.work is not None:
        pytest.skip("trains for seconds; the tests of training demos hold it")
    figure = demo.static()
    figure.canvas.draw()
    story = demo.scene.story or list(demo.scene.presets)[:3]
    assert len(figure.subfigs) == len(story)
    for part, name in zip(figure.subfigs, story, strict=True):
        assert part.get_suptitle().startswith(name)
        assert part.axes
    assert len(demo.scene.alt) > 60


def test_the_state_is_ready_for_a_link(demo):
    record = json.loads(demo.to_json())
    assert record == {"demo": demo.scene.name, "state": demo.state}


def test_one_demo_is_imported_without_the_others():
    show = "print('torch' in sys.modules, 'ipywidgets' in sys.modules)"
    code = f"import sys; from course_utils.widgets import norm_cube_demo; {show}"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.split() == ["False", "False"]
    assert len(NAMES) >= 7
    with pytest.raises(AttributeError, match="no attribute"):
        _ = widgets.nothing


def test_no_module_takes_the_name_of_a_demo():
    """Importing such a module would put it where the demo was to be found."""
    modules = {path.stem for path in Path(widgets.__file__).parent.glob("*.py")}
    assert modules.isdisjoint(widgets.__all__)
