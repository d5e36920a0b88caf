"""Texts in a picture lie within it, however small it is; a recording pen in Node draws every panel of every demo."""

import json
import shutil
import subprocess

import pytest

from course_utils.widgets.client_page import bundle, scene_record
from tests.widgets.conftest import NAMES, make

RUN = """
import { readFileSync } from "node:fs";
import { demos } from "./demos.mjs";
const { scenes, boxes, width } = JSON.parse(readFileSync(0, "utf-8"));

// Letters that are all equally wide; whatever else the pen can do leaves no trace.
function recorder(found) {
  const own = {
    measureText: (text) => ({ width: width * text.length }),
    fillText(text, x, y) { found.push({ text, x, y, align: own.textAlign }); },
  };
  return new Proxy(own, {
    get: (pen, name) => pen[name] ?? (() => undefined),
    set: (pen, name, value) => { pen[name] = value; return true; },
  });
}

function scale(axis, first, last) {
  const [low, high] = axis.domain ?? [axis.log ? 1e-3 : 0, 1], on = axis.log ? Math.log : (v) => v;
  const back = axis.log ? Math.exp : (v) => v, wide = on(high) - on(low);
  const place = (value) => first + ((on(value) - on(low)) / wide) * (last - first);
  const invert = (p) => back(on(low) + ((p - first) / (last - first)) * wide);
  return Object.assign(place, { log: Boolean(axis.log), domain: () => [low, high], invert });
}

const black = "#000000";
const inks = Object.fromEntries(["ink", "halo", "faint", "grid"].map((name) => [name, black]));
const theme = { palette: Array(10).fill(black), bands: () => black, ...inks };
const still = { theme, until: null, unit: 1, draft: true, ghost: false, backdrop: () => ({}) };
const drawn = Object.fromEntries(boxes.map((box) => [box.w, {}]));
for (const { name, start, data } of scenes) for (const [k, box] of boxes.entries()) {
  const demo = demos[name], texts = [];
  if (!k) demo.seen = demo.simulate(start, data);
  const { seen } = demo;
  for (const panel of demo.panels) {
    const view = Object.fromEntries(Object.entries(panel.options ?? {}).map(([key, values]) => [key, values[0]]));
    const spec = panel.plot(start, seen, { ...data, sent: null }, view), pen = recorder(texts);
    const x = scale(spec.x, box.x, box.x + box.w), y = scale(spec.y, box.y + box.h, box.y);
    for (const layer of spec.layers) layer.draw({ pen, x, y, box, ...still });
  }
  drawn[box.w][name] = texts.filter(({ text }) => text !== "★");
}
console.log(JSON.stringify(drawn));
"""
WIDTH = 7
SHARES = {"left": 0.0, "center": 0.5, "right": 1.0}

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")


WIDTHS = (150, 260, 900)


def box_of(width):
    return {"x": 40, "y": 10, "w": width, "h": 0.7 * width}


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    folder = tmp_path_factory.mktemp("labels")
    (folder / "demos.mjs").write_text(f"{bundle()}\nexport const demos = CourseDemos.demos;\n")
    (folder / "run.mjs").write_text(RUN)
    # The votes of D10 are a table that draws itself, in letters of its own.
    scenes = [scene_record(make(name)) for name in NAMES if name != "which_bug_demo"]
    record = json.dumps({"scenes": scenes, "boxes": [box_of(width) for width in WIDTHS], "width": WIDTH})
    done = subprocess.run(["node", "run.mjs"], cwd=folder, input=record, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return {int(width): texts for width, texts in json.loads(done.stdout).items()}


@pytest.mark.parametrize("width", WIDTHS)
def test_every_label_lies_within_its_picture(width, drawn):
    box = box_of(width)
    assert len([name for name, found in drawn[width].items() if found]) >= 5
    for name, found in drawn[width].items():
        for one in found:
            left = one["x"] - SHARES[one["align"]] * WIDTH * len(one["text"])
            assert left >= box["x"], (name, one)
            assert left + WIDTH * len(one["text"]) <= box["x"] + box["w"], (name, one)
            assert box["y"] + 8 <= one["y"] <= box["y"] + box["h"] - 8, (name, one)


def test_a_long_label_is_broken_in_a_small_picture_and_whole_in_a_large_one(drawn):
    small, large = ([one["text"] for one in drawn[width]["momentum"]] for width in (150, 900))
    assert "best near the minimum: 0.691" in large
    assert "best near the minimum: 0.691" not in small
    assert {"best near the", "minimum: 0.691"} <= set(small)
