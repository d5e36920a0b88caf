// Demo D5: who shares statistics with whom, as in norm_cube.py.

import { interpolateRgbBasis } from "d3-interpolate";
import { cells } from "../core/layers.js";
import { CIVIDIS } from "../core/theme.js";
import { STREAM } from "../maths/draws.js";
import { normals, uniform } from "../maths/noise.js";

const EXAMPLES = 4, CHANNELS = 6, POSITIONS = 4, GROUPS = 2, EPS = 1e-5, COLUMNS = CHANNELS * POSITIONS;
const PER_GROUP = CHANNELS / GROUPS, HIGHEST = 2.5, FARTHEST = 2;

// For each kind, which cell belongs to which set of statistics: n example, g group, c channel.
const SETS = {
  "batch norm": (n, g, c) => c,
  "layer norm": (n) => n,
  "instance norm": (n, g, c) => n * CHANNELS + c,
  "group norm": (n, g) => n * GROUPS + g,
  "RMS norm": (n) => n,
};

const at = (n, c, l) => (n * CHANNELS + c) * POSITIONS + l;

function eachCell(visit) {
  for (let n = 0; n < EXAMPLES; n++) for (let c = 0; c < CHANNELS; c++) for (let l = 0; l < POSITIONS; l++) visit(n, c, l, at(n, c, l));
}

function setOf(kind, n, c) {
  return SETS[kind](n, Math.floor(c / PER_GROUP), c);
}

// Normalised without gain and bias: biased variance, eps inside the root; RMS norm leaves the mean in.
function normalise(x, kind) {
  const sums = new Map(), add = (key, value) => sums.set(key, (sums.get(key) ?? 0) + value), made = new Float64Array(x.length);
  eachCell((n, c, l, i) => { const set = setOf(kind, n, c); add(`n${set}`, 1); add(`m${set}`, x[i]); });
  const mean = (set) => (kind === "RMS norm" ? 0 : sums.get(`m${set}`) / sums.get(`n${set}`));
  eachCell((n, c, l, i) => { const set = setOf(kind, n, c); add(`v${set}`, (x[i] - mean(set)) ** 2); });
  eachCell((n, c, l, i) => {
    const set = setOf(kind, n, c);
    made[i] = (x[i] - mean(set)) / Math.sqrt(sums.get(`v${set}`) / sums.get(`n${set}`) + EPS);
  });
  return made;
}

// Nested arrays (examples, channels, positions), as Python has them.
const cube = (flat) => Array.from({ length: EXAMPLES }, (_, n) => (
  Array.from({ length: CHANNELS }, (_, c) => Array.from({ length: POSITIONS }, (_, l) => flat[at(n, c, l)]))));

function simulate({ kind, example, channel, shift, seed }) {
  const drawn = normals(seed, EXAMPLES * COLUMNS), pattern = normals(seed + 2 * STREAM, CHANNELS);
  const x = new Float64Array(drawn.length), moved = new Float64Array(drawn.length), shared = [];
  eachCell((n, c, l, i) => {
    x[i] = drawn[i] * (0.5 + 1.5 * uniform(seed + STREAM, c));
    moved[i] = x[i] + (n === example ? shift * pattern[c] : 0);
    shared.push(setOf(kind, n, c) === setOf(kind, example, channel));
  });
  const before = normalise(x, kind), after = normalise(moved, kind);
  return { before: cube(before), after: cube(after), change: cube(after.map((v, i) => Math.abs(v - before[i]))), shared: cube(shared) };
}

function describe(state, { change, shared }) {
  const moved = change.map((rows) => Math.max(...rows.flat()) > 1e-9);
  const others = moved.filter((one, n) => one && n !== state.example).length, cellsShared = shared.flat(2).filter(Boolean).length;
  const who = others === 0 ? "no other example moved" : `${others} of ${EXAMPLES - 1} other examples moved with it`;
  return `${state.kind[0].toUpperCase()}${state.kind.slice(1)}: ${cellsShared} cells share one mean and variance; ${who}.`;
}

// From negative (blue) over white to positive (red), as matplotlib's RdBu.
const RED_BLUE = interpolateRgbBasis(["#053061", "#4393c3", "#f7f7f7", "#d6604d", "#67001f"]);
const bounded = (share) => Math.min(1, Math.max(0, share));

const axis = { domain: [0, COLUMNS], name: `channel (${POSITIONS} positions each)`, ticks: Array.from({ length: CHANNELS }, (_, c) => POSITIONS * (c + 0.5)), format: (v) => String(Math.floor(v / POSITIONS)) };
const upright = { domain: [0, EXAMPLES], name: "example", ticks: Array.from({ length: EXAMPLES }, (_, n) => EXAMPLES - n - 0.5), format: (v) => String(EXAMPLES - 0.5 - v) };

const grid = (values, fill, edge) => cells({
  rows: EXAMPLES, columns: COLUMNS,
  cell: (n, column) => {
    const c = Math.floor(column / POSITIONS), l = column % POSITIONS;
    return { fill: fill(values[n][c][l]), edge: edge(n, c, l) };
  },
});

// A press on the table chooses the example and the channel.
const chooseCell = {
  name: "Example that moves and channel to look at",
  at: (state) => [POSITIONS * (state.channel + 0.5), EXAMPLES - state.example - 0.5],
  to: (state, [x, y]) => ({ channel: Math.floor(Math.min(x, COLUMNS - 0.01) / POSITIONS), example: EXAMPLES - 1 - Math.floor(Math.min(y, EXAMPLES - 0.01)) }),
  by: (state, dx, dy) => ({ channel: state.channel + Math.sign(dx), example: state.example - Math.sign(dy) }),
  text: (state) => `example ${state.example}, channel ${state.channel}`,
};

export const demo = {
  name: "norm_cube",
  simulate,
  describe,
  panels: [
    {
      caption: "Output; outlined: these share their statistics", tab: "Output",
      label: "Output of the normalization by example and channel; the cells that share statistics are outlined; example and channel can be chosen by dragging",
      plot: (state, { after, shared }) => ({
        x: axis, y: upright, scale: { from: `−${HIGHEST} or less`, to: `${HIGHEST} or more`, ramp: RED_BLUE },
        layers: [grid(after, (v) => RED_BLUE(bounded((v + HIGHEST) / (2 * HIGHEST))), (n, c, l) => shared[n][c][l] && "#000000")],
      }),
      handles: [chooseCell],
    },
    {
      caption: (state) => `How far each output moved when example ${state.example} did`, tab: "Change",
      label: "How far each output moved, by example and channel",
      plot: (state, { change }) => ({
        x: axis, y: upright, scale: { from: "0", to: `${FARTHEST} or more`, ramp: CIVIDIS },
        layers: [grid(change, (v) => CIVIDIS(bounded(v / FARTHEST)), () => false)],
      }),
    },
  ],
};
