"""Notebooks of a benchmark, served on this machine: in Voila and in JupyterLab."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat

__all__ = ["lab", "voila"]

PORT = 8871


@contextmanager
def voila(folder: Path, code: str) -> Iterator[str]:
    """Serve a notebook with this cell in Voila; yield its address."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, folder / "demo.ipynb")
    options = ["--no-browser", f"--port={PORT}", "--Voila.ip=127.0.0.1", "--strip_sources=True"]
    command = [sys.executable, "-m", "voila", str(folder / "demo.ipynb"), *options]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            yield _answering(f"http://127.0.0.1:{PORT}/", server)
        finally:
            server.terminate()


def _answering(address: str, server: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline and server.poll() is None:
        try:
            urllib.request.urlopen(f"{address}static/", timeout=2).close()
        except urllib.error.HTTPError:
            return address
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.3)
        else:
            return address
    raise RuntimeError("Voila did not start")


@contextmanager
def lab(folder: Path, notebooks: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Serve notebooks with these cells, by their names, in JupyterLab; yield the address of its tree of files."""
    for name, codes in notebooks.items():
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code) for code in codes])
        notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
        nbformat.write(notebook, folder / f"{name}.ipynb")
    options = ["--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={PORT}", "--IdentityProvider.token="]
    command = [sys.executable, "-m", "jupyterlab", *options, f"--ServerApp.root_dir={folder}"]
    homes = {name: str(folder / name) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR")}
    output: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, env={**os.environ, **homes}, **output) as server:
        try:
            yield f"{_answering(f'http://127.0.0.1:{PORT}/', server)}lab/tree/"
        finally:
            server.terminate()
