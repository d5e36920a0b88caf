"""The packages of `client/package.json`, where Node and npm are installed and can reach them."""

import shutil
import subprocess
from functools import lru_cache
from pathlib import Path

import pytest

CLIENT = Path(__file__).parents[2] / "course_utils" / "widgets" / "client"
INSTALL = ("npm", "install", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")


@lru_cache(maxsize=1)
def _problem() -> str:
    """Install what is missing; return what went wrong, or nothing."""
    if shutil.which("npm") is None or shutil.which("node") is None:
        return "Node is not installed"
    done = subprocess.run(INSTALL, cwd=CLIENT, capture_output=True, text=True, check=False)
    return f"npm could not install: {done.stderr[-300:]}" if done.returncode else ""


def packages() -> Path:
    """Return the folder `node_modules`, or skip the test and say why."""
    if _problem():
        pytest.skip(_problem())
    return CLIENT / "node_modules"
