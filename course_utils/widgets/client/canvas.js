// Drawing on canvases: bands of height, a rate map, paths, and curves; colours, dashes and markers as in style.py.

const INK = "#111111", ORANGE = "#d55e00";
const LOOKS = [
  { colour: "#0072b2", dash: [], marker: "circle" },
  { colour: "#d55e00", dash: [7, 4], marker: "square" },
  { colour: "#009e73", dash: [8, 3, 2, 3], marker: "up" },
  { colour: "#cc79a7", dash: [2, 3], marker: "diamond" },
  { colour: "#e69f00", dash: [12, 3], marker: "down" },
  { colour: "#56b4e9", dash: [5, 2, 2, 2, 2, 2], marker: "plus" },
];
const PATH = { colour: ORANGE, dash: [], marker: "circle" };
const WIDTH = 480, HEIGHT = 300, PAD = { left: 66, right: 20, top: 10, bottom: 44 };

// An image or table that depends on `key` only is made once; the last few are kept.
const store = new Map();
function kept(key, make) {
  if (!store.has(key)) {
    if (store.size > 40) store.clear();
    store.set(key, make());
  }
  return store.get(key);
}

function frame(canvas, above = 0) {
  const scale = Math.min(3, Math.max(1, (canvas.clientWidth / WIDTH) * (globalThis.devicePixelRatio || 1)));
  const [width, height] = [Math.round(WIDTH * scale), Math.round(HEIGHT * scale)];
  if (canvas.width !== width) { canvas.width = width; canvas.height = height; }
  const pen = canvas.getContext("2d");
  pen.setTransform(scale, 0, 0, scale, 0, 0);
  pen.clearRect(0, 0, WIDTH, HEIGHT);
  pen.font = "15px system-ui, sans-serif";
  const box = { x: PAD.left, y: PAD.top + above, w: WIDTH - PAD.left - PAD.right, h: HEIGHT - PAD.top - above - PAD.bottom };
  return { pen, box };
}

const linear = (low, high, from, size) => (value) => from + ((value - low) / (high - low)) * size;
const power = (k) => (k >= -2 && k <= 3 ? String(Number((10 ** k).toPrecision(1))) : `1e${k}`);

function axes({ pen, box }, xTicks, yTicks, xName, yName) {
  pen.strokeStyle = INK;
  pen.fillStyle = INK;
  pen.lineWidth = 1;
  pen.strokeRect(box.x, box.y, box.w, box.h);
  pen.textAlign = "center";
  for (const [at, text] of xTicks) {
    pen.beginPath(); pen.moveTo(at, box.y + box.h); pen.lineTo(at, box.y + box.h + 4); pen.stroke();
    pen.fillText(text, at, box.y + box.h + 19);
  }
  pen.fillText(xName, box.x + box.w / 2, box.y + box.h + 38);
  pen.textAlign = "right";
  for (const [at, text] of yTicks) {
    pen.beginPath(); pen.moveTo(box.x - 4, at); pen.lineTo(box.x, at); pen.stroke();
    pen.fillText(text, box.x - 7, at + 5);
  }
  pen.save();
  pen.translate(14, box.y + box.h / 2);
  pen.rotate(-Math.PI / 2);
  pen.textAlign = "center";
  pen.fillText(yName, 0, 0);
  pen.restore();
}

// An image from `shade(column share, row share from below)`, which returns [red, green, blue] or null for white.
function image(shade, columns = 160, rows = 110) {
  const canvas = document.createElement("canvas");
  canvas.width = columns;
  canvas.height = rows;
  const pen = canvas.getContext("2d"), pixels = pen.createImageData(columns, rows);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) {
    const colour = shade((c + 0.5) / columns, 1 - (r + 0.5) / rows) ?? [255, 255, 255];
    pixels.data.set([...colour, 255], 4 * (r * columns + c));
  }
  pen.putImageData(pixels, 0, 0);
  return canvas;
}

const blend = (from, to, share) => from.map((part, i) => Math.round(part + (to[i] - part) * share));

function bandsImage(ground) {
  const [left, right, low, high] = ground.window, [columns, rows] = ground.coarse ? [72, 48] : [160, 110];
  const at = (c, r) => ground.value(left + c * (right - left), low + r * (high - low));
  const values = [];
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) values.push(at((c + 0.5) / columns, 1 - (r + 0.5) / rows));
  const least = Math.min(...values), span = Math.max(...values) - least;
  const height = (value) => Math.log1p((value - least) / (0.01 * span)) / Math.log1p(100);
  let index = 0;
  return image(() => blend([239, 246, 252], [66, 133, 190], Math.floor(24 * height(values[index++])) / 24), columns, rows);
}

