"""nbgrader's own commands and formgrader on a course folder, through this engine."""

import csv
import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.grade.classrun import Order, grade_class
from autograder.grade.course_folder import prepare_folder
from autograder.report.markdown import inert_markdown
from tests.attacks import stock
from tests.grade import mini

EVIL = (
    "It averages, as $a < b$.\n\n<script>alert('mark')</script><img src=x onerror=alert(1)>\n\n[x](javascript:alert(2))"
)


def hand_in_all(folder, course):
    heavy = mini.solved(course, {"momentum": mini.HEAVY_BALL, "adam": mini.ADAM, "why": EVIL})
    skipping = mini.solved(course, {"momentum": "momentum = 1"})
    for cell in skipping["cells"]:
        cell["metadata"]["tags"] = ["skip-execution"]
    mini.hand_in(folder, "perfect", mini.solved(course, mini.PERFECT))
    mini.hand_in(folder, "heavy", heavy)
    mini.hand_in(folder, "broken", b"{ this is no notebook")
    mini.hand_in(folder, "skipping", skipping)
    (folder / "heavy" / mini.NAME / "torch.py").write_text("raise RuntimeError\n")
    (folder / "perfect" / mini.NAME / "timestamp.txt").write_text("2026-03-01 12:00:00 UTC\n")


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    course = mini.make_course(tmp_path_factory.mktemp("nbgrader"))
    folder = course / "grading"
    prepare_folder(folder, course)
    hand_in_all(folder / "submitted", course)
    stock.nbgrader(folder, "autograde", mini.NAME)
    stock.nbgrader(folder, "generate_feedback", mini.NAME)
    pages = {path.parts[-3]: path.read_text() for path in (folder / "feedback").glob("*/*/*.html")}
    stock.nbgrader(folder, "export")
    return course, folder, pages


def scores(folder):
    """Automatic scores by student and cell."""
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as book:
        return {
            (submission.student_id, grade.cell.name): grade.auto_score
            for submission in book.assignment_submissions(mini.NAME)
            for grade in submission.notebooks[0].grades
        }


def test_autograde_gives_the_marks_of_the_engine(graded):
    assert scores(graded[1]) == {
        ("perfect", "check-momentum"): 2,
        ("perfect", "check-adam"): 2,
        ("perfect", "why"): None,
        ("heavy", "check-momentum"): 1,
        ("heavy", "check-adam"): 2,
        ("heavy", "why"): None,
        ("broken", "check-momentum"): 0,
        ("broken", "check-adam"): 0,
        ("broken", "why"): 0,
        ("skipping", "check-momentum"): 0,
        ("skipping", "check-adam"): 0,
        ("skipping", "why"): 0,
    }


def test_export_says_the_same(graded):
    with (graded[1] / "grades.csv").open() as file:
        assert {row["student_id"]: float(row["raw_score"]) for row in csv.DictReader(file)} == {
            "perfect": 4,
            "heavy": 3,
            "broken": 0,
            "skipping": 0,
        }


def test_the_class_command_finds_all_of_it_done(graded):
    course, folder, _ = graded

    def no_pool(*_):
        raise AssertionError("nothing is left to grade")

    before = scores(folder)
    grades = grade_class(Order(folder / "submitted", folder, course), no_pool).grades
    assert {grade.student: grade.score for grade in grades} == {"perfect": 4, "heavy": 3, "broken": 0, "skipping": 0}
    assert scores(folder) == before


def test_files_beside_the_notebook_are_dropped_but_its_timestamp_stays(graded):
    folder = graded[1] / "autograded"
    assert [path.name for path in (folder / "heavy" / mini.NAME).iterdir()] == [f"{mini.NAME}.ipynb"]
    assert (folder / "perfect" / mini.NAME / "timestamp.txt").is_file()


def test_feedback_has_reasons_and_runs_nothing_of_the_student(graded):
    page = graded[2]["heavy"]
    assert "Feedback for <strong>heavy</strong>" in page
    assert "<strong>3 / 5</strong>" in page
    assert "Marking guide" not in page
    assert [word for word in ("<script>alert", "onerror", "javascript:alert") if word in page] == []


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("<script>f()</script>", "f()"),
        ("a <img src=x onerror=f()> b", "<p>a (picture that is not in the file: x) b</p>"),
        ("[x](javascript:f())", "<p><a>x</a></p>"),
        ("**so** `x`", "<p><strong>so</strong> <code>x</code></p>"),
        ("costs $5 < $6", "<p>costs $5 &lt; $6</p>"),
        ("<style>body {display: none}</style>", "body {display: none}"),
    ],
)
def test_markdown_is_made_inert(source, html):
    assert inert_markdown(source).strip() == html


