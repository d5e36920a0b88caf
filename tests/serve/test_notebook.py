"""The last cell of a workbook hands in at the service, and without one does what it always did."""

import json
import re

import pytest

from course_utils import submit
from course_utils.handin import service as service_module
from course_utils.handin.arrival import arrival_card, arrival_text
from course_utils.handin.service import Service, ServiceError, service_for
from tests.build.conftest import ROOT
from tests.grade import mini
from tests.serve.real import free_port

BOOK = "02_optimizers"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    for name in ("COURSE_SERVICE", "COURSE_TOKEN", "JUPYTERHUB_API_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(service_module.time, "sleep", lambda _: None)
    (tmp_path / f"{BOOK}.ipynb").write_bytes((ROOT / "notebooks" / BOOK / f"{BOOK}.ipynb").read_bytes())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_without_a_service_the_file_is_written_and_nobody_is_asked(folder, capsys):
    submit.hand_in(BOOK)
    said = capsys.readouterr().out
    assert f"Hand in this file: {folder / BOOK}-handin.ipynb" in said
    assert "Not handed in" not in said


@pytest.mark.parametrize(
    ("address", "token", "said"),
    [
        ("http://127.0.0.1:{free}", "secret", "does not answer"),
        ("http://127.0.0.1:1", "", "has to know who you are"),
        ("ftp://course", "secret", "not an address"),
    ],
)
def test_a_service_that_cannot_be_asked_loses_nothing(folder, capsys, monkeypatch, address, token, said):
    monkeypatch.setenv("COURSE_SERVICE", address.format(free=free_port()))
    monkeypatch.setenv("COURSE_TOKEN", token)
    submit.hand_in(BOOK)
    out = capsys.readouterr().out
    assert said in out
    assert "nothing of it is lost" in out
    assert (folder / f"{BOOK}-handin.ipynb").is_file()


def test_the_variable_goes_before_the_notebook_and_the_own_token_before_the_hubs(folder, monkeypatch):
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "of the hub")
    assert service_for("http://notebook/") == Service("http://notebook", "of the hub")
    monkeypatch.setenv("COURSE_SERVICE", "http://variable/")
    monkeypatch.setenv("COURSE_TOKEN", "own")
    assert service_for("http://notebook/") == Service("http://variable", "own")


@pytest.fixture
def asked(running, monkeypatch):
    """Let `Service` ask the application without a network."""

    def ask(self, path, content=None):
        headers = {"Authorization": f"token {self.token}"}
        method = "GET" if content is None else "POST"
        answer = running.client.request(method, path, content=content, headers=headers)
        if answer.status_code >= 400:
            raise ServiceError(answer.json()["error"])
        return answer.json()

    monkeypatch.setattr(Service, "_ask", ask)
    return running


def test_a_student_sees_the_receipt_and_then_the_verdict(asked, course, folder, capsys, monkeypatch):
    """The workbook is the small one, handed in by the same steps as the last cell."""
    (folder / f"{mini.NAME}-handin.ipynb").write_text(
        json.dumps(mini.solved(course, {**mini.PERFECT, "momentum": mini.HEAVY_BALL}))
    )
    monkeypatch.setenv("COURSE_TOKEN", asked.tokens()["ada"])
    monkeypatch.setattr(service_module.time, "sleep", lambda _: asked.grade())
    notebook = submit.Notebook(mini.NAME, folder / f"{mini.NAME}.ipynb", {}, 0.0)
    submit._send(notebook, folder / f"{mini.NAME}-handin.ipynb", "http://service")
    said = capsys.readouterr().out
    assert re.search(r"\[ok\] 02_mini arrived at .* UTC, as number 1", said)
    assert said.index("It waits for its verdict") < said.index("[not yet] momentum: 1 of 2")
    receipt = json.loads((folder / f"{mini.NAME}-receipt-1.json").read_text())
    assert json.loads(receipt["signed"])["student"] == "ada"


def test_the_card_says_what_the_text_says_and_runs_nothing():
    told = {
        "workbook": "02_mini", "number": 3, "received_at": "2026-03-01T12:00:00.000+00:00", "sha256": "a" * 64,
        "says": "<script>alert(1)</script>", "exercises": [
            {"exercise": "ema", "verdict": "wrong", "score": 0.0, "max_score": 1.0, "says": ["read `<b>` again"]},
            {"exercise": "why", "verdict": "by hand", "score": None, "max_score": 1.0, "says": []},
        ],
    }  # fmt: skip
    card, text = arrival_card(told), arrival_text(told)
    assert "<script>" not in card
    assert "<code>&lt;b&gt;</code>" in card
    for word in ("2026-03-01 12:00:00 UTC", "number 3", "0 of 1", "1 to be marked by a person"):
        assert word in card
        assert word in text


def test_the_last_cell_names_the_service_only_where_the_course_does(course, tmp_path):
    named = 'id = "mini"\nservice = "https://hub.uni.example/services/hand-in"'
    with_service = mini.make_course(tmp_path / "course", course=mini.COURSE.replace('id = "mini"', named))
    cells = {root: mini.cell(mini.released(root), "hand-in")["source"] for root in (course, with_service)}
    assert 'hand_in("02_mini")' in "".join(cells[course])
    assert 'hand_in("02_mini", service="https://hub.uni.example/services/hand-in")' in "".join(cells[with_service])
