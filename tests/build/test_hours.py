"""The hours that a workbook announces follow from its length and its points, by one rule.

Reading takes a minute for 200 words of the student's texts (technical prose is read at about that speed), and half a
minute for a code cell that is given. Solving takes 12 minutes for a point, whether a check or a person gives it. The
sum is rounded to half an hour.
"""

import re

import pytest

from autograder.build.master import read_master
from autograder.course import load_course
from tests.build.conftest import ROOT

WORDS_PER_MINUTE, MINUTES_PER_CELL, MINUTES_PER_POINT = 200, 0.5, 12
HOURS = re.compile(r"Allow about ([\d½]+) hours|About ([\d½]+) hours of reading")
NOT_READ = ("question", "hint")  # model answers, and what is folded


def hours(name):
    """Return the hours that a workbook takes by the rule."""
    cells = read_master(ROOT / "autograder" / "masters" / f"{name}.py").cells
    words = sum(len(cell.source.split()) for cell in cells if not cell.is_code and cell.kind not in NOT_READ)
    given = sum(cell.is_code and cell.kind not in ("exercise", "check") for cell in cells)
    points = sum(one.total for one in load_course(ROOT).workbooks[name].points.values())
    minutes = words / WORDS_PER_MINUTE + MINUTES_PER_CELL * given + MINUTES_PER_POINT * points
    return round(2 * minutes / 60) / 2


@pytest.mark.parametrize("name", [name for name in load_course(ROOT).workbooks if not name.startswith("00")])
def test_a_workbook_announces_the_hours_that_the_rule_gives(name):
    text = (ROOT / "autograder" / "masters" / f"{name}.py").read_text(encoding="utf-8").replace("\n# ", " ")
    (found,) = HOURS.findall(text)
    said = next(filter(None, found))
    found = float(said.replace("½", ".5"))
    assert found == hours(name), f"the opening of {name}.py says {found:g} hours; by the rule it takes {hours(name):g}"
