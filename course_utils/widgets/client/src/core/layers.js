// What a panel can show. A layer is { draw(plot), xs, ys, name, look, every, moves }: `draw` gets the plot of plot.js;
// `xs` and `ys` are the numbers that an axis without a domain must hold; `name` puts it into the legend; `moves` says
// that it belongs to the state, so that a kept state shows it pale.

import { contours } from "d3-contour";
import { CIVIDIS } from "./theme.js";
import { LOOKS, colourOf, mark, trace } from "./looks.js";
import { kept } from "./store.js";

const TINY = 1e-300;

// A line through points in data coordinates, with a marker at every `every`-th. `steps(k)` is the step of point k:
// while the demo plays, later points are left out; null shows the line as a whole.
export function line({ points, look = LOOKS[0], name, every = 0, width = 2, steps = (k) => k, moves = true }) {
  return {
    name, look, every, moves, xs: points.map(([x]) => x), ys: points.map(([, y]) => y),
    draw({ pen, x, y, theme, until, ghost, unit }) {
      const shown = until === null || !steps ? points : points.filter((_, k) => steps(k) <= until);
      const at = ([px, py]) => [x(x.log ? Math.max(px, TINY) : px), y(y.log ? Math.max(py, TINY) : py)];
      const seen = shown.map(at), colour = colourOf(look, theme);
      pen.strokeStyle = pen.fillStyle = colour;
      pen.lineWidth = width * unit;
      pen.lineJoin = "round";
      pen.setLineDash(look.dash.map((part) => part * unit));
      pen.beginPath();
      trace(pen, seen);
      pen.stroke();
      pen.setLineDash([]);
      if (!every || ghost) return;
      seen.forEach(([px, py], k) => { if (k % every === 0 && Number.isFinite(py)) mark(pen, look, px, py, 3.2 * unit); });
    },
  };
}

// A curve of values by step: `from` is the step of the first value, and the others follow `apart` steps from each other.
export const curve = ({ values, from = 0, apart = 1, ...rest }) => (
  line({ points: Array.from(values, (v, k) => [from + apart * k, v]), steps: (k) => from + apart * k, ...rest }));

// Single points.
export const dots = ({ points, look = LOOKS[0], name, size = 6, steps = null, moves = true }) => ({
  name, look: { ...look, dash: null }, every: 1, moves, xs: points.map(([x]) => x), ys: points.map(([, y]) => y),
  draw({ pen, x, y, theme, until, unit }) {
    pen.fillStyle = colourOf(look, theme);
    points.forEach(([px, py], k) => {
      if (until === null || !steps || steps(k) <= until) mark(pen, look, x(px), y(py), (size / 2) * unit);
    });
  },
});

// A star, such as the minimum of a surface.
export const star = (point, name) => ({
  name, look: { colour: 6, dash: null, star: true }, xs: [], ys: [],
  draw({ pen, x, y, theme, unit }) {
    pen.font = `${26 * unit}px system-ui, sans-serif`;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.lineWidth = 3 * unit;
    pen.strokeStyle = theme.halo;
    pen.fillStyle = theme.ink;
    pen.strokeText("★", x(point[0]), y(point[1]));
    pen.fillText("★", x(point[0]), y(point[1]));
  },
});

// A ring around a point, with a text beside it.
export const ring = (point, text, look = { colour: "#ffffff" }) => ({
  xs: [], ys: [],
  draw({ pen, x, y, box, unit }) {
    const [px, py] = [x(point[0]), y(point[1])], right = px > box.x + box.w / 2;
    for (const [colour, width] of [["#000000", 4.5], [look.colour, 2]]) {
      pen.strokeStyle = colour;
      pen.lineWidth = width * unit;
      pen.beginPath();
      pen.arc(px, py, 11 * unit, 0, 7);
      pen.stroke();
    }
    const away = (14 + (LINE / 2) * linesOf(pen, text, unit, box).length) * unit, below = py + 2 * away < box.y + box.h;
    label(pen, text, px + (right ? 12 : -12) * unit, py + (below ? away : -away), right ? "right" : "left", unit, "#ffffff", "#000000", box);
  },
});

const LINE = 16, EDGE = 3;

