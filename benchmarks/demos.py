"""A demo's answer to a slider: in the kernel against a figure that is built anew, and in a real browser.

In the kernel: a new value is simulated, drawn and encoded as PNG (`frame_ms`, of which `simulate_ms`), and beside it
the usual way, the same simulation and the same picture in a new pyplot figure that is saved (`usual_way_ms`). Times
are wall clock, median over the values, the best of some rounds, as other work on the machine can only slow one down;
`frame_cpu_ms` is the CPU time of the same frames. In the browser (Debian's chromium, left out where there is none):
of every demo from a movement of a slider until the picture is painted by the page itself (`browser_median_ms`,
`browser_p95_ms`) and from opening it to its first paint (`browser_first_paint_ms`); in JupyterLab from the moment at
which its cell has run until it is painted (`notebook_first_paint_ms`, negative where it is painted before JupyterLab
hears that the cell has run) and from a movement until it is painted (`notebook_median_ms`, `notebook_p95_ms`), in a
notebook with this demo and in one with all demos (`full_notebook_...`);
and as PNG from a kernel through Voila, from a key to the painted picture (`browser_png_ms`). The last line is JSON.
"""

from __future__ import annotations

import io
import json
import shutil
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("agg")

import numpy as np
from matplotlib import pyplot as plt

from benchmarks.parts.notebook_servers import lab, voila
from course_utils import widgets
from course_utils.widgets.client_page import page
from course_utils.widgets.demo import Demo

VALUES, ROUNDS, USUAL = 40, 3, 3
KEYS = 30

# By demo, the times by what they measure.
Times = dict[str, dict[str, float]]

# The control that a hand would move, and its range.
MOVES = {
    "step_size_demo": ("lr", 0.01, 0.3),
    "momentum_demo": ("lr", 0.05, 2.0),
    "race_demo": ("lr", 0.01, 0.1),
    "minibatch_demo": ("lr", 0.01, 0.3),
    "norm_cube_demo": ("shift", -5.0, 5.0),
    "adam_start_demo": ("beta1", 0.1, 0.95),
    "depth_signal_demo": ("seed", 0, 39),
    "schedules_demo": ("lr", 0.1, 0.5),
    "slice_descent_demo": ("lr", 0.5, 10.0),
}
BROWSER = "step_size_demo"


def values(low: float, high: float) -> list[float]:
    """Return the values that a slider passes."""
    if isinstance(low, int):
        return list(range(low, int(high) + 1))
    return [float(value) for value in np.linspace(low, high, VALUES)]


def frames(demo: Demo, control: str, through: list[float]) -> tuple[float, float, float]:
    """Return the median wall time of a frame, of its simulation, and its CPU time, in ms."""
    rows = []
    for value in through:
        start, cpu = time.perf_counter(), time.process_time()
        demo.set(**{control: value})
        middle = time.perf_counter()
        demo.frame()
        rows.append((time.perf_counter() - start, middle - start, time.process_time() - cpu))
    frame, simulate, cpu = (1e3 * float(column) for column in np.median(rows, axis=0))
    return frame, simulate, cpu


