"""The reader: whatever the bytes are, a grade comes out, with no point that was not earned."""

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.course import load_course
from autograder.grade.read import Unreadable, read_notebook
from autograder.grade.rebuild import rebuild
from autograder.grade.release import load_release
from autograder.grade.settings import settings_of
from autograder.grade.submission import grade_submission
from autograder.grade.types import Submission
from autograder.sandbox.types import CellResult, CellStep, RunResult
from tests.grade import mini

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**400), 10**400) | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)
ANYTHING = st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode())


def places(value, path=()):
    """The paths of all values in some JSON."""
    yield path
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from places(inner, (*path, key))


def changed(value, path, new):
    """A copy of some JSON with another value at a path; a value that is a new list of keys is left out."""
    if not path:
        return new
    copy = value.copy()
    copy[path[0]] = changed(value[path[0]], path[1:], new)
    return copy


def pretend(steps, limits):
    """A run that gives nothing."""
    cells = [CellResult(step.id, "ok") for step in steps if isinstance(step, CellStep)]
    return RunResult(tuple(cells), {}, "pretended")


def grade_bytes(course, content):
    release = load_release(mini.NAME, (course / "notebooks" / mini.NAME / f"{mini.NAME}.ipynb").read_bytes())
    submission = Submission("ada", mini.NAME, f"{mini.NAME}.ipynb", content)
    return grade_submission(release, submission, settings_of(load_course(course), 1, "full"), pretend)


RELAXED = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@RELAXED
@given(data=st.data())
def test_a_mutated_notebook_never_raises(course, data):
    notebook = mini.solved(course, mini.PERFECT)
    for _ in range(data.draw(st.integers(1, 4))):
        path = data.draw(st.sampled_from(list(places(notebook))))
        notebook = changed(notebook, path, data.draw(JSON))
    graded = grade_bytes(course, json.dumps(notebook).encode("utf-8", "surrogatepass"))
    assert graded.grade.checked_score == 0
    assert len(graded.grade.exercises) == 3
    assert json.loads(graded.notebook)["cells"]


@RELAXED
@given(content=ANYTHING, cut=st.integers(0, 4000))
def test_any_bytes_and_any_cut_never_raise(course, content, cut):
    whole = json.dumps(mini.solved(course, mini.PERFECT)).encode()
    for one in (content, whole[:cut] + content + whole[cut:]):
        assert grade_bytes(course, one).grade.checked_score == 0


@RELAXED
@given(data=st.data())
def test_rebuilding_keeps_every_released_cell_in_order(course, data):
    notebook = mini.solved(course, mini.PERFECT)
    notebook["cells"] = data.draw(st.lists(st.sampled_from(notebook["cells"]), max_size=25))
    release = load_release(mini.NAME, (course / "notebooks" / mini.NAME / f"{mini.NAME}.ipynb").read_bytes())
    try:
        cells, _ = read_notebook(json.dumps(notebook).encode(), 10**8)
    except Unreadable:
        return
    rebuilt = [cell.id for cell in rebuild(release, cells).cells if cell.role != "added"]
    assert rebuilt == [cell.id for cell in release.cells]