@pytest.mark.parametrize(
    ("source", "kept", "gone"),
    [
        ("see ![my sketch](attachment:image.png) here", "(pasted picture: my sketch)", "<img"),
        ('<div class="modal-backdrop in"><a class="navbar-fixed-top">x</a></div>', "x", "class"),
        ("```perl\n<<a\n```", "<pre><code>&lt;&lt;a", "class"),
        ("\\begin{a}" * 8000, "<pre>", "<p>"),
    ],
    ids=["pasted picture", "classes of the page", "code", "long"],
)
def test_what_students_write_is_shown_and_rules_nothing(source, kept, gone):
    html = inert_markdown(source)
    assert kept in html
    assert gone not in html


class Formgrader:
    """A Jupyter server with formgrader, on loopback."""

    def __init__(self, folder):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        options = {"ip": "127.0.0.1", "port": self.port, "token": "", "password": "", "root_dir": folder}
        arguments = [f"--ServerApp.{name}={value}" for name, value in options.items()]
        extension = "--ServerApp.jpserver_extensions={'nbgrader.server_extensions.formgrader': True}"
        safety = ["--ServerApp.disable_check_xsrf=True", "--allow-root", "--no-browser"]
        self.log = (folder / "server.log").open("w")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "jupyter_server", *arguments, extension, *safety],
            cwd=folder,
            env={**os.environ, "PATH": path},
            stdout=self.log,
            stderr=self.log,
        )

    def ask(self, path, method="GET", body=None):
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/formgrader/{path}", data, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.read().decode()

    def wait(self):
        deadline = time.monotonic() + 180
        while True:
            try:
                return self.ask("api/assignments")
            except (urllib.error.URLError, ConnectionError):
                alive = time.monotonic() < deadline and self.process.poll() is None
                assert alive, Path(self.log.name).read_text()
                time.sleep(0.2)

    def close(self):
        self.process.terminate()
        self.process.wait(60)
        self.log.close()


@pytest.fixture
def formgrader(graded):
    server = Formgrader(graded[1])
    try:
        server.wait()
        yield server
    finally:
        server.close()


@pytest.mark.slow
def test_answers_wait_in_formgrader_and_its_pages_run_nothing_of_the_student(graded, formgrader):
    submissions = json.loads(formgrader.ask(f"api/submissions/{mini.NAME}"))
    assert {one["student"]: one["needs_manual_grade"] for one in submissions} == {
        "perfect": True,
        "heavy": True,
        "broken": False,
        "skipping": False,
    }
    notebooks = json.loads(formgrader.ask(f"api/submitted_notebooks/{mini.NAME}/{mini.NAME}"))
    (heavy,) = [one["id"] for one in notebooks if one["student"] == "heavy"]
    page = formgrader.ask(f"submissions/{heavy}/")
    assert "<mi>a</mi><mo>&lt;</mo><mi>b</mi>" in page
    assert "<strong>Marking guide</strong>" in page
    assert [word for word in ("<script>alert", "onerror", "javascript:alert") if word in page] == []
    # Whatever the page loads comes from this machine.
    assert not re.findall(r"""(?:src|href)=["']?(?:https?:)?//""", page)
    (waiting,) = [
        one for one in json.loads(formgrader.ask(f"api/grades?submission_id={heavy}")) if one["name"] == "why"
    ]
    formgrader.ask(f"api/grade/{waiting['id']}", "PUT", {"manual_score": 1, "extra_credit": 0})
    answer = json.loads(formgrader.ask(f"api/submission/{mini.NAME}/heavy/autograde", "POST", {}))
    assert answer["success"], answer
    (graded_again,) = [
        one for one in json.loads(formgrader.ask(f"api/submissions/{mini.NAME}")) if one["student"] == "heavy"
    ]
    assert graded_again["score"] == 4
