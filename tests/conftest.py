"""The order of modules where several processes share the tests."""

import pytest

from tests.balance import longest_first, recorded


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    if hasattr(config, "workerinput"):
        items[:] = longest_first(items, recorded())