// The lines of a text, which are no wider than the box, unless a single word is.
function linesOf(pen, text, unit, box) {
  pen.font = `600 ${13 * unit}px system-ui, sans-serif`;
  const fits = (line) => pen.measureText(line).width <= box.w - 2 * EDGE * unit;
  return text.split(" ").reduce((lines, word) => {
    const longer = `${lines.at(-1)} ${word}`;
    return lines.length && fits(longer) ? [...lines.slice(0, -1), longer] : [...lines, word];
  }, []);
}

// A text at (x, y), moved as far as it takes to lie within the box.
function label(pen, text, x, y, align, unit, colour, halo, box) {
  pen.save();
  const lines = linesOf(pen, text, unit, box), width = Math.max(...lines.map((line) => pen.measureText(line).width));
  const share = { left: 0, center: 0.5, right: 1 }[align], tall = (lines.length * LINE * unit) / 2;
  const into = (value, low, high) => Math.max(low, Math.min(high, value));
  const left = into(x - share * width, box.x + EDGE * unit, box.x + box.w - EDGE * unit - width), top = into(y, box.y + tall, box.y + box.h - tall) - tall;
  Object.assign(pen, { textAlign: align, textBaseline: "middle", lineJoin: "round", lineWidth: 3.5 * unit, strokeStyle: halo, fillStyle: colour });
  lines.forEach((line, k) => {
    const place = [left + share * width, top + (k + 0.5) * LINE * unit];
    pen.strokeText(line, ...place);
    pen.fillText(line, ...place);
  });
  pen.restore();
}

// A straight line across at a height (or upright at a place), with a text at its end.
export const level = ({ y: height, x: place, text = "", look = { colour: null, dash: [] }, name }) => ({
  name, look, xs: place === undefined ? [] : [place], ys: height === undefined ? [] : [height],
  draw({ pen, x, y, box, theme, unit }) {
    const across = height !== undefined, at = across ? y(height) : x(place);
    pen.strokeStyle = look.colour === null ? theme.faint : colourOf(look, theme);
    pen.lineWidth = 1.2 * unit;
    pen.setLineDash(look.dash.map((part) => part * unit));
    pen.beginPath();
    if (across) { pen.moveTo(box.x, at); pen.lineTo(box.x + box.w, at); } else { pen.moveTo(at, box.y); pen.lineTo(at, box.y + box.h); }
    pen.stroke();
    pen.setLineDash([]);
    if (!text) return;
    if (across) label(pen, text, box.x + box.w - 4, at - 9 * unit, "right", unit, theme.ink, theme.halo, box);
    else label(pen, text, at + 5, box.y + 9 * unit, "left", unit, theme.ink, theme.halo, box);
  },
});

// The ground between two heights, all across.
export const stripe = ({ low, high, name }) => ({
  name, look: { colour: "grid", area: true }, xs: [], ys: [low, high],
  draw({ pen, y, box, theme }) {
    pen.fillStyle = theme.grid;
    pen.fillRect(box.x, y(high), box.w, y(low) - y(high));
  },
});

// The area between two curves by step.
export function band({ low, high, from = 0, apart = 1, look = LOOKS[0], name }) {
  const place = (k) => from + apart * k;
  return {
    name, look: { ...look, area: true }, moves: true, xs: [place(0), place(low.length - 1)], ys: [...low, ...high],
    draw({ pen, x, y, theme, until }) {
      const shown = Array.from(low, (_, k) => k).filter((k) => until === null || place(k) <= until);
      const at = (v) => y(y.log ? Math.max(v, TINY) : v);
      pen.save();
      pen.globalAlpha *= 0.28;
      pen.fillStyle = colourOf(look, theme);
      pen.beginPath();
      for (const k of shown) pen.lineTo(x(place(k)), at(low[k]));
      for (const k of shown.reverse()) pen.lineTo(x(place(k)), at(high[k]));
      pen.fill();
      pen.restore();
    },
  };
}

// Bars that stand at places on a height; `thick` is their width in units of x.
export const bars = ({ places, values, look = LOOKS[0], name, thick = 0.8, base = null }) => ({
  name, look: { ...look, area: true }, moves: true, ys: [...values, ...(base === null ? [] : [base])],
  xs: [Math.min(...places) - thick, Math.max(...places) + thick],
  draw({ pen, x, y, box, theme, ghost, unit }) {
    const foot = base === null ? box.y + box.h : y(base), colour = colourOf(look, theme);
    pen.fillStyle = pen.strokeStyle = colour;
    pen.lineWidth = 2 * unit;
    places.forEach((place, k) => {
      const [left, right] = [x(place - thick / 2), x(place + thick / 2)], top = y(y.log ? Math.max(values[k], TINY) : values[k]);
      const shape = [left, Math.min(top, foot), right - left, Math.abs(foot - top)];
      if (ghost) pen.strokeRect(...shape); else pen.fillRect(...shape);
    });
  },
});

