// Drawing on canvases: bands of height, a rate map, and curves on logarithmic axes.

const INK = "#111111", BLUE = "#0072b2", ORANGE = "#d55e00", GREY = "#bbbbbb";
const PAD = { left: 52, right: 16, top: 8, bottom: 36 };

function frame(canvas) {
  const scale = Math.min(2, globalThis.devicePixelRatio || 1), width = 480, height = 300;
  if (canvas.width !== width * scale) { canvas.width = width * scale; canvas.height = height * scale; }
  const pen = canvas.getContext("2d");
  pen.setTransform(scale, 0, 0, scale, 0, 0);
  pen.clearRect(0, 0, width, height);
  pen.font = "13px system-ui, sans-serif";
  const box = { x: PAD.left, y: PAD.top, w: width - PAD.left - PAD.right, h: height - PAD.top - PAD.bottom };
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
    pen.fillText(text, at, box.y + box.h + 17);
  }
  pen.fillText(xName, box.x + box.w / 2, box.y + box.h + 32);
  pen.textAlign = "right";
  for (const [at, text] of yTicks) {
    pen.beginPath(); pen.moveTo(box.x - 4, at); pen.lineTo(box.x, at); pen.stroke();
    pen.fillText(text, box.x - 7, at + 4);
  }
  pen.save();
  pen.translate(12, box.y + box.h / 2);
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

export function bandsImage(ground) {
  const [left, right, low, high] = ground.window, columns = 160, rows = 110;
  const at = (c, r) => ground.value(left + c * (right - left), low + r * (high - low));
  const values = [];
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) values.push(at((c + 0.5) / columns, 1 - (r + 0.5) / rows));
  const least = Math.min(...values), span = Math.max(...values) - least;
  const height = (value) => Math.log1p((value - least) / (0.01 * span)) / Math.log1p(100);
  let index = 0;
  return image(() => blend([239, 246, 252], [66, 133, 190], Math.floor(24 * height(values[index++])) / 24), columns, rows);
}

export function mapImage(eigenvalues, lrRange, rate) {
  const [low, high] = lrRange.map(Math.log10);
  return image((c, r) => {
    const factor = Math.max(...eigenvalues.map((l) => rate(10 ** (low + c * (high - low)), r, l)));
    // Cividis from yellow (fast) to dark blue (slow); where it diverges the map stays white.
    return factor < 1 ? blend([253, 231, 92], [0, 34, 78], Math.max(0, (factor - 0.5) / 0.5)) : null;
  });
}

export function drawPath(canvas, ground, backdrop, path) {
  const shown = frame(canvas), { pen, box } = shown, [left, right, low, high] = ground.window;
  const toX = linear(left, right, box.x, box.w), toY = linear(low, high, box.y + box.h, -box.h);
  pen.drawImage(backdrop, box.x, box.y, box.w, box.h);
  pen.save();
  pen.beginPath(); pen.rect(box.x, box.y, box.w, box.h); pen.clip();
  pen.strokeStyle = pen.fillStyle = ORANGE;
  pen.lineWidth = 1.6;
  pen.beginPath();
  path.forEach(([x, y], i) => (i ? pen.lineTo(toX(x), toY(y)) : pen.moveTo(toX(x), toY(y))));
  pen.stroke();
  for (const [x, y] of path) { pen.beginPath(); pen.arc(toX(x), toY(y), 2.4, 0, 7); pen.fill(); }
  pen.font = "24px system-ui";
  pen.fillStyle = INK;
  pen.textAlign = "center";
  pen.fillText("\u2605", toX(ground.optimum[0]), toY(ground.optimum[1]) + 8);
  pen.restore();
  const ticks = (a, b) => [0, 0.25, 0.5, 0.75, 1].map((share) => a + share * (b - a));
  axes(shown, ticks(left, right).map((v) => [toX(v), v.toFixed(1)]), ticks(low, high).map((v) => [toY(v), v.toFixed(1)]), "x", "y");
  return { fromX: (px) => left + ((px - box.x) / box.w) * (right - left), fromY: (py) => high - ((py - box.y) / box.h) * (high - low) };
}

export function drawCurves(canvas, curves, steps, yName) {
  const shown = frame(canvas), { pen, box } = shown;
  const positive = curves.flatMap((curve) => curve.values).filter((v) => v > 0 && Number.isFinite(v));
  const top = Math.ceil(Math.log10(Math.min(Math.max(...positive, 1e-9), 1e6)) + 0.05);
  const bottom = Math.min(top - 2, Math.max(top - 10, Math.floor(Math.log10(Math.min(...positive, 1)))));
  const toX = linear(0, Math.max(1, steps), box.x, box.w), toY = linear(bottom, top, box.y + box.h, -box.h);
  pen.save();
  pen.beginPath(); pen.rect(box.x, box.y, box.w, box.h); pen.clip();
  curves.forEach(({ values, name }, i) => {
    pen.strokeStyle = [ORANGE, BLUE][i % 2];
    pen.setLineDash(i % 2 ? [7, 4] : []);
    pen.lineWidth = 2;
    pen.beginPath();
    values.forEach((v, t) => {
      const y = toY(Math.log10(Math.max(v, 1e-300)));
      if (t) pen.lineTo(toX(t), y); else pen.moveTo(toX(t), y);
    });
    pen.stroke();
    if (!name) return;
    pen.beginPath(); pen.moveTo(box.x + box.w - 150, box.y + 14 + 18 * i); pen.lineTo(box.x + box.w - 118, box.y + 14 + 18 * i); pen.stroke();
    pen.fillStyle = INK;
    pen.textAlign = "left";
    pen.fillText(name, box.x + box.w - 112, box.y + 18 + 18 * i);
  });
  pen.restore();
  const every = Math.max(1, Math.ceil((top - bottom) / 6)), yTicks = [];
  for (let k = bottom; k <= top; k += every) yTicks.push([toY(k), power(k)]);
  const xTicks = [0, 0.25, 0.5, 0.75, 1].map((share) => [toX(share * steps), String(Math.round(share * steps))]);
  axes(shown, xTicks, yTicks, "step", yName);
}

export function drawMap(canvas, backdrop, lrRange, state) {
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