const CIVIDIS = [[253, 231, 55], [188, 174, 108], [124, 123, 120], [53, 69, 108], [0, 34, 78]];
function cividis(share) {
  const place = Math.min(3.999, 4 * share), i = Math.floor(place);
  return blend(CIVIDIS[i], CIVIDIS[i + 1], place - i);
}

function mapImage(eigenvalues, lrRange, rate) {
  const [low, high] = lrRange.map(Math.log10);
  return image((c, r) => {
    const factor = Math.max(...eigenvalues.map((l) => rate(10 ** (low + c * (high - low)), r, l)));
    // By the steps that shrink the error e-fold, from 1 (yellow) to 1000 (dark blue); white where it diverges.
    const steps = -1 / Math.log(factor);
    return factor < 1 ? cividis(Math.min(1, Math.max(0, Math.log10(steps) / 3))) : null;
  });
}

const SHAPES = {
  circle: (pen) => pen.arc(0, 0, 3.2, 0, 7),
  square: (pen) => pen.rect(-3, -3, 6, 6),
  diamond: (pen) => { pen.moveTo(0, -4.2); pen.lineTo(4.2, 0); pen.lineTo(0, 4.2); pen.lineTo(-4.2, 0); },
  up: (pen) => { pen.moveTo(0, -4); pen.lineTo(4, 3.4); pen.lineTo(-4, 3.4); },
  down: (pen) => { pen.moveTo(0, 4); pen.lineTo(4, -3.4); pen.lineTo(-4, -3.4); },
  plus: (pen) => { pen.rect(-4, -1.4, 8, 2.8); pen.rect(-1.4, -4, 2.8, 8); },
};

function mark(pen, look, x, y) {
  pen.save();
  pen.translate(x, y);
  pen.beginPath();
  SHAPES[look.marker](pen);
  pen.fill();
  pen.restore();
}

// A line through `points` (in pixels) in a look, with a marker at every `every`-th; 0 leaves them out.
function stroke(pen, points, look, every, width = 1.8) {
  pen.strokeStyle = pen.fillStyle = look.colour;
  pen.lineWidth = width;
  pen.setLineDash(look.dash);
  pen.beginPath();
  points.forEach(([x, y], i) => (i ? pen.lineTo(x, y) : pen.moveTo(x, y)));
  pen.stroke();
  pen.setLineDash([]);
  if (every) points.forEach(([x, y], i) => { if (i % every === 0) mark(pen, look, x, y); });
}

// Names above the box, so that they hide no curve: as many in a row as fit.
const LEGEND_ROW = 20, LETTER = 8.2;
const named = (curves) => curves.filter(({ name }) => name);
const columns = (entries) => Math.max(1, Math.floor((WIDTH - 16) / (48 + LETTER * Math.max(...entries.map(({ name }) => name.length)))));
const legendHeight = (entries) => (entries.length ? LEGEND_ROW * Math.ceil(entries.length / columns(entries)) : 0);
function legend(pen, entries) {
  entries.forEach(({ name, look, every }, i) => {
    const across = columns(entries), x = 10 + (i % across) * ((WIDTH - 16) / across), y = 14 + LEGEND_ROW * Math.floor(i / across);
    stroke(pen, [[x, y - 4], [x + 30, y - 4]], look, 0);
    if (every) mark(pen, look, x + 15, y - 4);
    pen.fillStyle = INK;
    pen.textAlign = "left";
    pen.fillText(name, x + 35, y + 1);
  });
}

// Draw inside the box only.
function inside({ pen, box }, draw) {
  pen.save();
  pen.beginPath();
  pen.rect(box.x, box.y, box.w, box.h);
  pen.clip();
  draw();
  pen.restore();
}

// Five ticks or so at round values.
function ticks(low, high) {
  const rough = (high - low) / 5, unit = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((k) => k * unit).find((size) => size >= rough), found = [];
  for (let k = Math.ceil(low / step); k * step <= high * (1 + 1e-12) + 1e-12; k++) found.push(Number((k * step).toPrecision(6)));
  return found;
}

// Paths are [{ points, look, every, name }].
function drawPaths(canvas, ground, backdrop, paths) {
  const shown = frame(canvas), { pen, box } = shown, [left, right, low, high] = ground.window;
  const toX = linear(left, right, box.x, box.w), toY = linear(low, high, box.y + box.h, -box.h);
  pen.drawImage(backdrop, box.x, box.y, box.w, box.h);
  inside(shown, () => {
    for (const { points, look, every } of paths) stroke(pen, points.map(([x, y]) => [toX(x), toY(y)]), look, every);
    pen.font = "24px system-ui";
    pen.fillStyle = INK;
    pen.textAlign = "center";
    pen.fillText("\u2605", toX(ground.optimum[0]), toY(ground.optimum[1]) + 8);
  });
  axes(shown, ticks(left, right).map((v) => [toX(v), String(v)]), ticks(low, high).map((v) => [toY(v), String(v)]), "x", "y");
  const share = ([px, py]) => [(px - box.x) / box.w, 1 - (py - box.y) / box.h];
  return {
    window: ground.window,
    fromX: (px) => left + share([px, 0])[0] * (right - left),
    fromY: (py) => low + share([0, py])[1] * (high - low),
  };
}