// Squares of a table: cell(row, column) returns { fill, edge, text } with rows counted from above.
export const cells = ({ rows, columns, left = 0, top = 0, cell }) => ({
  xs: [left, left + columns], ys: [top, top + rows],
  draw({ pen, x, y, box, theme, unit }) {
    for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) {
      const { fill, edge, text } = cell(r, c), [px, py] = [x(left + c), y(top + rows - r)];
      const [w, h] = [x(left + c + 1) - px, y(top + rows - r - 1) - py];
      if (fill) { pen.fillStyle = fill; pen.fillRect(px, py, w, h); }
      if (edge) {
        pen.strokeStyle = edge === true ? theme.ink : edge;
        pen.lineWidth = 2.5 * unit;
        pen.strokeRect(px + 1.5, py + 1.5, w - 3, h - 3);
      }
      if (text) label(pen, text, px + w / 2, py + h / 2, "center", unit, theme.ink, theme.halo, box);
    }
  },
});

// Whatever else: `draw(plot)` with plot = { pen, x, y, box, theme, until, ghost, unit }.
export const paint = (draw, { xs = [], ys = [], moves = false } = {}) => ({ draw, xs, ys, moves });

// Bands of equal height, with lines between them. Equal in the logarithm of the height above the lowest point, so that
// the floor of a valley has as many as its walls. A draft is coarse; it is made while a hand moves what it depends on.
const BANDS = 16;
export function field(ground) {
  return {
    xs: [], ys: [],
    draw(plot) {
      const { pen, box, x, y, theme } = plot, [left, right, low, high] = [...x.domain(), ...y.domain()];
      const image = plot.backdrop(`field ${ground.key} ${[left, right, low, high]}`, (canvas, draft) => {
        const side = ground.coarse ? 40 : draft ? 44 : 110, columns = side, rows = Math.max(8, Math.round((side * box.h) / box.w));
        drawBands(canvas, columns, rows, heights(ground, [left, right, low, high], columns, rows), theme);
      });
      pen.drawImage(image, box.x, box.y, box.w, box.h);
    },
  };
}

function heights(ground, [left, right, low, high], columns, rows) {
  const { least, span } = kept(`range ${ground.key}`, () => rangeOf(ground)), found = new Float64Array(columns * rows);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) {
    const value = ground.value(left + ((c + 0.5) / columns) * (right - left), high - ((r + 0.5) / rows) * (high - low));
    found[r * columns + c] = Math.log1p(Math.max(0, value - least) / (0.01 * span)) / Math.log1p(100);
  }
  return found;
}

function rangeOf({ value, window: [left, right, low, high], coarse, optimum }) {
  const side = coarse ? 20 : 60, seen = [value(...optimum)];
  for (let r = 0; r <= side; r++) for (let c = 0; c <= side; c++) {
    seen.push(value(left + (c / side) * (right - left), low + (r / side) * (high - low)));
  }
  const least = Math.min(...seen);
  return { least, span: Math.max(...seen) - least };
}

function drawBands(canvas, columns, rows, values, theme) {
  const pen = canvas.getContext("2d"), thresholds = Array.from({ length: BANDS }, (_, k) => k / BANDS);
  pen.fillStyle = theme.bands(0);
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.strokeStyle = theme.lines;
  pen.lineWidth = Math.max(1, canvas.width / 700);
  for (const { value, coordinates } of contours().size([columns, rows]).thresholds(thresholds)(values)) {
    pen.fillStyle = theme.bands(value);
    pen.beginPath();
    for (const polygon of coordinates) for (const edge of polygon) outline(pen, edge, canvas.width / columns, canvas.height / rows);
    pen.fill("evenodd");
    pen.stroke();
  }
}

function outline(pen, points, sx, sy) {
  points.forEach(([x, y], k) => (k ? pen.lineTo(x * sx, y * sy) : pen.moveTo(x * sx, y * sy)));
  pen.closePath();
}

