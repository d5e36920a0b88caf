// One picture: a canvas for what moves, axes by d3 above it.

import { axisBottom, axisLeft } from "d3-axis";
import { interpolateRgb } from "d3-interpolate";
import { scaleLinear, scaleLog } from "d3-scale";
import { select } from "d3-selection";
import { Room } from "./room.js";
import { element, power } from "./words.js";
import { kept } from "./store.js";

const ROOM = 0.02, HIGHEST = 1e6, DECADES = 12, PARTS = 5;

// A domain that holds the values: on a linear axis from zero where nothing is negative, on a logarithmic one in decades.
export function domainOf(values, { log = false, tight = false } = {}) {
  const seen = values.filter((v) => Number.isFinite(v) && (!log || v > 0));
  if (!seen.length) return log ? [1e-3, 1] : [0, 1];
  let low = Infinity, high = -Infinity;
  for (const v of seen) { low = Math.min(low, v); high = Math.max(high, v); }
  if (log) {
    const top = 10 ** Math.ceil(Math.log10(Math.min(high, HIGHEST)) + 0.02);
    return [Math.max(top / 10 ** DECADES, Math.min(top / 100, 10 ** Math.floor(Math.log10(low)))), top];
  }
  if (tight) return low === high ? [low, low + 1] : [low, high];
  const floor = Math.min(low, 0), roof = Math.max(Math.min(high, floor + 1e4), 0), room = ROOM * (roof - floor || 1);
  return [floor === 0 ? 0 : floor - room, roof + room];
}

// A linear domain that ends at a tick: it rests while what it holds moves a little.
export const rounded = (domain) => scaleLinear(domain, [0, 1]).nice(PARTS).domain();

// Powers of ten that are so many decades apart that there are about `most` of them.
export const decadesApart = (decades, most) => [1, 2, 5, 10, 20].find((apart) => decades / apart <= most) ?? 50;

function scaleOf(axis, values, range, tight) {
  const scale = axis.log ? scaleLog() : scaleLinear();
  scale.domain(axis.domain ?? domainOf(values, { log: axis.log, tight })).range(range);
  if (!axis.domain && !axis.log && !tight) scale.domain(rounded(scale.domain()));
  scale.log = Boolean(axis.log);
  return scale;
}

// Widen the domain that has room, so that a unit is as long upward as across.
function equalise(x, y, box) {
  const [left, right] = x.domain(), [low, high] = y.domain(), per = Math.max((right - left) / box.w, (high - low) / box.h);
  const wide = (per * box.w - (right - left)) / 2, tall = (per * box.h - (high - low)) / 2;
  x.domain([left - wide, right + wide]);
  y.domain([low - tall, high + tall]);
}

const plain = (value) => (Math.abs(value) >= 1e5 || (value !== 0 && Math.abs(value) < 1e-4) ? value.toExponential(0) : String(Number(value.toPrecision(6))));

function logTicks(scale, most) {
  const [low, high] = scale.domain().map(Math.log10), apart = decadesApart(high - low, most), found = [];
  for (let k = apart * Math.ceil(low / apart - 1e-9); k <= high + 1e-9; k += apart) found.push(10 ** k);
  return found.length > 1 ? found : scale.ticks(3);
}

function ticksOf(axis, scale, most) {
  if (axis.ticks) return axis.ticks;
  if (axis.log) return logTicks(scale, most);
  const found = scale.ticks(most);
  return axis.whole ? found.filter(Number.isInteger) : found;
}

// The texts of the ticks decide how wide the left margin is.
function margins(spec, ys, letters) {
  const longest = Math.max(1, ...ys.map((text) => text.length));
  return {
    left: spec.y.hidden ? 4 : Math.ceil(letters * (0.58 * longest + 2.5)), right: Math.ceil(1.4 * letters),
    top: Math.ceil(0.6 * letters), bottom: spec.x.hidden ? 4 : Math.ceil(2.9 * letters),
  };
}

export class Plot {
  constructor(label) {
    this.canvas = element("canvas", { role: "img", "aria-label": label });
    this.svg = select(document.createElementNS("http://www.w3.org/2000/svg", "svg")).attr("aria-hidden", "true").attr("focusable", "false");
    this.across = this.svg.append("g");
    this.upright = this.svg.append("g");
    this.names = [this.svg.append("text").attr("class", "name"), this.svg.append("text").attr("class", "name")];
    this.holder = element("div", { class: "plot" }, this.canvas, this.svg.node());
    this.seen = [];
    this.awaited = false;
    this.room = new Room(this.holder);
  }

