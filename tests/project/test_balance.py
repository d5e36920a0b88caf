"""Long modules of tests begin first."""

import json
from types import SimpleNamespace

from tests.balance import SHORT_S, Seconds, as_json, longest_first, seconds_in

JUNIT = """
<testsuites><testsuite>
  <testcase classname="tests.a" name="test_one" time="0.4" /><testcase classname="tests.a" name="test_two" time="1.5" />
  <testcase classname="tests.b" name="test_one" time="0.2" /><testcase classname="tests.c" name="test_one" time="7" />
</testsuite></testsuites>
"""


def test_items_of_long_modules_come_first_and_stay_in_their_order():
    def item(module, name):
        return SimpleNamespace(module=SimpleNamespace(__name__=module), name=name)

    items = [item("b", "test_2"), item("long", "test_2"), item("a", "test_1"), item("long", "test_1")]
    items += [item("b", "test_1")]
    found = [(one.module.__name__, one.name) for one in longest_first(items, {"long": Seconds(2 * SHORT_S, SHORT_S)})]
    assert found == [("long", "test_2"), ("long", "test_1"), ("a", "test_1"), ("b", "test_2"), ("b", "test_1")]


def test_a_report_gives_the_seconds_of_modules_without_the_short_ones(tmp_path):
    (tmp_path / "run.xml").write_text(JUNIT)
    found = seconds_in(tmp_path / "run.xml")
    assert list(found.items()) == [("tests.c", [7.0, 7.0]), ("tests.a", [1.9, 1.5])]
    assert json.loads(as_json(found)) == found
