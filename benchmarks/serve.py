"""A deadline: 200 students hand in within a minute at the service, which grades at the same time, on this machine.

`arrival_p95_s` is the time from the request to the signed receipt, with the network of this machine; `live_p95_s` that
of the live view, from its page to its first figures. The students are the demo's class without its endless loop, of
which there is one in fifty. The last line is JSON, with the load of the machine before the run.
"""

from __future__ import annotations

import argparse
import csv
import http.cookiejar
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import quantiles
from typing import Any

from autograder.course import find_root
from autograder.demo.classroom import CLASS, WORKBOOK, hand_in
from autograder.grade.releases import read_releases
from course_utils.handin.service import Service

PORT = 8779
SLOW, ONE_IN = "endless_loop", 50
LEFT_OUT = (SLOW, "not_a_notebook")
LOOK_EVERY_S = 2.0


def notebooks(folder: Path, students: int) -> list[bytes]:
    """Return what each student hands in."""
    hand_in(read_releases([WORKBOOK], find_root())[WORKBOOK], folder)
    content = {one.name: (folder / one.name / WORKBOOK / one.file_name).read_bytes() for one in CLASS}
    usual = [content[one.name] for one in CLASS if one.name not in LEFT_OUT]
    return [content[SLOW] if i % ONE_IN == ONE_IN - 1 else usual[i % len(usual)] for i in range(students)]


def start(folder: Path, students: int) -> tuple[subprocess.Popen[bytes], dict[str, str]]:
    """Start the service; return it and the tokens."""
    roster = folder / "roster.csv"
    roster.write_text("id\n" + "\n".join(f"student{i}" for i in range(students)) + "\n")
    command = [sys.executable, "-m", "autograder", "serve", str(folder / "class"), "--accounts", "--roster",
               str(roster), "--staff", "teacher", "--port", str(PORT)]  # fmt: skip
    process = subprocess.Popen(command, cwd=find_root())
    while process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/health", timeout=5):
                break
        except OSError:
            time.sleep(0.2)
    with (folder / "class" / "serve" / "tokens.csv").open() as file:
        return process, {row["name"]: row["token"] for row in csv.DictReader(file)}


class Watcher:
    """One of the teaching staff, who looks at the live view."""

    def __init__(self, token: str) -> None:
        self.jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(self.jar)
        form = {"csrf": re.findall(r'name="csrf" value="([^"]+)"', self.page("login"))[0], "token": token}
        self.page("login", urllib.parse.urlencode(form).encode())

    def page(self, path: str, form: bytes | None = None) -> str:
        """Return a page."""
        with self.opener.open(f"http://127.0.0.1:{PORT}/{path}", form, timeout=60) as answer:
            return answer.read().decode()

    def look(self) -> float:
        """Return the seconds from opening the live view to its first figures."""
        begin = time.perf_counter()
        self.page(f"people?workbook={WORKBOOK}")
        with self.opener.open(f"http://127.0.0.1:{PORT}/events/people?workbook={WORKBOOK}", timeout=60) as answer:
            answer.readline()
        return time.perf_counter() - begin

    def queue(self) -> dict[str, int]:
        """Return how many hand-ins are in which state."""
        with self.opener.open(f"http://127.0.0.1:{PORT}/events/people?workbook={WORKBOOK}", timeout=60) as answer:
            found: dict[str, int] = json.loads(answer.readline().removeprefix(b"data: "))["queue"]
        return found


def p95(seconds: Sequence[float]) -> float:
    """Return the 95th percentile."""
    return round(quantiles(seconds, n=20, method="inclusive")[-1], 3)


def measure(students: int, within_s: float, folder: Path) -> dict[str, Any]:
    """Let all hand in, and wait for their verdicts."""
    load = os.getloadavg()[0]
    content = notebooks(folder / "all", students)
    process, tokens = start(folder, students)
    try:
        watcher = Watcher(tokens["teacher"])
        begin = time.perf_counter()
        arrivals, looks = _hand_in_all(content, tokens, within_s, watcher)
        while (found := watcher.queue())["waiting"] + found["running"]:
            time.sleep(LOOK_EVERY_S)
        graded_s = time.perf_counter() - begin
    finally:
        process.terminate()
        process.wait()
    return {
        "students": students, "within_s": within_s, "cores": os.cpu_count(), "load_before": round(load, 2),
        "arrival_p95_s": p95(arrivals), "arrival_max_s": round(max(arrivals), 3), "live_p95_s": p95(looks),
        "live_max_s": round(max(looks), 3), "graded": found["done"], "lost": students - found["done"] - found["failed"],
        "failed": found["failed"], "all_graded_after_s": round(graded_s, 1),
    }  # fmt: skip


def _hand_in_all(
    content: Sequence[bytes], tokens: Mapping[str, str], within_s: float, watcher: Watcher
) -> tuple[list[float], list[float]]:
    """Return the seconds until each arrival was confirmed, and those of the teacher's looks meanwhile."""
    begin = time.perf_counter()

    def one(i: int) -> float:
        time.sleep(max(0.0, begin + i * within_s / len(content) - time.perf_counter()))
        asked = time.perf_counter()
        Service(f"http://127.0.0.1:{PORT}", tokens[f"student{i}"]).hand_in(WORKBOOK, content[i])
        return time.perf_counter() - asked

    looks = []
    with ThreadPoolExecutor(len(content)) as pool:
        running = [pool.submit(one, i) for i in range(len(content))]
        while not all(future.done() for future in running):
            looks.append(watcher.look())
            time.sleep(LOOK_EVERY_S)
        return [future.result() for future in running], looks


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=200)
    parser.add_argument("--within", type=float, default=60.0, help="seconds")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(measure(given.students, given.within, Path(folder))))


if __name__ == "__main__":
    main()