def usual_way(demo: Demo, control: str, through: list[float]) -> float:
    """Return the median wall time in ms of simulating, building a new figure, and saving it as PNG."""
    times = []
    for value in through[:: max(1, len(through) // USUAL)]:
        start = time.perf_counter()
        demo.set(**{control: value})
        figure = plt.figure(figsize=demo.scene.size, layout="constrained")
        demo.scene.draw(figure, demo.state, demo.arrays).hold_still()
        figure.savefig(io.BytesIO(), format="png", dpi=100)
        plt.close(figure)
        times.append(time.perf_counter() - start)
    return 1e3 * statistics.median(times)


def measure(name: str) -> dict[str, float]:
    """Return all times of one demo, each the best of some rounds."""
    control, low, high = MOVES[name]
    demo, through = getattr(widgets, name)(), values(low, high)
    frames(demo, control, through)
    ours = [frames(demo, control, through) for _ in range(ROUNDS)]
    frame, simulate, cpu = (min(column) for column in zip(*ours, strict=True))
    usual = min(usual_way(demo, control, through) for _ in range(ROUNDS))
    times = {
        "frame_ms": frame,
        "simulate_ms": simulate,
        "frame_cpu_ms": cpu,
        "usual_way_ms": usual,
        "ratio": usual / frame,
    }
    print(f"{name:20}", "  ".join(f"{key} {value:.1f}" for key, value in times.items()), flush=True)
    return times


# From the input until its frame has been painted: the callback of a frame comes before painting, a timer after.
CLIENT = """async ([keys, label, cell]) => {
  const root = cell === undefined ? document : document.querySelectorAll(".jp-CodeCell")[cell];
  if (cell !== undefined) root.querySelector(".demo").scrollIntoView({ block: "nearest" });
  const slider = [...root.querySelectorAll(".control")].find((one) => one.innerText.trim() === label)
    .querySelector("input[type=range]");
  const places = Number(slider.max), times = [];
  for (let k = 0; k < keys; k++) {
    await new Promise((resolve) => setTimeout(resolve, 20 + 7 * (k % 5)));
    slider.value = Math.round(places * (0.2 + (0.6 * k) / keys));
    const start = performance.now();
    slider.dispatchEvent(new Event("input"));
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    times.push(performance.now() - start);
  }
  return times;
}"""
WATCH = """() => {
  const image = document.querySelector(".widget-image, .jupyter-widgets img");
  window.times = [];
  addEventListener("keydown", () => { window.start = performance.now(); }, true);
  image.addEventListener("load", () => requestAnimationFrame(() => setTimeout(() => {
    if (window.start) { window.times.push(performance.now() - window.start); window.start = 0; }
  })));
}"""


def client_ms(browser: Any, folder: Path, name: str) -> dict[str, float]:
    """Return how long a page takes from a slider to the painted picture (median, 95th percentile) and to its first."""
    demo, path = getattr(widgets, name)(), folder / "page.html"
    path.write_text(page(demo), encoding="utf-8")
    opened = browser.new_page(viewport={"width": 1280, "height": 720})
    opened.goto(path.as_uri())
    opened.wait_for_selector(".verdict:not(:empty)")
    paints = "performance.getEntriesByName('first-contentful-paint').map((one) => one.startTime)"
    # Not `wait_for_function`, which evaluates a text: the page forbids that.
    opened.evaluate(
        f"() => new Promise((go) => {{ const look = () => {paints}.length ? go() : setTimeout(look, 9); look(); }})"
    )
    first = float(opened.evaluate(paints)[0])
    label = _first_slider(opened, name)
    opened.evaluate(CLIENT, [KEYS, label])
    times = opened.evaluate(CLIENT, [KEYS, label])
    opened.close()
    return {"first_paint_ms": first, **_spread(times)}


def _spread(times: Sequence[float]) -> dict[str, float]:
    return {"median_ms": float(np.median(times)), "p95_ms": float(np.percentile(times, 95))}


def _first_slider(opened: Any, name: str, root: str = "document") -> str:
    """Return the name of the first slider that a demo shows."""
    sliders = f"[...{root}.querySelectorAll('.control.number:not([hidden]) label')].map((one) => one.innerText)"
    shown = [label.strip() for label in opened.evaluate(sliders)]
    return next(one.label for one in getattr(widgets, name)().scene.controls if one.label in shown)


# When a cell has run, its prompt shows a number; a demo counts its paintings.
FOLLOW = """(cell) => {
  const box = document.querySelectorAll('.jp-CodeCell')[cell], seen = {};
  window.seen = seen;
  const observer = new MutationObserver(() => look());
  const look = () => {
    if (!('ran' in seen) && /\\d/.test(box.querySelector('.jp-InputPrompt').innerText)) seen.ran = performance.now();
    if (!seen.found && box.querySelector('.demo[data-painted]')) {
      seen.found = true;
      requestAnimationFrame(() => setTimeout(() => { seen.painted = performance.now(); }));
    }
    if (seen.found && 'ran' in seen) observer.disconnect();
  };
  observer.observe(box, { subtree: true, childList: true, attributes: true, characterData: true });
}"""


def notebook_ms(browser: Any, folder: Path, names: list[str]) -> tuple[Times, Times]:
    """Return the times of each demo in JupyterLab, in a notebook of its own and in one notebook with all of them."""
    begin = "from course_utils import widgets"
    show = {name: f"widgets.{name}().show()" for name in names}
    books = {**{name: [begin, show[name]] for name in names}, "all": [begin, *show.values()]}
    with lab(folder, books) as tree:
        alone = {name: _in_notebook(browser, f"{tree}{name}.ipynb?reset", [name])[name] for name in names}
        return alone, _in_notebook(browser, f"{tree}all.ipynb?reset", names)


def _in_notebook(browser: Any, address: str, names: list[str]) -> Times:
    """Run a notebook cell by cell; return the times in ms to the first painting and from a slider to the picture."""
    times: Times = {}
    opened = browser.new_page(viewport={"width": 1440, "height": 900})
    opened.goto(address, timeout=120_000)
    opened.wait_for_function("document.body.innerText.includes('Python 3 (ipykernel) | Idle')", timeout=180_000)
    for number, name in enumerate(["", *names]):
        cell = opened.locator(".jp-CodeCell").nth(number)
        cell.locator(".cm-content").click()
        opened.evaluate(FOLLOW, number)
        opened.keyboard.press("Shift+Enter")
        opened.wait_for_function(f"'ran' in seen && ({number} === 0 || 'painted' in seen)", timeout=60_000)
        opened.wait_for_timeout(500)
        if name:
            first = float(opened.evaluate("seen.painted - seen.ran"))
            label = _first_slider(opened, name, f"document.querySelectorAll('.jp-CodeCell')[{number}]")
            opened.evaluate(CLIENT, [KEYS, label, number])
            times[name] = {"first_paint_ms": first, **_spread(opened.evaluate(CLIENT, [KEYS, label, number]))}
    opened.close()
    return times


def png_ms(browser: Any, folder: Path) -> float:
    """Return the median time from a key on a slider to the painted picture from the kernel, in ms."""
    code = f"from course_utils.widgets import {BROWSER}\nfrom course_utils.widgets.panel import Panel\n"
    with voila(folder, f"{code}Panel({BROWSER}()).box") as address:
        opened = browser.new_page()
        opened.goto(address, timeout=120_000)
        opened.wait_for_selector(".jupyter-widgets img", timeout=120_000)
        opened.wait_for_timeout(2000)
        opened.locator(".noUi-handle").first.focus()
        opened.evaluate(WATCH)
        for _ in range(KEYS):
            seen = opened.evaluate("times.length")
            opened.keyboard.press("ArrowLeft")
            opened.wait_for_function(f"times.length > {seen}", timeout=20_000)
        return float(statistics.median(opened.evaluate("times")))


def in_browser() -> dict[str, Any]:
    """Return the times of every demo in a browser, and of one as PNG from a kernel; nothing where none is installed."""
    chromium = shutil.which("chromium")
    if chromium is None:
        return {}
    from playwright.sync_api import sync_playwright

    options = ["--no-sandbox", "--disable-background-networking"]
    names = [name for name in widgets.__all__ if name.endswith("_demo")]
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=chromium, args=options)
        times = {name: client_ms(browser, Path(folder), name) for name in names}
        alone, together = notebook_ms(browser, Path(folder), names)
        by_png = png_ms(browser, Path(folder))
        browser.close()
    keys = ("median_ms", "p95_ms", "first_paint_ms")
    by_key: dict[str, dict[str, float]] = {}
    for where, measured in (("browser", times), ("notebook", alone), ("full_notebook", together)):
        for name, found in measured.items():
            print(f"{where:14} {name:20}", "  ".join(f"{key} {value:.1f}" for key, value in found.items()), flush=True)
        by_key |= {f"{where}_{key}": {name: round(found[key], 1) for name, found in measured.items()} for key in keys}
    return {**by_key, "browser_png_ms": round(by_png, 1)}


def main() -> None:
    """Measure every demo that answers at once, then the browser."""
    by_demo = {name: measure(name) for name in MOVES}
    columns = {key: {name: round(times[key], 2) for name, times in by_demo.items()} for key in by_demo[BROWSER]}
    print(json.dumps({**columns, **in_browser()}))


if __name__ == "__main__":
    main()