// Limits in which the values can be seen; on a logarithmic axis as powers of ten.
function limits(values, log) {
  const seen = values.filter((v) => Number.isFinite(v) && (!log || v > 0));
  if (!log) {
    const low = Math.min(...seen, 0), high = Math.min(Math.max(...seen), low + 1e4), room = 0.05 * (high - low || 1);
    return [low === 0 ? 0 : low - room, high + room];
  }
  const top = Math.ceil(Math.log10(Math.min(Math.max(...seen, 1e-9), 1e6)) + 0.05);
  return [Math.min(top - 2, Math.max(top - 10, Math.floor(Math.log10(Math.min(...seen, 1))))), top];
}

// Curves are [{ values, look, every, name, from, apart }]; `from` is the step of the first value, and the others follow
// `apart` steps from each other.
function drawCurves(canvas, curves, steps, yName, { log = false, level = null, top: highest = null } = {}) {
  const shown = frame(canvas, legendHeight(named(curves))), { pen, box } = shown;
  const shownValues = curves.flatMap(({ values }) => values).map((v) => (highest === null ? v : Math.min(v, highest)));
  const [bottom, top] = limits([...shownValues, ...(level === null ? [] : [level])], log);
  const toX = linear(0, Math.max(1, steps), box.x, box.w), toY = linear(bottom, top, box.y + box.h, -box.h);
  const height = (v) => toY(log ? Math.log10(Math.max(v, 1e-300)) : v);
  inside(shown, () => {
    if (level !== null) stroke(pen, [[box.x, height(level)], [box.x + box.w, height(level)]], { colour: "#767676", dash: [] }, 0, 1);
    for (const { values, look, every, from = 0, apart = 1, width } of curves) {
      stroke(pen, values.map((v, t) => [toX(apart * t + from), height(v)]), look, every, width ?? 2);
    }
  });
  legend(pen, named(curves));
  const yTicks = [], jump = Math.max(1, Math.ceil((top - bottom) / 6));
  if (log) for (let k = bottom; k <= top; k += jump) yTicks.push([toY(k), power(k)]);
  else for (const v of ticks(bottom, top)) yTicks.push([toY(v), String(v)]);
  axes(shown, ticks(0, Math.max(1, steps)).map((t) => [toX(t), String(t)]), yTicks, "step", yName);
}

// The panel of all demos that walk on a surface: click or arrow keys choose where to start.
const contourPanel = (paths) => ({
  caption: "Path on the contours (click or arrow keys: start there)",
  label: "Paths on the contours; the arrow keys move the start",
  draw(canvas, state, seen, data) {
    const ground = surface(state, data), key = `${state.surface} ${state.condition} ${state.angle}`;
    return drawPaths(canvas, ground, kept(key, () => bandsImage(ground)), paths(seen, state));
  },
  pick: (hit, px, py) => ({ x: hit.fromX(px), y: hit.fromY(py) }),
  nudge: (state, dx, dy, { window: [left, right, low, high] }) => (
    { x: state.x + (dx * (right - left)) / 60, y: state.y + (dy * (high - low)) / 60 }),
});

function drawMap(canvas, backdrop, lrRange, state) {
  const shown = frame(canvas), { pen, box } = shown, [low, high] = lrRange.map(Math.log10);
  const toX = linear(low, high, box.x, box.w), toY = linear(0, 1, box.y + box.h, -box.h);
  pen.drawImage(backdrop, box.x, box.y, box.w, box.h);
  const x = toX(Math.log10(state.lr)), y = toY(state.beta);
  for (const [colour, width] of [["#ffffff", 6], [ORANGE, 3]]) {
    pen.strokeStyle = colour;
    pen.lineWidth = width;
    pen.beginPath();
    pen.moveTo(x - 7, y - 7); pen.lineTo(x + 7, y + 7); pen.moveTo(x - 7, y + 7); pen.lineTo(x + 7, y - 7);
    pen.stroke();
  }
  const xTicks = [];
  for (let k = Math.ceil(low); k <= high; k++) xTicks.push([toX(k), power(k)]);
  axes(shown, xTicks, [0, 0.25, 0.5, 0.75, 1].map((b) => [toY(b), String(b)]), "learning rate", "momentum");
  return {
    lrAt: (px) => 10 ** Math.min(high, Math.max(low, low + ((px - box.x) / box.w) * (high - low))),
    betaAt: (py) => Math.min(1, Math.max(0, 1 - (py - box.y) / box.h)),
  };
}
