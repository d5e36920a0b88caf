"""Every item of the inventory has one row on the coverage page, and what the row names is in the workbooks."""

import re
from pathlib import Path

import pytest

from autograder.course import load_course
from tests.build.conftest import ROOT

PAGE = (ROOT / "docs" / "coverage.md").read_text(encoding="utf-8")
IDS = (Path(__file__).parent / "ids.txt").read_text(encoding="utf-8").split()
ROW = re.compile(r"^\| (?P<id>[HCNRS]-!?\w+) \| (?P<what>[^|]+) \| (?P<where>[^|]+) \|$", re.MULTILINE)
ROWS = [match.groupdict() for match in ROW.finditer(PAGE)]
PLACE = re.compile(r"`(\w+) (\d\.\d+)`")
SECTION = re.compile(r"^# ## (\d\.\d+) ", re.MULTILINE)


def sections(text):
    """Return the sections of a master by their numbers."""
    parts = SECTION.split(text)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def every_section():
    """Return the sections of all masters by (workbook, number)."""
    return {
        (name, number): text
        for name in load_course(ROOT).workbooks
        if (path := ROOT / "autograder" / "masters" / f"{name}.py").is_file()
        for number, text in sections(path.read_text(encoding="utf-8")).items()
    }


WRITTEN = every_section()


def test_no_item_is_missing_and_none_stands_twice():
    assert [row["id"] for row in ROWS] == IDS
    assert len(set(IDS)) == len(IDS)


def test_every_line_of_a_table_is_read():
    lines = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| ID ")]
    assert len(lines) == len(ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_a_named_section_exists_and_holds_what_is_named(row):
    places = PLACE.findall(row["where"])
    assert places
    assert ", ".join(f"`{name} {number}`" for name, number in places) == row["where"]
    missing = [f"{name} {number}" for name, number in places if (name, number) not in WRITTEN]
    assert not missing, f"{row['id']} names sections that are not in the masters"
    text = "\n".join(WRITTEN[place] for place in places)
    absent = [word for word in re.findall(r"`([^`]+)`", row["what"]) if not re.search(rf"\b{re.escape(word)}\b", text)]
    assert not absent, f"{row['id']}: not in {row['where']}"


def test_sections_are_split_at_their_headings():
    text = "# # Title\n# ## 1.0 One\n# a\n# ### Exercise `x`\n# ## 1.10 Ten\n# b\n# ## What next\n# c\n"
    assert sections(text) == {"1.0": "One\n# a\n# ### Exercise `x`\n", "1.10": "Ten\n# b\n# ## What next\n# c\n"}
