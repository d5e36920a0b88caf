"""Pictures of ideas show the numbers that they claim: slopes, steps, counts, singular values, shared values."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.patches import Circle
from mpl_toolkits.mplot3d.art3d import Poly3DCollection

from course_utils.plotting.cubes import NORMS, plot_norm_cube, shared_values
from course_utils.plotting.diagrams import Arrow, draw_diagram, draw_network
from course_utils.plotting.ideas import (
    plot_arrows,
    plot_batches,
    plot_map_of_circle,
    plot_newton_step,
    plot_secants,
    plot_slopes,
)
from course_utils.plotting.surfaces import plot_relief


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def line_of(ax, name):
    (line,) = [line for line in ax.lines if str(line.get_label()).startswith(name)]
    return np.asarray(line.get_xydata(), dtype=float)


def slope_of(points):
    return (points[-1, 1] - points[0, 1]) / (points[-1, 0] - points[0, 0])


def test_secants_have_the_slopes_of_the_differences():
    ax = plot_secants(np.poly1d([1, 0, 0, 0]), x=2.0, h=0.5)
    assert slope_of(line_of(ax, "tangent")) == pytest.approx(12)
    assert slope_of(line_of(ax, "forward")) == pytest.approx((2.5**3 - 8) / 0.5)
    assert slope_of(line_of(ax, "central")) == pytest.approx(2.5**3 - 1.5**3)


@pytest.mark.parametrize(("curve", "x"), [(np.poly1d([3, -2, 5]), 4.0), (np.poly1d([1, 0, 0, 0, 0]), 2.0)])
def test_a_newton_step_ends_on_the_curve_where_the_parabola_is_level(curve, x):
    ax = plot_newton_step(curve, x, (-1, 5))
    after = x - np.polyval(np.polyder(curve.c), x) / np.polyval(np.polyder(curve.c, 2), x)
    np.testing.assert_allclose(line_of(ax, "after the step"), [[after, curve(after)]])
    parabola = line_of(ax, "parabola")
    assert np.polyfit(*parabola.T, 2)[0] * 2 == pytest.approx(np.polyval(np.polyder(curve.c, 2), x))


def test_arrows_lead_from_their_starts_to_their_ends():
    ax = plot_arrows({"there": ((0, 0), (3, 4)), "back": ((3, 4), (1, 1))})
    assert [tuple(note.xy) for note in ax.texts] == [(3, 4), (1, 1)]
    assert [tuple(note.xyann) for note in ax.texts] == [(0, 0), (3, 4)]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["there", "back"]


@settings(deadline=None, max_examples=25)
@given(st.lists(st.lists(st.integers(0, 6), min_size=1, max_size=5), min_size=1, max_size=3))
def test_batches_show_how_often_each_holds_an_example(batches):
    ax = plot_batches(batches, 7)
    shown = {(round(text.get_position()[1]), round(text.get_position()[0])): int(text.get_text()) for text in ax.texts}
    wanted = {(row, n): batch.count(n) for row, batch in enumerate(batches) for n in set(batch)}
    plt.close(ax.figure)
    assert shown == wanted


def test_slopes_along_a_step_of_a_parabola_change_by_its_curvature():
    ax = plot_slopes(lambda w: 1.5 * w**2, lambda w: 3 * w, w=-1.0, u=0.25)
    assert ax.get_title() == r"$\hat L$ = 3"
    assert slope_of(line_of(ax, "slope at $w$")) == pytest.approx(-3)
    assert slope_of(line_of(ax, "slope at $w + u$")) == pytest.approx(-2.25)


def test_the_ellipse_of_a_matrix_has_its_singular_values_as_half_axes():
    matrix = np.array([[1.5, 0.9], [0.2, 0.6]])
    ax = plot_map_of_circle(matrix)
    lengths = np.linalg.norm(line_of(ax, "outputs"), axis=1)
    values = np.sqrt(np.linalg.eigvalsh(matrix.T @ matrix))
    np.testing.assert_allclose([lengths.min(), lengths.max()], values, rtol=1e-3)
    drawn = [np.linalg.norm(line_of(ax, f"$s_{i}$")[1]) for i in (1, 2)]
    np.testing.assert_allclose(drawn, values[::-1])


def test_the_block_of_each_norm_holds_what_shares_its_mean():
    images = np.random.default_rng(0).normal(size=shared_values("batch norm").shape)
    axes = {"batch norm": (0, 2), "layer norm": (1, 2), "instance norm": (2,)}
    for norm, averaged in axes.items():
        assert images[shared_values(norm)].mean() == pytest.approx(images.mean(axis=averaged).flat[0])
    first_group = np.split(images, 2, axis=1)[0]
    assert images[shared_values("group norm")].mean() == pytest.approx(first_group.mean(axis=(1, 2))[0])


@pytest.mark.parametrize("norm", NORMS)
def test_a_cube_is_drawn_for_each_norm(norm):
    ax = plot_norm_cube(norm)
    assert ax.get_title() == norm
    faces = [one for one in ax.collections if isinstance(one, Poly3DCollection)]
    assert len({tuple(face.get_facecolor()[0].round(3)) for face in faces}) == 2


def test_a_norm_without_a_cube_is_refused():
    with pytest.raises(ValueError, match=r"batch norm, layer norm.*found 'weight norm'"):
        plot_norm_cube("weight norm")


def test_a_diagram_has_its_boxes_in_place_and_an_arrow_for_each_pair():
    boxes = {"x": (0, 0), "norm": (2, 1), "y": (4, 0)}
    ax = draw_diagram(boxes, [Arrow("x", "norm"), Arrow("norm", "y", bend=0.2, colour=1)], rounded=("norm",))
    assert {text.get_text(): text.get_position() for text in ax.texts if text.get_text()} == boxes
    assert [tuple(text.xy) for text in ax.texts if not text.get_text()] == [(2, 1), (4, 0)]
    assert not ax.axison


def test_a_network_has_a_circle_for_each_unit_and_a_line_for_each_weight():
    ax = draw_network([4, 3, 2], labels=("in", "hidden", "out"))
    assert sum(isinstance(patch, Circle) for patch in ax.patches) == 9
    assert len(ax.lines) == 4 * 3 + 3 * 2
    assert [text.get_text() for text in ax.texts] == ["in", "hidden", "out"]


def test_a_relief_has_each_walk_just_above_the_surface():
    def bowl(x, y):
        return x**2 + y**2

    path = np.array([[2.0, 1.0], [1.0, 0.5], [0.0, 0.0]])
    ax = plot_relief(bowl, (-2, 2), (-2, 2), {"momentum": path})
    x, y, z = ax.lines[0].get_data_3d()
    np.testing.assert_array_equal([x, y], path.T)
    above = z - bowl(*path.T)
    assert (above > 0).all()
    assert (above < 0.5).all()
