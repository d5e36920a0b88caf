"""The page on which answers in words are marked: one question of workbook 02 with 200 different answers, in a browser.

`autograder mark` is started as people start it. `first_s` is the time from its address to the page with all answers,
which are read and grouped in it; `page_s` that of the page later on, the median of some views. Both end when the page
takes keys. Every answer is the model answer with some of its words left out. The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from autograder.course import find_root
from autograder.grade.folder import open_folder
from autograder.grade.types import Graded
from autograder.marking.desk import open_desk
from benchmarks.feedback import fill, graded_once
from course_utils.handin.answer_frame import answer_in

WORKBOOK = "02_optimizers"
VIEWS = 9
# A word of an answer is left out so often.
LEFT_OUT = 0.15


def varied(notebook: bytes, cell: str, seed: int) -> bytes:
    """Return a graded notebook whose answer in a cell lacks some words."""
    draw = random.Random(seed)
    record = json.loads(notebook)
    for one in record["cells"]:
        if one["metadata"].get("nbgrader", {}).get("grade_id") == cell:
            source = one["source"] if isinstance(one["source"], str) else "".join(one["source"])
            words = answer_in(source).split(" ")
            one["source"] = " ".join(word for word in words if draw.random() > LEFT_OUT)
    return json.dumps(record).encode()


def make_class(folder: Path, root: Path, students: int) -> str:
    """Make a graded class in which nobody's answer is marked; return the question's cell."""
    (graded,) = graded_once(root, [WORKBOOK])
    fill(folder, root, [graded], students)
    place = next(iter(open_desk(folder, root, WORKBOOK).questions))
    with open_folder(folder, 1) as out:
        for number, grade in enumerate(out.last()):
            out.keep(Graded(grade, varied(graded.notebook, place[1], number)))
    return place[1]


def measure(folder: Path, cell: str) -> dict[str, Any]:
    """Open the page in a browser, again and again."""
    from playwright.sync_api import sync_playwright

    command = [sys.executable, "-m", "autograder", "mark", str(folder), "--no-browser", "--assignment", WORKBOOK]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process, sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=options)
        try:
            assert process.stdout is not None
            (address,) = re.findall(r"http://\S+/", process.stdout.readline())
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            times = []
            for _ in range(VIEWS + 1):
                start = time.perf_counter()
                page.goto(f"{address}question/{WORKBOOK}/{cell}")
                page.wait_for_selector("body[data-ready]")
                times.append(time.perf_counter() - start)
            answers = page.eval_on_selector_all(".answer", "all => all.map(one => one.dataset.ids.split(' ').length)")
        finally:
            browser.close()
            process.terminate()
    return {
        "answers": sum(answers),
        "different": len(answers),
        "first_s": round(times[0], 2),
        "page_s": round(statistics.median(times[1:]), 2),
        "page_max_s": round(max(times[1:]), 2),
    }


def main() -> None:
    """Measure, and print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=200)
    students = parser.parse_args().students
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made, "grading")
        cell = make_class(folder, find_root(), students)
        print(json.dumps({"students": students, **measure(folder, cell)}))


if __name__ == "__main__":
    main()
