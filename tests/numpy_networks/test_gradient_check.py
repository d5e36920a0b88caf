"""Central differences against derivatives known in closed form; mistakes of the caller are refused."""

import numpy as np
import pytest

from course_utils.numpy_networks.gradient_check import eval_numerical_gradient, eval_numerical_gradient_array, rel_error


@pytest.mark.parametrize("shape", [(), (4,), (2, 3), (2, 1, 3)])
def test_the_gradient_of_a_number_is_that_of_calculus(shape):
    x = np.random.default_rng(0).normal(size=shape)
    found = eval_numerical_gradient(lambda z: np.sum(np.sin(z) * z), x)
    np.testing.assert_allclose(found, np.cos(x) * x + np.sin(x), atol=1e-8)


def test_an_upstream_gradient_weighs_each_output():
    rng = np.random.default_rng(1)
    matrix, x, df = rng.normal(size=(5, 3)), rng.normal(size=(3, 2)), rng.normal(size=(5, 2))
    np.testing.assert_allclose(eval_numerical_gradient_array(lambda z: matrix @ z, x, df), matrix.T @ df, atol=1e-8)


def test_a_function_may_use_the_array_instead_of_its_argument():
    held = np.array([2.0, 3.0])
    np.testing.assert_allclose(eval_numerical_gradient(lambda _: float(held[0] * held[1]), held), [3.0, 2.0], atol=1e-8)


def test_a_function_may_use_its_output_again():
    out = np.zeros(2)
    x = np.array([1.0, 2.0])
    found = eval_numerical_gradient_array(lambda z: np.multiply(z, z, out=out), x, np.ones(2))
    np.testing.assert_allclose(found, 2 * x, atol=1e-8)


@pytest.mark.parametrize("layout", [np.ascontiguousarray, np.asfortranarray, lambda a: np.repeat(a, 2, axis=1)[:, ::2]])
def test_the_array_is_left_as_it_was_in_any_layout(layout):
    x = layout(np.random.default_rng(2).normal(size=(3, 4)))
    before = x.copy()
    found = eval_numerical_gradient(lambda z: float((z**2).sum()), x)
    np.testing.assert_array_equal(x, before)
    np.testing.assert_allclose(found, 2 * before, atol=1e-8)


def test_the_array_is_left_as_it_was_by_a_function_that_fails():
    x = np.ones(3)
    with pytest.raises(ZeroDivisionError):
        eval_numerical_gradient(lambda z: 1 // 0, x)
    np.testing.assert_array_equal(x, np.ones(3))


def test_a_smaller_step_brings_the_error_down_with_its_square():
    x = np.array([1.0])
    errors = [abs(eval_numerical_gradient(lambda z: np.exp(z)[0], x, h)[0] - np.e) for h in (1e-1, 1e-2)]
    assert errors[0] / errors[1] == pytest.approx(100, rel=0.01)


@pytest.mark.parametrize(
    ("x", "found"), [(np.ones(2, dtype=np.float32), "float32"), (np.ones(2, int), "int"), ([1.0], "a list")]
)
def test_what_is_too_coarse_for_differences_is_refused(x, found):
    with pytest.raises(TypeError, match=found):
        eval_numerical_gradient(np.sum, x)


def test_an_upstream_gradient_of_another_shape_is_refused():
    with pytest.raises(ValueError, match=r"\(3,\).*\(3, 1\)"):
        eval_numerical_gradient_array(lambda z: z, np.ones(3), np.ones((3, 1)))


def test_the_relative_error_is_that_of_the_definition():
    assert rel_error([1.0, 2.0], [1.0, 2.0]) == 0
    assert rel_error([1.0, 3.0], [1.0, 1.0]) == 0.5
    assert rel_error([1.0], [-1.0]) == 1
    assert rel_error([3e-9], [1e-9]) == pytest.approx(0.2)
    assert np.isnan(rel_error([np.nan, 1.0], [1.0, 1.0]))


def test_shapes_that_would_broadcast_are_refused():
    with pytest.raises(ValueError, match=r"\(3,\) and \(3, 1\)"):
        rel_error(np.ones(3), np.ones((3, 1)))
    with pytest.raises(ValueError, match="empty"):
        rel_error([], [])
