"""Pictures of functions of two variables draw what they were given, where they were told, and set nothing global."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex

from course_utils.plotting.surfaces import plot_basins, plot_contours, plot_learning_curve, plot_path


@pytest.fixture
def ax():
    figure, ax = plt.subplots()
    yield ax
    plt.close(figure)


def bowl(x, y):
    return x**2 + 4 * y**2


def test_contours_lie_at_their_heights_and_closer_together_where_it_is_low(ax):
    assert plot_contours(bowl, (-2, 2), (-1, 1), levels=25, ax=ax) is ax
    filled, drawn = ax.collections
    assert len(filled.levels) == 25
    assert len(drawn.levels) == 9
    assert np.all(np.diff(drawn.levels, n=2) > 0)
    for level, path in zip(drawn.levels[1:-1], drawn.get_paths()[1:-1], strict=True):
        assert len(path.vertices)
        np.testing.assert_allclose(bowl(*path.vertices.T), level, rtol=0.02)


def test_a_small_valley_beside_a_deep_one_has_a_line_of_its_own(ax):
    def two_valleys(x, y):
        return x**2 + y**2 + x * (y + 2) + np.cos(3 * x)

    plot_contours(two_valleys, ax=ax)
    closed = [loop for path in ax.collections[0].get_paths() for loop in path.to_polygons(closed_only=False)]
    around = [loop for loop in closed if np.allclose(loop[0], loop[-1]) and abs(loop[:, 0] + 2.854).max() < 0.8]
    assert around


def test_a_path_shows_start_end_and_every_step_between(ax):
    assert plot_path([3, 2, 1], [2.0, 1.0, 0.5], label="walk", ax=ax) is ax
    walk, start, end = ax.lines
    np.testing.assert_array_equal(walk.get_xydata(), [[3, 2], [2, 1], [1, 0.5]])
    np.testing.assert_array_equal(start.get_xydata(), [[3, 2]])
    np.testing.assert_array_equal(end.get_xydata(), [[1, 0.5]])
    assert start.get_marker() != end.get_marker()
    assert walk.get_label() == "walk"


def test_a_learning_curve_starts_at_step_zero_and_names_its_axes(ax):
    assert plot_learning_curve([4.0, 2.0, 1.0], ax=ax) is ax
    np.testing.assert_array_equal(ax.lines[0].get_xydata(), [[0, 4], [1, 2], [2, 1]])
    assert ax.get_xlabel() == "step"
    assert ax.get_ylabel()


def test_every_start_has_the_colour_of_its_end_in_the_legend(ax):
    names = ["left", "saddle", "right", "saddle"]
    ends = np.array([[0, 1], [2, 3]])
    x, y = np.meshgrid([0.0, 1.0], [0.0, 1.0])
    assert plot_basins(x, y, ends, names, ax=ax) is ax
    mesh = ax.collections[0]
    shown = [to_hex(colour) for colour in mesh.to_rgba(mesh.get_array().ravel())]
    legend = {text.get_text(): to_hex(patch.get_facecolor()) for patch, text in _entries(ax)}
    assert shown == [legend[names[end]] for end in ends.ravel()]
    assert len(set(legend.values())) == 3


def _entries(ax):
    legend = ax.get_legend()
    return zip(legend.get_patches(), legend.get_texts(), strict=True)


@pytest.mark.parametrize(
    "draw",
    [
        lambda: plot_contours(bowl),
        lambda: plot_path([0, 1], [0, 1]),
        lambda: plot_learning_curve([1, 0]),
        lambda: plot_basins(*np.meshgrid([0.0, 1.0], [0.0, 1.0]), np.eye(2, dtype=int), ["a", "b"]),
    ],
)
def test_without_axes_new_ones_are_made_and_no_style_is_set(draw):
    before = dict(mpl.rcParams)
    plt.close("all")
    ax = draw()
    assert plt.get_fignums() == [ax.figure.number]
    assert dict(mpl.rcParams) == before
    plt.close("all")
