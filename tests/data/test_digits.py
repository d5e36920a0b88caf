"""The digits are scikit-learn's, whether its file is read or the package is asked."""

import subprocess
import sys

import numpy as np
import pytest
from sklearn.datasets import load_digits

from course_utils.data import digits


@pytest.fixture(params=["read", "asked"])
def table(request, monkeypatch):
    if request.param == "asked":
        monkeypatch.setattr(digits, "files", lambda name: None)
    digits._table.cache_clear()
    yield digits._table()
    digits._table.cache_clear()


def test_images_and_labels_are_those_of_the_package(table):
    for mine, theirs in zip(table, load_digits(return_X_y=True), strict=True):
        assert mine.dtype == theirs.dtype
        np.testing.assert_array_equal(mine, theirs)
        assert not mine.flags.writeable


def test_reading_them_does_not_import_the_package():
    code = "import sys; from course_utils import data; data.load_digits_data(); print('sklearn' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False"]
