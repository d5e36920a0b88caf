"""How long modules of tests take: the longest run first, so that no process is left alone with one at the end.

The seconds are those of one run of three processes on two cores; only their order and rough size matter. To record
them again: `python -m pytest -n 3 --dist loadscope --junitxml=run.xml`, then `python -m tests.balance run.xml`.
"""

import json
import sys
import xml.etree.ElementTree as ElementTree
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

SECONDS = Path(__file__).with_name("seconds.json")
# Modules that take less are not listed, and count as this much.
SHORT_S = 1.0


@dataclass(frozen=True)
class Seconds:
    """How long the tests of a module take together, and the longest of them, with what is set up for it."""

    total: float
    longest: float


def recorded():
    """Return the `Seconds` of each listed module, by dotted name."""
    return {name: Seconds(*both) for name, both in json.loads(SECONDS.read_text()).items()}


def longest_first(items, seconds):
    """Return tests with those of longer modules first; those of one module stay together, in their order."""
    total = {name: both.total for name, both in seconds.items()}
    return sorted(items, key=lambda item: (-total.get(item.module.__name__, SHORT_S), item.module.__name__))


def seconds_in(junit):
    """Return total and longest of each module in a report of pytest, longest first, without the short ones."""
    found = defaultdict(list)
    for case in ElementTree.parse(junit).iter("testcase"):
        found[case.get("classname")].append(float(case.get("time")))
    listed = {name: [round(sum(times), 1), round(max(times), 1)] for name, times in found.items()}
    return {name: both for name, both in sorted(listed.items(), key=lambda one: -one[1][0]) if both[0] >= SHORT_S}


def as_json(seconds):
    """Return a text with a module in each line."""
    lines = (f" {json.dumps(name)}: {json.dumps(both)}" for name, both in seconds.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    SECONDS.write_text(as_json(seconds_in(sys.argv[1])))
