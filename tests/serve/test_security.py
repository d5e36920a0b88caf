"""Who may do what: tokens, roles, forms of other pages, names that are paths, and what no answer holds."""

import json

import pytest

from autograder.serve.desk import Refused
from autograder.serve.guard import MOST_WRONG
from tests.grade import mini
from tests.serve.conftest import ADDRESS, secret_of

STAFF_PAGES = ("/class", "/people", "/events/class?workbook=02_mini", "/events/people?workbook=02_mini")


def notebook(course):
    return json.dumps(mini.solved(course, mini.PERFECT)).encode()


@pytest.mark.parametrize("header", [{}, {"Authorization": "token wrong"}, {"Authorization": "Basic YWRhOg=="}])
def test_nobody_hands_in_without_a_token(running, course, header):
    assert running.client.post("/api/hand-ins", content=notebook(course), headers=header).status_code == 401


def test_cookies_do_not_hand_in(running, course):
    browser = running.browser("ada")
    assert browser.get("/").status_code == 200
    assert browser.post("/api/hand-ins", content=notebook(course)).status_code == 401


def test_wrong_tokens_without_end_are_stopped(running):
    answers = [
        running.client.get("/api/hand-ins/1", headers={"Authorization": "token x"}) for _ in range(MOST_WRONG + 1)
    ]
    assert [one.status_code for one in answers] == [401] * MOST_WRONG + [429]


@pytest.mark.parametrize("page", STAFF_PAGES)
def test_students_and_strangers_do_not_see_the_class(running, page):
    student = running.browser("ada").get(page, follow_redirects=False)
    stranger = running.browser().get(page, follow_redirects=False)
    assert student.status_code == 403
    assert stranger.status_code in (303, 401)


def test_the_staff_sees_the_class(running):
    teacher = running.browser("teacher")
    assert [teacher.get(page).status_code for page in ("/class", "/people")] == [200, 200]


def upload(browser, course, secret, **headers):
    files = {"notebook": ("02_mini.ipynb", notebook(course), "application/json")}
    return browser.post("/hand-in", data={"csrf": secret}, files=files, headers=headers)


def test_a_form_hands_in_only_with_the_secret_of_its_session(running, course):
    browser = running.browser("ada")
    secret = secret_of(browser.get("/").text)
    assert secret
    assert upload(browser, course, "").status_code == 403
    assert upload(browser, course, secret_of(running.browser("bob").get("/").text)).status_code == 403
    assert upload(browser, course, secret, **{"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert "number 1" in upload(browser, course, secret).text


def test_a_form_that_is_too_large_is_refused(running):
    browser = running.browser("ada")
    length = str(running.service.desk.most_bytes * 2)
    assert browser.post("/hand-in", content=b"x", headers={"Content-Length": length}).status_code == 413


def test_a_token_that_was_replaced_ends_the_session(running):
    browser = running.browser("ada")
    tokens = running.wishes.folder / "tokens.csv"
    assert browser.get("/", follow_redirects=False).status_code == 200
    tokens.write_text("".join(line for line in tokens.read_text().splitlines(True) if not line.startswith("ada,")))
    assert browser.get("/", follow_redirects=False).status_code == 303
    assert running.tokens()["ada"]


def test_whoever_logs_in_gets_the_page_that_was_asked_for(running):
    browser = running.browser()
    assert browser.get("/people", follow_redirects=False).headers["location"] == "/login"
    data = {"csrf": secret_of(browser.get("/login").text), "token": running.tokens()["teacher"]}
    assert browser.post("/login", data=data, follow_redirects=False).headers["location"] == "/people"


@pytest.mark.parametrize("page", ["//elsewhere.example/people", "/\\\\elsewhere.example", "/nothing"])
def test_a_log_in_leads_nowhere_else(running, page):
    browser = running.browser()
    browser.get(f"http://testserver{page}", follow_redirects=False)
    data = {"csrf": secret_of(browser.get("/login").text), "token": running.tokens()["ada"]}
    assert browser.post("/login", data=data, follow_redirects=False).headers["location"] == "/"


def test_logging_out_ends_the_session(running):
    browser = running.browser("ada")
    browser.post("/logout", data={"csrf": secret_of(browser.get("/").text)})
    assert browser.get("/", follow_redirects=False).headers["location"] == "/login"


@pytest.mark.parametrize("name", ["../eve", "a/b", ".", "..", "", "a\x00b", "x" * 200, "-rf"])
def test_a_name_that_would_be_a_path_is_refused(running, course, name):
    with pytest.raises(Refused, match="cannot be a student's id"):
        running.service.desk.take(name, notebook(course))
    assert not (running.wishes.folder / "received").exists()


@pytest.mark.parametrize("page", ["/static/../tokens.csv", "/static/%2e%2e/tokens.csv", "/static/tokens.csv"])
def test_only_the_files_of_the_pages_are_given(running, page):
    assert running.client.get(page).status_code == 404


@pytest.mark.parametrize("page", ["/", "/login", "/key.pem", "/api/hand-ins/1", "/static/live.js", "/nothing"])
def test_every_answer_forbids_foreign_scripts_frames_and_copies(running, page):
    headers = running.browser("ada").get(page).headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"


def test_pages_have_no_inline_script_or_style_that_the_policy_would_stop(running, course):
    running.hand_in("ada", notebook(course))
    teacher, ada = running.browser("teacher"), running.browser("ada")
    for text in (teacher.get("/class").text, teacher.get("/people").text, ada.get("/").text, ada.get("/login").text):
        assert "<style" not in text
        assert 'style="' not in text
        assert all(' src="/static/' in tag for tag in text.split("<script")[1:])


def test_the_session_is_not_for_scripts_and_stays_at_home(running):
    browser = running.browser()
    cookie = browser.get("/login").headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert ADDRESS.startswith("http:")  # with --https the cookie is marked so, too
    assert "secure" not in cookie


def test_secrets_are_for_their_user_only(running):
    modes = [(running.wishes.folder / name).stat().st_mode & 0o077 for name in ("tokens.csv", "receipt_key.pem")]
    assert modes == [0, 0]
    assert running.wishes.folder.stat().st_mode & 0o077 == 0
