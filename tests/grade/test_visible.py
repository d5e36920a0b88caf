"""What nobody sees is written out wherever somebody reads it, and all that people write stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.grade.read import tidy
from autograder.grade.visible import visible
from autograder.report.cells import as_csv, defused
from tests.grade import mini

HIDDEN = {
    "turned around": "\u202e", "isolated": "\u2066", "mark": "\u200f", "arabic mark": "\u061c", "tag": "\U000e0041",
    "no width": "\u200b", "joined ascii": "\u200d", "word joiner": "\u2060", "byte order": "\ufeff",
    "soft hyphen": "\u00ad", "filler": "\u3164", "line": "\u2028",
}  # fmt: skip
STAYS = (
    "plain text, with\ttabs\nand lines", "Jörg Müller, Łukasz, Nguyễn", "naïve e\u0301\u0323", "Ελλάδα, Москва",
    "学习 ガ 한국어", "שָׁלוֹם", "السَّلَام", "می\u200cخواهم", "क्\u200dष", "👩\u200d💻 🏳️\u200d🌈 ✓ →", "∇f ≈ x̂² · 10⁻⁷",
)  # fmt: skip


@pytest.mark.parametrize("name", HIDDEN)
def test_what_has_no_shape_is_written_out(name):
    sign = HIDDEN[name]
    assert visible(f"a{sign}b") == f"a⟨U+{ord(sign):04X}⟩b"
    assert tidy(f"a{sign}b") == visible(f"a{sign}b") == defused(f"a{sign}b")


@pytest.mark.parametrize("text", STAYS)
def test_what_people_write_stays(text):
    assert visible(text) == text


def test_marks_that_are_stacked_are_written_out():
    stacked = "a" + "\u0301" * 50 + "b"
    assert visible(stacked) == "a" + 8 * "\u0301" + 42 * "⟨U+0301⟩" + "b"


@given(st.text())
def test_nothing_is_lost_and_a_second_time_changes_nothing(text):
    shown = visible(text)
    assert visible(shown) == shown
    assert len(shown) >= len(text)
    assert not set(shown) & set(HIDDEN.values()) - {"\u200d"}


def test_pages_tables_reports_and_notebooks_show_it(course, submissions, grade, tmp_path):
    """A line of code that reads otherwise than it runs, a name, an answer, and an added cell."""
    evil = "\u202e"
    sources = {
        **mini.PERFECT,
        "momentum": f"{mini.MOMENTUM}# {evil}right\nraise ValueError('{evil}x')",
        "why": f"So {evil}it",
    }
    notebook = mini.solved(course, sources)
    notebook["cells"].append(mini.code(f"print('{evil}')", id="mine"))
    mini.hand_in(submissions, "ada", notebook, name=f"a{evil}b.ipynb")
    grade()
    found = 0
    for path in (tmp_path / "out").rglob("*"):
        if path.suffix in (".html", ".csv", ".json", ".ipynb") and path.is_file():
            text = path.read_text()
            assert evil not in text, path
            assert "\\u202e" not in text, path
            found += "⟨U+202E⟩" in text
    assert found >= 3


def test_a_table_shows_it_and_has_no_formula():
    assert "⟨U+202E⟩" in as_csv([["\u202e=1+1"]]).decode()
    assert as_csv([["=1+1", "+1", "@a", "-x", "-1"]]).decode("utf-8-sig") == "'=1+1,+1,'@a,'-x,-1\r\n"
