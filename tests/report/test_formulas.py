"""Formulas of students become MathML and nothing else."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.report.formulas import ELEMENTS, with_formulas
from autograder.report.markdown import ATTRIBUTES, TAGS, inert_markdown

PIECES = st.sampled_from(
    [
        *(
            "$",
            "$$",
            "\\text{",
            "}",
            "<script>",
            "<img src=x onerror=f()>",
            "\\href{javascript:f()}{x}",
            "\\style{a}{b}",
        ),
        *("`", "\\frac", "{a}", "x_1", "<", ">", '"', "&lt;", "&#60;", "<math>", "<mglyph>", "</p>", "\n"),
        *("\\begin{a}", "\\end{a}"),
    ]
)


class Seen(HTMLParser):
    """Every element and attribute of a page."""

    def __init__(self, html):
        super().__init__()
        self.elements, self.attributes = set(), set()
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.elements.add(tag)
        self.attributes |= {name for name, _ in attrs}


@pytest.mark.parametrize(
    ("source", "drawn"),
    [
        ("as $a < b$.", "<mi>a</mi><mo>&lt;</mo><mi>b</mi>"),
        ("$$\\frac{1}{2}$$", "<mfrac><mrow><mn>1</mn></mrow><mrow><mn>2</mn></mrow></mfrac>"),
        ("\\begin{align}a&=b\\end{align}", "<mtable"),
        ("$\\eta_0$", "<msub><mi>η</mi><mn>0</mn></msub>"),
    ],
)
def test_a_formula_is_drawn(source, drawn):
    html = inert_markdown(source)
    assert drawn in html
    assert "$" not in html


@pytest.mark.parametrize(
    "source", ["it costs $5 and $6", "`$x$`", "$\\frac{$", "    $x$\n    $y$", "$" + "{" * 300 + "$"]
)
def test_what_is_no_formula_stays_as_it_was_written(source):
    html = inert_markdown(source)
    assert "<math" not in html
    assert html.count("$") == source.count("$")


def test_a_picture_whose_name_holds_half_a_formula_stays_whole():
    html = with_formulas('<img alt="a>$x" src="data:image/png;base64,AA"> and $y$')
    assert html.startswith('<img alt="a>$x" src="data:image/png;base64,AA"> and <math')


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, max_size=14).map("".join))
def test_no_text_makes_another_element_or_attribute(source):
    seen = Seen(inert_markdown(source))
    assert seen.elements <= TAGS | ELEMENTS | {"math"}
    allowed = {name for names in ATTRIBUTES.values() for name in names}
    assert not {name for name in seen.attributes - allowed if re.match("on|href|src|style|class", name)}