  // Draw layers on the axes of a spec { x, y, equal, layers }; `ghost` are layers of a kept state, drawn pale. The axes
  // are written by `label`, when all pictures are drawn: a text on a canvas has the browser lay out all that was written.
  show(spec, { ghost = [], until = null, theme, draft = false, letters }) {
    const { width, height } = this.room.size;
    if (width < 20 || height < 20) return;
    const pen = this.sized(width, height), unit = letters / 14;
    const { x, y, box } = this.scales(spec, [...ghost, ...spec.layers], width, height, letters);
    Object.assign(this, { x, y, box });
    this.awaited = false;
    const plot = { pen, x, y, box, theme, until, unit, draft, ghost: false, backdrop: (key, make) => this.backdrop(key, make, theme, draft) };
    this.clipped(pen, box, () => {
      for (const layer of spec.layers) if (!layer.moves) layer.draw(plot);
      pen.globalAlpha = 0.4;
      for (const layer of ghost) if (layer.moves) layer.draw({ ...plot, until: null, ghost: true });
      pen.globalAlpha = 1;
      for (const layer of spec.layers) if (layer.moves) layer.draw(plot);
    });
  }

  sized(width, height) {
    const sharp = Math.min(3, globalThis.devicePixelRatio || 1), wide = Math.round(width * sharp), high = Math.round(height * sharp);
    if (this.canvas.width !== wide || this.canvas.height !== high) { this.canvas.width = wide; this.canvas.height = high; }
    this.sharp = sharp;
    const pen = this.canvas.getContext("2d");
    pen.setTransform(sharp, 0, 0, sharp, 0, 0);
    pen.clearRect(0, 0, width, height);
    return pen;
  }

  scales(spec, layers, width, height, letters) {
    const xs = layers.flatMap((layer) => layer.xs), ys = layers.flatMap((layer) => layer.ys);
    const trial = scaleOf(spec.y, ys, [height, 0]), texts = ticksOf(spec.y, trial, 5).map(spec.y.format ?? (spec.y.log ? power : plain));
    const { left, right, top, bottom } = margins(spec, texts, letters);
    const box = { x: left, y: top, w: width - left - right, h: height - top - bottom };
    const x = scaleOf(spec.x, xs, [box.x, box.x + box.w], true), y = scaleOf(spec.y, ys, [box.y + box.h, box.y]);
    if (spec.equal) equalise(x, y, box);
    return { x, y, box };
  }

  // An axis changes only where its domain, size, names or the theme do: a text in the page costs more than a curve.
  label(spec, { letters, theme }) {
    if (!this.box) return;
    const { x, y, box } = this, frame = [...Object.values(box), letters, theme.name], [across, upright] = this.names;
    const keys = [[x.domain(), spec.x, frame], [y.domain(), spec.y, frame]].map(JSON.stringify), [seen, seenUpright] = this.seen;
    this.seen = keys;
    if (keys[0] !== seen) {
      this.svg.style("font-size", `${letters}px`);
      this.axis(this.across.attr("transform", `translate(0,${box.y + box.h})`), axisBottom, spec.x, x, box.w / (5.5 * letters));
      across.attr("x", box.x + box.w / 2).attr("y", box.y + box.h + 2.45 * letters).text(spec.x.name ?? "");
    }
    if (keys[1] !== seenUpright) {
      this.axis(this.upright.attr("transform", `translate(${box.x},0)`), axisLeft, spec.y, y, box.h / (2.6 * letters));
      upright.attr("transform", `translate(${0.95 * letters},${box.y + box.h / 2}) rotate(-90)`).text(spec.y.name ?? "");
    }
  }

  axis(group, make, spec, scale, most) {
    group.style("display", spec.hidden ? "none" : null);
    if (spec.hidden) return;
    const format = spec.format ?? (spec.log ? power : plain);
    group.call(make(scale).tickValues(ticksOf(spec, scale, Math.max(2, Math.floor(Math.min(8, most))))).tickFormat(format).tickSizeOuter(0).tickPadding(4));
  }

  clipped(pen, box, draw) {
    pen.save();
    pen.beginPath();
    pen.rect(box.x, box.y, box.w, box.h);
    pen.clip();
    draw();
    pen.restore();
  }

  // An image that depends on a key and on size and theme only; a draft of it is replaced when the hand rests.
  backdrop(key, make, theme, draft) {
    const { box, sharp } = this, width = Math.max(1, Math.round(box.w * sharp)), height = Math.max(1, Math.round(box.h * sharp));
    const full = `${key} ${width} ${height} ${theme.name}`;
    if (this.image?.key !== full || (this.image.draft && !draft)) {
      const canvas = element("canvas", { width, height });
      make(canvas, draft);
      this.image = { key: full, canvas, draft };
    }
    this.awaited ||= this.image.draft;
    return this.image.canvas;
  }
}

export const withBands = (theme) => kept(`theme ${theme.name}`, () => {
  const between = interpolateRgb(theme.low, theme.high);
  return { ...theme, bands: (share) => between(Math.min(1, share)) };
});
