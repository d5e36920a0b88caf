"""A service on the small course, asked as notebooks and browsers ask, and graded in this process."""

import csv
import json

import pytest
from starlette.testclient import TestClient

from autograder.grade.grading_task import in_this_process
from autograder.serve.app import make_app
from autograder.serve.grader import make_grader
from autograder.serve.job import Job
from autograder.serve.prepare import make_service
from autograder.serve.token_accounts import TOKENS
from autograder.serve.wishes import SUBMITTED, Wishes
from tests.grade import mini

STUDENTS = ("ada", "bob", "cyd", "dan", "eve", "fay", "gus")
ADDRESS = "http://testserver"


@pytest.fixture(scope="session")
def course(tmp_path_factory):
    return mini.make_course(tmp_path_factory.mktemp("course"))


def write_roster(path, names=STUDENTS):
    path.write_text("id,name\n" + "".join(f"{name},{name.title()} Test\n" for name in names))
    return path


class Running:
    """A service, and what people do with it."""

    def __init__(self, root, out, roster, **wishes):
        given = {"accounts": True, "staff": ("teacher",), "workers": 0, **wishes}
        self.wishes = Wishes(root=root, out=out, roster=roster, **given)
        self.service = make_service(self.wishes)
        self.app = make_app(self.service, "secret")
        self.client = TestClient(self.app, raise_server_exceptions=False)

    @property
    def engine(self):
        return self.service.desk.engine

    def tokens(self):
        with (self.wishes.folder / TOKENS).open() as file:
            return {row["name"]: row["token"] for row in csv.DictReader(file)}

    def headers(self, name):
        return {"Authorization": f"token {self.tokens()[name]}"}

    def hand_in(self, name, content, workbook=mini.NAME):
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        path = f"{self.wishes.prefix}/api/hand-ins?workbook={workbook}"
        return self.client.post(path, content=body, headers=self.headers(name))

    def ask(self, name, number):
        return self.client.get(f"{self.wishes.prefix}/api/hand-ins/{number}", headers=self.headers(name))

    def browser(self, name=None):
        """A browser, logged in."""
        browser = TestClient(self.app, base_url=ADDRESS, raise_server_exceptions=False)
        if name is not None:
            page = browser.get(f"{self.wishes.prefix}/login").text
            data = {"csrf": secret_of(page), "token": self.tokens()[name]}
            assert browser.post(f"{self.wishes.prefix}/login", data=data).status_code == 200
        return browser

    def grader(self):
        job = Job(str(self.wishes.root), str(self.wishes.folder), str(self.submitted), self.wishes.address, 1, "full")
        return make_grader(job)

    @property
    def submitted(self):
        return self.wishes.out / SUBMITTED

    def grade(self, many=1):
        """Grade the next hand-ins of the queue."""
        grader = self.grader()
        with in_this_process(many) as pool:
            for _ in range(many):
                grader.one("test", pool)


def secret_of(page):
    """The secret that a form carries."""
    return page.partition('name="csrf" value="')[2].partition('"')[0]


@pytest.fixture
def roster(tmp_path):
    return write_roster(tmp_path / "roster.csv")


@pytest.fixture
def running(course, tmp_path, roster):
    return Running(course, tmp_path / "class", roster)
