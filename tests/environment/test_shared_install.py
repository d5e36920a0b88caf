"""On a server all users read one installation and one data folder: nothing is ever written to either."""

import json
import os
import subprocess
import sys

import pytest

# Everything that a user does, and a note of each file that is opened for writing.
USE = """
import json, os, sys
written = []

def note(event, args):
    if event == "open" and isinstance(args[0], str) and (args[2] or 0) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
        written.append(os.path.realpath(args[0]))
    if event in ("os.mkdir", "os.rename", "os.remove"):
        written.append(os.path.realpath(os.fsdecode(args[0])))

sys.addaudithook(note)
import course_utils
from course_utils.data import load_fashion_mnist, load_mnist
from course_utils.widgets import step_size_demo

course_utils.check_environment()
load_fashion_mnist(), load_mnist(train=False)
course_utils.check("ema", lambda values, beta, bias_correction=False: values)
step_size_demo().frame()
open(os.path.join(os.path.dirname(course_utils.__file__), "exercises", "optimizers", "ema", "recorded.json")).close()
print(json.dumps([os.path.realpath(os.path.dirname(course_utils.__file__)), written]))
"""


@pytest.mark.slow
def test_only_the_user_s_own_folders_are_written_to(tmp_path):
    home, data = tmp_path / "home", tmp_path / "data"
    (home / "tmp").mkdir(parents=True)
    (data / "FashionMNIST" / "raw").mkdir(parents=True)
    own = {"XDG_CACHE_HOME": "cache", "MPLCONFIGDIR": "mpl", "TMPDIR": "tmp"}
    settings = {"COURSE_DATA": str(data), "COURSE_DOWNLOAD": "0", "PYTHONDONTWRITEBYTECODE": "1"}
    # What torch has noted for this process is no setting of a user.
    plain = {name: value for name, value in os.environ.items() if not name.startswith("TORCHINDUCTOR")}
    env = {**plain, **settings, **{name: str(home / folder) for name, folder in own.items()}}
    done = subprocess.run([sys.executable, "-c", USE], cwd=home, env=env, capture_output=True, text=True, check=True)
    *said, last = done.stdout.splitlines()
    package, written = json.loads(last)
    assert any(line.startswith("[fix") and "COURSE_DATA" in line for line in said), "an empty data folder is named"
    assert any("the sample in this package" in line for line in said)
    assert len(written) > 1, "the places that are tried out are seen"
    assert not [path for path in written if path.startswith((package, str(data)))]
    assert not [path for path in written if not path.startswith((str(home), "/dev/"))]
    assert [path.name for path in data.rglob("*")] == ["FashionMNIST", "raw"]
