"""A machine that has nothing but the package."""

import socket

import pytest

from course_utils.data import cifar10, sources

CACHES = (cifar10._load, cifar10._reachable, sources._load, sources._reachable)


@pytest.fixture
def alone(monkeypatch, tmp_path):
    """Leave nothing but the package: no COURSE_DATA, an empty cache, no network."""

    def refuse(*args, **kwargs):
        raise OSError("no network here")

    monkeypatch.delenv("COURSE_DATA", raising=False)
    for module in (cifar10, sources):
        monkeypatch.setattr(module, "cache_folder", lambda: tmp_path / "cache")
    monkeypatch.setattr(socket, "create_connection", refuse)
    for cache in CACHES:
        cache.cache_clear()
    yield tmp_path
    for cache in CACHES:
        cache.cache_clear()
