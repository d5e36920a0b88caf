"""A JupyterHub with its proxy and the service, all on free ports of loopback, with accounts of a test."""

import os
import shutil
import subprocess
import sys
from contextlib import contextmanager

import psutil
import pytest

from tests.build.conftest import ROOT
from tests.serve.real import answers, free_port, wait_for

PROXY = "configurable-http-proxy@5.3.0"
# Ignored by git, and kept for the next run.
PLACE = ROOT / "build" / "proxy"
CONFIG = """
c.JupyterHub.bind_url = "http://127.0.0.1:{port}"
c.JupyterHub.hub_ip, c.JupyterHub.hub_port = "127.0.0.1", {hub_port}
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{api_port}"
c.ConfigurableHTTPProxy.command = ["{node}", "{proxy}"]
c.JupyterHub.db_url = "sqlite:///{folder}/hub.sqlite"
c.JupyterHub.cookie_secret_file = "{folder}/cookie_secret"
c.JupyterHub.authenticator_class = "dummy"
c.DummyAuthenticator.password = "{password}"
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = "{folder}/home/{{username}}"
c.Spawner.cmd = ["{python}", "-m", "jupyterhub.singleuser"]
c.Spawner.args = ["--allow-root"]
c.Spawner.default_url = "/lab"
c.Spawner.start_timeout = c.Spawner.http_timeout = 300
c.Spawner.environment = {{
    "COURSE_SERVICE": "http://127.0.0.1:{port}/services/hand-in",
    "COURSE_DOWNLOAD": "0",
    "PYTHONPATH": "{root}",
}}
c.JupyterHub.load_groups = {{"instructors": {{"users": ["teacher"]}}}}
ACCESS = "access:services!service=hand-in"
c.JupyterHub.load_roles = [
    {{"name": "user", "scopes": ["self", ACCESS]}},
    {{"name": "server", "scopes": ["users:activity!user", "access:servers!server", ACCESS]}},
]
c.JupyterHub.services = [
    {{
        "name": "hand-in",
        "url": "http://127.0.0.1:{service_port}",
        "command": ["{python}", "-m", "autograder", "serve", "{folder}/class", "--workers", "1"],
        "cwd": "{root}",
        "environment": {{"PYTHONPATH": "{root}"}},
        "oauth_no_confirm": True,
    }}
]
"""
PASSWORD = "of the test"


def proxy():
    """Return the proxy's script; it is installed from npm where it is missing."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("configurable-http-proxy needs node and npm; as root: apt-get install nodejs npm")
    script = PLACE / "node_modules" / "configurable-http-proxy" / "bin" / "configurable-http-proxy"
    if not script.exists():
        PLACE.mkdir(parents=True, exist_ok=True)
        command = ["npm", "install", "--no-save", "--no-package-lock", "--silent", PROXY]
        done = subprocess.run(command, cwd=PLACE, capture_output=True, text=True, timeout=300)
        if done.returncode != 0 or not script.exists():
            pytest.skip(f"npm cannot install {PROXY}: {done.stderr[-200:]}")
    return script


def configured(folder, students):
    """Write the hub's configuration and the students' homes; return the hub's address."""
    names = ("port", "hub_port", "api_port", "service_port")
    values = {name: free_port() for name in names}
    config = CONFIG.format(
        **values, folder=folder, root=ROOT, python=sys.executable, node=shutil.which("node"), proxy=proxy(),
        password=PASSWORD,
    )  # fmt: skip
    (folder / "hub_config.py").write_text(config)
    for name in students:
        (folder / "home" / name).mkdir(parents=True)
    return f"http://127.0.0.1:{values['port']}"


class Hub:
    """A process of JupyterHub, and all that it started."""

    def __init__(self, folder):
        self.log, self.below = (folder / "hub.log").open("w"), set()
        environment = {name: text for name, text in os.environ.items() if not name.startswith(("JUPYTER", "JPY"))}
        command = [sys.executable, "-m", "jupyterhub", "--config", str(folder / "hub_config.py")]
        self.process = subprocess.Popen(command, cwd=folder, stdout=self.log, stderr=self.log, env=environment)

    def runs(self):
        if self.process.poll() is not None:
            return False
        self.below.update(psutil.Process(self.process.pid).children(recursive=True))
        return True

    def stop(self):
        self.runs()
        self.process.terminate()
        self.process.wait(60)
        for one in self.below:
            if one.is_running():
                one.kill()
        self.log.close()


@contextmanager
def hub(folder, students):
    """Start everything; yield the address of the hub and its process."""
    address = configured(folder, students)
    started = Hub(folder)
    try:
        wait_for(
            lambda: not started.runs() or answers(f"{address}/services/hand-in/health"),
            "the hub and the service answer",
            300,
        )
        assert started.process.poll() is None, (folder / "hub.log").read_text()[-3000:]
        yield address, started.process
    finally:
        started.stop()
