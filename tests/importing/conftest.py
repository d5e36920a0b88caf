"""The small course, and downloads as real zips."""

import json
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from autograder.cli import app
from autograder.importing import ImportOrder, import_submissions
from tests.grade import mini

NAME = mini.NAME


@pytest.fixture(scope="session")
def course(tmp_path_factory):
    return mini.make_course(tmp_path_factory.mktemp("course"))


@pytest.fixture(scope="session")
def notebook(course):
    """Returns a notebook's bytes with so many of its exercises worked on; `mark` makes each one different."""

    def make(done=2, mark=""):
        sources = list(mini.PERFECT.items())[:done]
        record = mini.solved(course, {name: f"{source}\n# {mark}" for name, source in sources})
        return json.dumps({**record, "metadata": {**record["metadata"], "mark": mark}}).encode()

    return make


def zipped(path: Path, files: dict) -> Path:
    """Write a zip; a value is bytes, or a mapping for a zip in it."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            if isinstance(content, dict):
                inner = path.with_name("inner.part")
                content = zipped(inner, content).read_bytes()
                inner.unlink()
            archive.writestr(name, content)
    return path


def unpacked(folder: Path, files: dict) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(zipped(path, content).read_bytes() if isinstance(content, dict) else content)
    return folder


class Importing:
    """Imports a download into `out`."""

    def __init__(self, course, folder):
        self.course, self.folder, self.out = course, folder, folder / "submitted"

    def __call__(self, files, roster="", packed=True, **options):
        download = self.folder / ("download.zip" if packed else "download")
        if isinstance(files, dict):
            (zipped if packed else unpacked)(download, files)
        else:
            download = files
        if roster:
            (self.folder / "roster.csv").write_text(roster, encoding="utf-8")
            options["roster"] = self.folder / "roster.csv"
        return import_submissions(ImportOrder(download, self.out, self.course, **options))

    def students(self):
        """Content by student, of all that is in place; and nothing else may lie there."""
        found = {path.parts[-3]: path.read_bytes() for path in self.out.glob(f"*/{NAME}/{NAME}.ipynb")}
        assert len(found) == len(
            [path for path in self.out.rglob("*.*") if path.name not in ("timestamp.txt", "late.txt", ".download.json")]
        )
        return found

    def time(self, student):
        path = self.out / student / NAME / "timestamp.txt"
        return path.read_text() if path.exists() else ""


@pytest.fixture
def importing(course, tmp_path):
    return Importing(course, tmp_path)


@pytest.fixture
def command(course, tmp_path, monkeypatch):
    monkeypatch.chdir(course)

    def run(*options):
        result = CliRunner().invoke(app, ["import", *map(str, options), "--out", str(tmp_path / "submitted")])
        return result.exit_code, result.stdout, result.stderr

    return run
