"""No module needs, directly or through others, a module that needs it; and the search for circles finds them."""

from pathlib import Path

import pytest

from tests.project.imports import circles, import_graph

ROOT = Path(__file__).parents[2]


def test_no_modules_import_each_other():
    graph = import_graph(ROOT / "course_utils", ROOT / "autograder")
    assert len(graph) > 350
    assert "course_utils.widgets.scene" in graph["course_utils.widgets.panel"]
    assert not circles(graph)


@pytest.fixture
def package(tmp_path):
    """Write a package `made` from sources by path, and return its import graph."""

    def write(**sources):
        for name, text in {"__init__": "", "room/__init__": "", **sources}.items():
            path = tmp_path / "made" / f"{name}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return import_graph(tmp_path / "made")

    return write


@pytest.mark.parametrize(
    "back",
    [
        "import made.one",
        "from made.one import thing",
        "from made import one",
        "from . import one",
        "from .one import thing",
        "def later():\n    from made.one import thing",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from made.one import thing",
        "from made.three import thing",
    ],
)
def test_a_circle_is_found_however_it_is_closed(package, back):
    graph = package(one="from made.two import thing", two=back, three="import made.one")
    assert circles(graph) == [sorted({"made.one", "made.two", *(["made.three"] if "three" in back else [])})]


def test_a_circle_through_a_package_that_offers_its_modules_names_is_found(package):
    inside = {"room/__init__": "from made.room.first import thing", "room/first": "from made.room import thing"}
    assert circles(package(**inside)) == [["made.room", "made.room.first"]]
    outside = {"room/__init__": "import made.other", "room/first": "", "other": "import made.room.first"}
    assert circles(package(**outside)) == [["made.other", "made.room"]]


def test_what_is_no_circle_is_not_called_one(package):
    graph = package(
        **{
            "room/__init__": "from made.room.first import thing",
            "room/first": "from made.room import second\nfrom made.base import thing",
            "room/second": "from made import base",
            "base": "import json, torch.nn\nfrom collections import abc",
            "user": "from made.room import thing",
        }
    )
    assert circles(graph) == []
    assert graph["made.user"] == {"made.room"}
    assert graph["made.room.first"] == {"made.room.second", "made.base"}
