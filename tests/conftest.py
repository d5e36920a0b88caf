"""The order of modules where several processes share the tests, and a browser for each that asks for one."""

import gc

import pytest

from tests.balance import longest_first, recorded
from tests.browser import chromium


@pytest.hookimpl(wrapper=True)
def pytest_collection():
    """Nothing that is imported or collected becomes garbage; to look through it again and again takes seconds."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    if hasattr(config, "workerinput"):
        items[:] = longest_first(items, recorded())


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started
