"""An exercise whose check is not built yet stops its tests with one line, instead of failing each of them."""

import functools
import hashlib
from unittest import mock

import pytest

from course_utils.exercises import exercise_folder, exercise_ids


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    if hasattr(config, "workerinput"):  # a worker cannot end the run of others: there each test fails in one line
        return
    chosen = [item.callspec.params.get("exercise") for item in items if hasattr(item, "callspec")]
    for exercise in filter(chosen.__contains__, exercise_ids()):
        folder = exercise_folder(exercise)
        if not (folder / "recorded.json").is_file():
            raise pytest.UsageError(f"{folder}: no check is built yet; run `make exercise ID={exercise}` first")


# It takes half a second on purpose, and many tests name the same faults for the loops of `bug_hunt`.
SCRYPT = functools.cache(hashlib.scrypt)


@pytest.fixture(autouse=True, scope="module")
def _each_text_is_hashed_once():
    with mock.patch.object(hashlib, "scrypt", SCRYPT):
        yield
