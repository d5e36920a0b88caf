"""Places as their containers look: what was handed in lies in a folder, and one program is run as root."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from autograder.cli import app

ROOT = Path(__file__).parents[2]
ENVIRONMENT = "opt/course-grader"


class Box:
    """The disk of a container, below a folder, in which a package lies as its place unpacks it."""

    def __init__(self, folder, layout):
        self.folder, self.layout = folder, layout
        self.course = next(folder.rglob("settings.json")).parent / "course"
        self._install()
        subprocess.run(["bash", str(self.course.parent / "close.sh")], check=True)

    def _install(self):
        """Do what `install.sh` does, with this machine's packages: a venv that knows where the course lies."""
        environment = self.folder / ENVIRONMENT
        libraries = [path for path in sys.path if path.endswith(("site-packages", "dist-packages"))]
        site = environment / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"
        site.mkdir(parents=True)
        (environment / "bin").mkdir()
        python = os.path.realpath(sys.executable)
        (environment / "bin" / "python").symlink_to(python)
        (environment / "pyvenv.cfg").write_text(f"home = {os.path.dirname(python)}\n")
        course = f"/{self.course.relative_to(self.folder)}" if self.layout else str(self.course)
        (site / "course.pth").write_text("\n".join([course, *libraries]) + "\n")

    def run(self, handed_in):
        """Put files into the folder of what was handed in, run the place's program, and return its results."""
        folder = self.folder / self.layout["submission"]
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for name, content in handed_in.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        command = [sys.executable, "-m", "tests.places.container", str(self.folder), f"/{self.layout['program']}"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900)
        assert done.returncode == 0, done.stdout + done.stderr
        self.printed = done.stdout + done.stderr
        return json.loads((self.folder / self.layout["results"]).read_bytes())


LAYOUTS = {
    "gradescope": {
        "submission": "autograder/submission",
        "program": "autograder/run_autograder",
        "results": "autograder/results/results.json",
    },
    "prairielearn": {
        "submission": "grade/student",
        "program": "grade/serverFilesCourse/grader_02_optimizers/run.sh",
        "results": "grade/results/results.json",
    },
}


@pytest.fixture(scope="session")
def packed(tmp_path_factory):
    """Return a function that packs a workbook for a place, once."""
    made = {}

    def pack(place, *options):
        if (place, options) not in made:
            out = tmp_path_factory.mktemp(place) / "package"
            command = ["package", place, "--workbook", "02_optimizers", "--out", str(out), *options]
            done = CliRunner().invoke(app, command)
            assert done.exit_code == 0, done.output
            made[place, options] = out
        return made[place, options]

    return pack


@pytest.fixture(scope="module")
def box(packed, tmp_path_factory):
    """Return a function that makes the container of a place."""

    def make(place):
        """Make it; GitHub's is the machine itself, on which only the environment lies apart."""
        folder = tmp_path_factory.mktemp(f"{place}-disk")
        source = packed(place)
        if place == "gradescope":
            shutil.copytree(source, folder / "autograder" / "source")
            shutil.copy(source / "run_autograder", folder / "autograder" / "run_autograder")
        elif place == "github":
            (grader,) = (source / "for_the_private_release").iterdir()
            shutil.unpack_archive(grader, folder / "grader")
        else:
            shutil.copytree(source / "serverFilesCourse", folder / "grade" / "serverFilesCourse")
        return Box(folder, LAYOUTS.get(place))

    return make
