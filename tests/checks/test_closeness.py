"""Closeness of numbers: what numpy says of them, entry by entry, with the scale of the reference."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from course_utils.checks.closeness import close
from course_utils.checks.types import PartKey

RTOL = 1e-6
NUMBERS = st.floats(-1e9, 1e9) | st.sampled_from([0.0, np.nan, np.inf, -np.inf])


@given(st.data())
def test_numpy_says_the_same(data):
    shape = data.draw(array_shapes(min_dims=0, max_dims=3, min_side=0))
    reference, wanted = (data.draw(arrays(float, shape, elements=NUMBERS)) for _ in range(2))
    nudges = data.draw(arrays(float, shape, elements=st.sampled_from([0.0, 1e-8, -1e-5, 0.1, np.nan, np.inf])))
    key = PartKey("part", 1.0, {"steps": reference}, (), (), {}, "", rtol=RTOL)
    finite = np.abs(reference[np.isfinite(reference)])
    tolerance = RTOL * finite.max(initial=0.0)
    with np.errstate(invalid="ignore"):
        got = wanted + nudges
    expected = np.isclose(got, wanted, rtol=RTOL, atol=tolerance, equal_nan=True)
    assert np.array_equal(close(got, wanted, key, "steps"), expected)
