"""`make serve-demo`: the service on one machine, with the demo's class that hands in before your eyes."""

from __future__ import annotations

import csv
import http.client
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from autograder.course import find_root
from autograder.demo.classroom import CLASS, WORKBOOK, hand_in
from autograder.grade.collect import collect, load
from autograder.grade.release import load_release
from autograder.grade.releases import read_releases
from autograder.serve.token_accounts import TOKENS
from autograder.serve.wishes import FOLDER
from course_utils.handin.service import Service, ServiceError

__all__ = ["main"]

OUT = Path("build/serve-demo")
PORT = 8778
TEACHER = "teacher"
# Between two hand-ins, so that the live view moves.
PAUSE_S = 1.0
STARTS_WITHIN_S = 120.0
# Each of the demo's class, and others with the same mistakes: below five people, the room sees nothing.
COPIES = 3


def main() -> None:
    """Start the service, hand in for the class, and stay until the terminal ends it."""
    root, out = find_root(), OUT.resolve()
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    names = [f"{demo.name}_{copy}" for copy in range(1, COPIES + 1) for demo in CLASS]
    (out / "roster.csv").write_text("id\n" + "\n".join(names) + "\n")
    command = [sys.executable, "-m", "autograder", "serve", str(out / "class"), "--accounts", "--roster",
               str(out / "roster.csv"), "--staff", TEACHER, "--port", str(PORT)]  # fmt: skip
    with subprocess.Popen(command, cwd=root) as process:
        try:
            _show(process, root, out)
            process.wait()
        except KeyboardInterrupt:
            process.wait()
        finally:
            process.terminate()


def _show(process: subprocess.Popen[bytes], root: Path, out: Path) -> None:
    address = f"http://127.0.0.1:{PORT}"
    _wait(process, f"{address}/health")
    with (out / "class" / FOLDER / TOKENS).open() as file:
        tokens = {row["name"]: row["token"] for row in csv.DictReader(file)}
    print(f"\nThe live view:  {address}/class  (log in with the token {tokens[TEACHER]})")
    print(f"As a student:   {address}/       (perfect_1 has the token {tokens['perfect_1']})")
    print("The class hands in now; Ctrl+C ends the demo.\n", flush=True)
    content = read_releases([WORKBOOK], root)[WORKBOOK]
    hand_in(content, out / "notebooks")
    release = load_release(WORKBOOK, content)
    found = collect(out / "notebooks", [WORKBOOK]).found
    for copy in range(1, COPIES + 1):
        for one in found:
            student = f"{one.student}_{copy}"
            submission = load(one, release, 20_000_000)
            try:
                told = Service(address, tokens[student]).hand_in(WORKBOOK, submission.content)
                print(f"{student}: number {told['number']}", flush=True)
            except ServiceError as error:
                print(f"{student}: {error}", flush=True)
            time.sleep(PAUSE_S)


def _wait(process: subprocess.Popen[bytes], address: str) -> None:
    """Wait until the service answers."""
    end = time.monotonic() + STARTS_WITHIN_S
    while process.poll() is None and time.monotonic() < end:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except (urllib.error.URLError, http.client.HTTPException, OSError):
            time.sleep(0.2)
    raise SystemExit("the service did not start; its message is above")


if __name__ == "__main__":
    main()
