"""A stand-in for Colab: its versions, its module `google.colab`, and the course as a student gets it there."""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.build.conftest import ROOT

# `make test-colab` builds it.
PYTHON = Path(os.environ.get("COLAB_PYTHON", ROOT / ".venv-colab" / "bin" / "python"))

# What the course asks of Colab's module, and a note of what it asked.
GOOGLE_COLAB = {
    "google/__init__.py": "",
    "google/colab/__init__.py": "from google.colab import files, output\n",
    "google/colab/output.py": "asked = []\n\n\ndef enable_custom_widget_manager():\n    asked.append(True)\n",
    "google/colab/files.py": "def download(name):\n    print('downloads', name)\n",
    "google/colab/_message.py": """
import json, os

def blocking_request(kind, request="", timeout_sec=5):
    assert kind == "get_ipynb"
    return {"ipynb": json.load(open(os.environ["SHOWN_IN_THE_BROWSER"]))}
""",
    # Colab imports its module before any cell runs.
    "sitecustomize.py": "import google.colab\n",
}


@dataclass(frozen=True)
class Machine:
    """A folder that plays the machine: `content` is the working folder, `site` what pip installs into."""

    folder: Path

    @property
    def content(self):
        return self.folder / "content"

    @property
    def site(self):
        return self.folder / "site"

    @property
    def environment(self):
        """Variables for the kernels and for pip; no network, and no images but the embedded ones."""
        return {
            "PYTHONPATH": str(self.site),
            "PIP_TARGET": str(self.site),
            "PIP_NO_INDEX": "1",
            "JUPYTER_PATH": str(self.folder / "jupyter"),
            "COURSE_DATA": "",
            "COURSE_DOWNLOAD": "0",
            "XDG_CACHE_HOME": str(self.folder / "cache"),
            "OMP_NUM_THREADS": "1",
        }

    def python(self, code):
        """Run code in Colab's Python and return what it printed."""
        done = subprocess.run(
            [str(PYTHON), "-c", code],
            cwd=self.content,
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout


def machine(folder):
    """Return a machine with Colab's module and a kernel named `colab`; the course is not installed."""
    made = Machine(folder)
    made.content.mkdir(parents=True)
    for name, text in GOOGLE_COLAB.items():
        (made.site / name).parent.mkdir(parents=True, exist_ok=True)
        (made.site / name).write_text(text)
    spec = folder / "jupyter" / "kernels" / "colab" / "kernel.json"
    spec.parent.mkdir(parents=True)
    argv = [str(PYTHON), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec.write_text(json.dumps({"argv": argv, "display_name": "Colab", "language": "python"}))
    return made
