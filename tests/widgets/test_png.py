"""PNG files, read back by Pillow."""

import io

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from course_utils.widgets.png import png


@settings(max_examples=40, deadline=None)
@given(
    st.tuples(st.integers(1, 9), st.integers(1, 9), st.just(4)).flatmap(lambda shape: arrays(np.uint8, shape)),
)
def test_an_image_comes_back_with_its_alpha(pixels):
    read = Image.open(io.BytesIO(png(pixels)))
    read.verify()
    again = Image.open(io.BytesIO(png(pixels)))
    assert (again.format, again.mode) == ("PNG", "RGBA")
    np.testing.assert_array_equal(np.asarray(again), pixels)
