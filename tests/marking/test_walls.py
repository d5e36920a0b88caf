"""The pages answer to their token, on this machine, and to no other site; answers of students are inert in them."""

import json
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from autograder.marking.app import make_app
from autograder.marking.desk import Desk
from autograder.marking.views import question_page
from autograder.marks.answers import Answer
from tests.marking import classroom

TOKEN = "correct-horse"
HOST = "127.0.0.1:8000"
PAGE = f"/{TOKEN}/question/{classroom.NAME}/jumps"
MARK = f"/{TOKEN}/mark/{classroom.NAME}/jumps"


@pytest.fixture
def client(desk):
    return TestClient(make_app(desk, "anna", 8000, TOKEN), base_url=f"http://{HOST}")


def answers_of(client):
    """The page's names of the answers, with their states."""
    states = client.get(f"/{TOKEN}/states/{classroom.NAME}/jumps").json()["states"]
    ids = " ".join(re.findall(r'data-ids="([^"]+)"', client.get(PAGE).text)).split()
    return {one: states[one.partition("-")[0]]["tag"] for one in ids}


def test_the_page_itself_is_served_and_marks(client):
    answers = answers_of(client)
    assert len(answers) == 4
    made = client.post(MARK, json={"marker": "anna", "answers": answers, "points": "0,5"})
    assert (made.status_code, made.json()["said"]) == (200, "4 answers are marked.")
    assert {state["points"] for state in made.json()["states"].values()} == {0.5}


REFUSED = {
    "without a token": ("/", {}),
    "with another token": (PAGE.replace(TOKEN, "wrong"), {}),
    "with a part of the token": (PAGE.replace(TOKEN, TOKEN[:-1]), {}),
    "under another name": (PAGE, {"host": "evil.example:8000"}),
    "under another port": (PAGE, {"host": "127.0.0.1:8001"}),
    "from another site": (PAGE, {"origin": "http://evil.example"}),
    "from another port of this machine": (PAGE, {"origin": "http://127.0.0.1:9999"}),
    "from a page without an origin": (PAGE, {"origin": "null"}),
    "from a link of another site": (PAGE, {"sec-fetch-site": "cross-site"}),
}


@pytest.mark.parametrize("name", REFUSED)
def test_whatever_else_asks_is_refused(client, name):
    path, headers = REFUSED[name]
    answer = client.get(path, headers=headers)
    assert answer.status_code == 403
    assert answer.text.startswith("Refused: ")
    assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("headers", [{"origin": "http://evil.example"}, {"content-type": "text/plain"}])
def test_no_other_page_can_send_marks(client, headers):
    content = json.dumps({"marker": "anna", "answers": answers_of(client), "points": 1})
    sent = client.post(MARK, content=content, headers={"content-type": "application/json", **headers})
    assert sent.status_code == 403
    states = client.get(f"/{TOKEN}/states/{classroom.NAME}/jumps").json()["states"]
    assert all(state["points"] in (None, 0) for state in states.values())


@pytest.mark.parametrize(
    "body",
    [
        *(
            b"",
            b"{",
            b"[1]",
            b'{"marker": "anna"}',
            b'{"marker": "anna", "answers": {}}',
            b"[" * 100_000,
            b" " * 1_100_000,
        ),
        *(b'{"marker": " ", "answers": {"a-b": "c"}, "points": 1}', b'{"marker": "anna", "answers": {"a-b": "c"}}'),
    ],
)
def test_nonsense_is_refused_in_a_sentence(client, body):
    sent = client.post(MARK, content=body, headers={"content-type": "application/json"})
    assert sent.status_code == 409
    assert sent.json()["error"].endswith(".")
    assert len(sent.json()["states"]) == 4


@pytest.mark.parametrize("points", ["much", "1e3", "nan", "2", "-1", ""])
def test_a_mark_that_is_none_is_refused_in_a_sentence(client, points):
    sent = client.post(MARK, json={"marker": "anna", "answers": answers_of(client), "points": points})
    assert sent.status_code == 409
    assert "nothing was changed" in sent.json()["error"]


def test_no_page_may_run_what_is_written_in_it(client):
    policy = client.get(PAGE).headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "script-src 'self'" in policy
    assert not re.search(r"<script(?! src=\"/correct-horse/page/marking\.js\" defer></script>)", client.get(PAGE).text)


class Seen(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.scripts, self.attributes, self.sources = 0, set(), set()
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.scripts += tag in ("script", "iframe", "object", "embed", "style", "svg", "form", "input", "base")
        self.attributes |= {name for name, _ in attrs}
        self.sources |= {value for name, value in attrs if name in ("src", "href", "srcset", "action")}


HOSTILE = st.lists(
    st.sampled_from(
        [
            *(
                "<script>alert(1)</script>",
                "<img src=x onerror=alert(1)>",
                "<svg onload=alert(1)>",
                "[a](javascript:f())",
            ),
            *("</article></main>", "<style>*{display:none}</style>", "$\\href{javascript:f()}{x}$", '" onclick="f()'),
            *("<form action=//evil>", "<input autofocus onfocus=f()>", "\u202e", "a" + "\u0301" * 30, "{{ 7 * 7 }}"),
            *(
                "```\n",
                "\n\n",
                "$$",
                "<iframe srcdoc='<script>f()</script>'>",
                "<base href=//evil>",
                "<details open ontoggle=f()>",
            ),
        ]
    ),
    min_size=1,
    max_size=6,
).map(" ".join)


@pytest.fixture(scope="module")
def sheet_of(words):
    """The page of one question whose only answer this is."""
    from dataclasses import replace

    from autograder.marking.desk import open_desk

    desk = open_desk(words / "grading", words)
    sheet = desk.sheet(classroom.NAME, "jumps")
    one = next(group for group in sheet.groups if group.kind == "alike")

    def make(text, pictures):
        answers = tuple(Answer(text, pictures) for _ in sheet.answers)
        return question_page(desk, replace(sheet, answers=answers, groups=(one,)), f"/{TOKEN}", "anna")

    assert isinstance(desk, Desk)
    return make


@settings(max_examples=60, deadline=None)
@given(text=HOSTILE, name=HOSTILE)
def test_answers_are_inert_however_they_are_built(sheet_of, text, name):
    clean, page = Seen(sheet_of("plain", {})), sheet_of(text, {name: {"image/png": "AAAA"}, "x": {"text/html": text}})
    seen = Seen(page)
    assert seen.scripts == clean.scripts
    assert not {one for one in seen.attributes - clean.attributes if one.startswith("on") or one == "style"}
    assert not [one for one in seen.sources - clean.sources if one and not re.match(r"data:image/(png|jpeg);", one)]
    assert "\u202e" not in page
    assert "\u0301" * 9 not in page
