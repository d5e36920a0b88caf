"""Two submissions that run at the same time, and one that tries to tell the other something: nothing comes through.

`fixtures/channels/` holds the two: what the one does first to `listen`, what the other does to `tell`, and where the
first one would `hear` it. The same files show, without walls, that they can be heard.
"""

import json
import os
import re
import secrets
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.sandbox.endings import Lost
from autograder.sandbox.host import WarmProcess
from autograder.sandbox.types import Limits

CHANNELS = Path(__file__).parent / "fixtures" / "channels"
NAMES = sorted(path.stem for path in CHANNELS.glob("*.py"))
LIMITS = Limits(cell_s=30.0)
# Behind walls that root builds, submissions have different users; without walls the limit is too far to be felt.
OF_ONE_USER = {"user_counter_of_descriptors_on_their_way"}
# The kernel lets nobody but root use them, walls or not.
OF_ROOT = {"hint_for_writing", "watched_disk"}
ROOT = os.geteuid() == 0
OPEN = """
import io, contextlib, json, sys
names = {}
for line in sys.stdin:
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        try:
            exec(json.loads(line), names)
        except Exception as error:
            print(repr(error))
    print(json.dumps(said.getvalue()), flush=True)
"""


class Unprotected:
    """A process without walls."""

    def __init__(self):
        self.process = subprocess.Popen([sys.executable, "-c", OPEN], stdin=-1, stdout=-1, text=True)
        self.pid = self.process.pid

    def run(self, source):
        self.process.stdin.write(json.dumps(source) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self):
        self.process.kill()
        self.process.communicate()


class Behind:
    """A fork behind the walls."""

    def __init__(self, server):
        self.child = server.start(LIMITS, 60)
        self.pid = self.child._watch.pid

    def run(self, source):
        try:
            answer, _ = self.child.ask({"kind": "cell", "source": source}, {}, LIMITS.cell_s)
        except Lost as lost:
            return lost.message
        return "".join(one.get("text", "") for one in answer["outputs"]) + answer["message"]

    def close(self):
        self.child.close()


def cells_of(name, teller, listener, own):
    text = (CHANNELS / f"{name}.py").read_text()
    places = {"PID": teller.pid, "LISTENER": listener.pid, "ONCE": secrets.token_hex(4), "OWN": own}
    for word, value in places.items():
        text = text.replace(f"@{word}@", str(value))
    return dict(re.findall(r"^# %% (\w+)\n(.*?)(?=^# %%|\Z)", text, re.MULTILINE | re.DOTALL))


def what_is_heard(name, teller, listener, own):
    try:
        cells = cells_of(name, teller, listener, own)
        listener.run(cells.get("listen", ""))
        said = teller.run(cells["tell"])
        return said, listener.run(cells["hear"])
    finally:
        teller.close()
        listener.close()


@pytest.fixture(scope="module")
def servers():
    """Two clones of one warm process, as two workers have them."""
    warm = WarmProcess()
    one, other = warm.clone(), warm.clone()
    yield one, other
    one.close()
    other.close()
    warm.close()


@pytest.mark.parametrize("name", NAMES)
def test_one_submission_cannot_tell_another_one_anything(name, servers):
    if name in OF_ONE_USER and not ROOT:
        pytest.skip("without root all submissions have the same user, as CONTRIBUTING says")
    said, heard = what_is_heard(name, *map(Behind, servers), re.__file__)
    assert "HEARD" not in heard, said


@pytest.mark.parametrize("name", sorted(set(NAMES) - OF_ONE_USER - (set() if ROOT else OF_ROOT)))
def test_without_walls_it_is_heard(name, tmp_path):
    (tmp_path / "shared").write_text("x")
    said, heard = what_is_heard(name, Unprotected(), Unprotected(), tmp_path / "shared")
    assert "HEARD" in heard, (said, heard)