// An image whose every pixel is computed: `share(x, y)` returns a number from 0 to 1, or NaN for the colour of the paper.
export function raster({ key, share, ramp = CIVIDIS }) {
  return {
    xs: [], ys: [],
    draw(plot) {
      const { pen, box, x, y } = plot;
      const image = plot.backdrop(`raster ${key} ${x.domain()} ${y.domain()}`, (canvas, draft) => {
        if (!draft) { shade(canvas, plot, share, ramp); return; }
        const small = document.createElement("canvas");
        small.width = 120; small.height = 80;
        shade(small, plot, share, ramp);
        canvas.getContext("2d").drawImage(small, 0, 0, canvas.width, canvas.height);
      });
      pen.drawImage(image, box.x, box.y, box.w, box.h);
    },
  };
}

const colours = (ramp) => kept(`colours ${ramp}`, () => Array.from({ length: 256 }, (_, k) => bytes(ramp(k / 255))));
const bytes = (colour) => {
  const [red, green, blue] = colour.match(/\d+/g).map(Number);
  return (255 << 24) | (blue << 16) | (green << 8) | red;
};

function shade(canvas, { x, y, box }, share, ramp) {
  const { width, height } = canvas, pen = canvas.getContext("2d"), pixels = pen.createImageData(width, height);
  const words = new Uint32Array(pixels.data.buffer), table = colours(ramp);
  const places = Array.from({ length: width }, (_, c) => x.invert(box.x + ((c + 0.5) / width) * box.w));
  for (let r = 0; r < height; r++) {
    const up = y.invert(box.y + ((r + 0.5) / height) * box.h);
    for (let c = 0; c < width; c++) {
      const part = share(places[c], up);
      if (part === part) words[r * width + c] = table[Math.max(0, Math.min(255, Math.round(255 * part)))];
    }
  }
  pen.putImageData(pixels, 0, 0);
}

// Lines on which a function of the plane has given values, each with its text, save near the point `clear`.
export function isolines({ key, value, levels, clear, text = String, colour = "#ffffff" }) {
  return {
    xs: [], ys: [],
    draw(plot) {
      const { pen, box, x, y, unit } = plot, columns = 260, rows = 160;
      const found = kept(`isolines ${key} ${x.domain()} ${y.domain()} ${plot.draft}`, () => {
        const side = plot.draft ? [40, 30] : [columns, rows];
        return { side, rings: traced(value, levels, x, y, box, side) };
      });
      const named = clear ? [[x(clear[0]), y(clear[1])]] : [];
      for (const { value: height, coordinates } of found.rings) {
        const edges = coordinates.flat().map((edge) => inner(edge, found.side, box));
        Object.assign(pen, { strokeStyle: colour, lineWidth: 1.1 * unit });
        pen.beginPath();
        for (const pieces of edges) for (const piece of pieces) piece.forEach(([px, py], k) => (k ? pen.lineTo(px, py) : pen.moveTo(px, py)));
        pen.stroke();
        const longest = edges.flat().sort((one, other) => other.length - one.length)[0];
        if (!(longest?.length > 6)) continue;
        // No text upon another one.
        const [px, py] = longest[Math.floor(0.35 * longest.length)];
        if (named.some(([x1, y1]) => Math.abs(x1 - px) < 42 * unit && Math.abs(y1 - py) < LINE * unit)) continue;
        named.push([px, py]);
        label(pen, text(height), px, py, "center", unit, "#ffffff", "#000000", box);
      }
    },
  };
}

function traced(value, levels, x, y, box, [columns, rows]) {
  const values = new Float64Array(columns * rows);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) {
    values[r * columns + c] = value(x.invert(box.x + ((c + 0.5) / columns) * box.w), y.invert(box.y + ((r + 0.5) / rows) * box.h));
  }
  return contours().size([columns, rows]).thresholds(levels)(values);
}

// The pieces of a ring that do not run along the edge of the picture, in pixels.
function inner(ring, [columns, rows], box) {
  const pieces = [[]], onEdge = ([x, y]) => x <= 0.01 || y <= 0.01 || x >= columns - 0.01 || y >= rows - 0.01;
  for (const point of ring) {
    if (!onEdge(point)) pieces.at(-1).push([box.x + (point[0] / columns) * box.w, box.y + (point[1] / rows) * box.h]);
    else if (pieces.at(-1).length) pieces.push([]);
  }
  return pieces.filter((piece) => piece.length > 1);
}
