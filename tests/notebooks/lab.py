"""JupyterLab on loopback for a browser test: started on a free port, ended by its process id."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

STARTS_WITHIN_S = 180.0


@contextmanager
def jupyter_lab(folder: Path, environment: dict[str, str]):
    """Serve a folder and yield the address; settings and kernels' files stay in `folder`."""
    home = folder / ".jupyter"
    env = {**os.environ, "JUPYTER_CONFIG_DIR": f"{home}/config", "JUPYTER_RUNTIME_DIR": f"{home}/run", **environment}
    options = ["--no-browser", "--allow-root", "--ip=127.0.0.1", "--port=0", "--IdentityProvider.token="]
    command = [sys.executable, "-m", "jupyterlab", *options, f"--ServerApp.root_dir={folder}"]
    with (folder / "lab.log").open("w") as log, subprocess.Popen(command, env=env, stdout=log, stderr=log) as server:
        try:
            yield _address(server, home / "run", folder / "lab.log")
        finally:
            server.terminate()


def _address(server: subprocess.Popen, runtime: Path, log: Path) -> str:
    """Wait until the server answers; its port stands in the file that it leaves in its runtime folder."""
    deadline = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < deadline and server.poll() is None:
        text = log.read_text()
        for word in text.split():
            if word.startswith("http://127.0.0.1:") and "/lab" in word and _answers(word):
                return word.partition("/lab")[0]
        time.sleep(0.2)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()}")


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as response:
            return response.status == 200
    except (urllib.error.URLError, TimeoutError):
        return False
