// Demo D4: minibatch noise, as in minibatch_noise.py.

import { dots, line } from "../core/layers.js";
import { LOOKS } from "../core/looks.js";
import { kept } from "../core/store.js";
import { digits } from "../core/words.js";
import { STREAM, orders } from "../maths/draws.js";
import { normals } from "../maths/noise.js";

const EXAMPLES = 512, CLOUD = 300, WALKS = 5, MAX_STEPS = 400, MAX_EPOCHS = 64, BOUND = 1e6, LEAST = 1e-12;

// The regression of a seed: inputs in two arrays, targets, the mean squares that the loss is made of, and its minimum.
const problemOf = (seed) => kept(`problem ${seed}`, () => problem(seed));

function problem(seed) {
  const drawn = normals(seed, 2 * EXAMPLES), noise = normals(seed + STREAM, EXAMPLES);
  const a = new Float64Array(EXAMPLES), b = new Float64Array(EXAMPLES), y = new Float64Array(EXAMPLES);
  const sums = { aa: 0, ab: 0, bb: 0, ay: 0, by: 0, yy: 0 };
  for (let i = 0; i < EXAMPLES; i++) {
    a[i] = drawn[2 * i] * 1.5;
    b[i] = drawn[2 * i + 1] * 0.7;
    y[i] = a[i] - b[i] + noise[i];
    sums.aa += a[i] * a[i]; sums.ab += a[i] * b[i]; sums.bb += b[i] * b[i];
    sums.ay += a[i] * y[i]; sums.by += b[i] * y[i]; sums.yy += y[i] * y[i];
  }
  for (const name of Object.keys(sums)) sums[name] /= EXAMPLES;
  const { aa, ab, bb, ay, by, yy } = sums, area = aa * bb - ab * ab;
  const loss = (u, v) => (aa * u * u + 2 * ab * u * v + bb * v * v) / 2 - u * ay - v * by + yy / 2;
  const best = [(bb * ay - ab * by) / area, (aa * by - ab * ay) / area];
  return { a, b, y, loss, best, least: loss(...best) };
}

// Gradients of single examples at w = 0, their mean and their variance summed over both directions.
function singles({ a, b, y }) {
  const u = a.map((x, i) => -x * y[i]), v = b.map((x, i) => -x * y[i]);
  const mean = (values) => values.reduce((sum, x) => sum + x, 0) / EXAMPLES;
  const full = [mean(u), mean(v)], variance = mean(u.map((x) => (x - full[0]) ** 2)) + mean(v.map((x) => (x - full[1]) ** 2));
  return { u, v, full, variance };
}

function cloudOf({ seed, batch_size: size }) {
  const { u, v, full, variance } = kept(`singles ${seed}`, () => singles(problemOf(seed)));
  const order = orders(seed + 2 * STREAM, CLOUD, EXAMPLES);
  const cloud = Array.from({ length: CLOUD }, (_, k) => {
    let sumU = 0, sumV = 0;
    for (let i = k * EXAMPLES; i < k * EXAMPLES + size; i++) { sumU += u[order[i]]; sumV += v[order[i]]; }
    return [sumU / size, sumV / size];
  });
  return { full, cloud, spread: Math.sqrt((variance * (EXAMPLES - size)) / (EXAMPLES - 1) / size) };
}

// Five walks, each with its own order in every epoch, until the budget is spent; recorded at 400 points at most.
function walksOf({ seed, batch_size: size, lr, budget }) {
  const { a, b, y, loss, least } = problemOf(seed), order = orders(seed + 3 * STREAM, MAX_EPOCHS * WALKS, EXAMPLES);
  const count = Math.max(1, Math.floor(budget / size)), every = Math.ceil(count / MAX_STEPS);
  const perEpoch = Math.max(1, Math.floor(EXAMPLES / size));
  const above = (u, v) => Math.max(loss(clip(u), clip(v)) - least, LEAST);
  const losses = Array.from({ length: WALKS }, (_, k) => {
    const seen = [above(0, 0)];
    let u = 0, v = 0;
    for (let t = 0; t < count; t++) {
      const first = (Math.floor(t / perEpoch) * WALKS + k) * EXAMPLES + (t % perEpoch) * size;
      let slopeU = 0, slopeV = 0;
      for (let i = first; i < first + size; i++) {
        const n = order[i], residual = a[n] * u + b[n] * v - y[n];
        slopeU += residual * a[n];
        slopeV += residual * b[n];
      }
      u -= (lr * slopeU) / size;
      v -= (lr * slopeV) / size;
      if ((t + 1) % every === 0) seen.push(above(u, v));
    }
    return seen;
  });
  return { updates: losses[0].map((_, t) => every * t), losses };
}

const clip = (value) => Math.min(BOUND, Math.max(-BOUND, value));

function simulate(state) {
  const ran = walksOf(state), size = state.batch_size;
  return {
    ...cloudOf(state), ...ran, examples: ran.updates.map((t) => t * size),
    cost: ran.updates.map((t) => t * (size + state.overhead)),
  };
}

const middle = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const rms = ({ cloud, full }) => Math.sqrt(cloud.reduce((sum, [u, v]) => sum + (u - full[0]) ** 2 + (v - full[1]) ** 2, 0) / cloud.length);

function describe(state, seen) {
  const around = rms(seen), ends = seen.losses.map((walk) => walk.at(-1)), end = middle(ends);
  const range = `${digits(Math.min(...ends), 2)} to ${digits(Math.max(...ends), 2)} over ${WALKS} walks`;
  const ending = end > seen.losses[0][0] ? "diverging" : `${digits(end, 2)} above the minimum (${range})`;
  return `Batches of ${state.batch_size}: gradients lie ${digits(around > 1e-9 ? around : 0)} around the full one `
    + `(theory ${digits(seen.spread)}); ${seen.updates.at(-1)} updates end ${ending}, at a cost of `
    + `${seen.cost.at(-1).toLocaleString("en")} example passes.`;
}

// The axis ends at a power of two, so that it seldom moves.
const roundEnd = (end) => 2 ** Math.ceil(Math.log2(Math.max(2, end)) - 0.02);
const SINGLE = { colour: 5, dash: [] }, MEDIAN = { colour: 1, dash: [], marker: "square" };

function walkLayers({ losses }, across) {
  const median = losses[0].map((_, t) => middle(losses.map((walk) => walk[t])));
  const points = (values) => values.map((v, t) => [across[t], v]);
  return [
    ...losses.map((walk, k) => line({ points: points(walk), look: SINGLE, width: 0.8, name: k ? undefined : "each of five walks", steps: null })),
    line({ points: points(median), look: MEDIAN, width: 2.6, name: "median", steps: null }),
  ];
}

const lossPanel = (name, caption, tab, axis) => ({
  caption, tab, label: `Loss above the minimum by ${axis}`,
  plot: (state, seen) => ({
    x: { domain: [0, roundEnd(seen[name].at(-1))], name: axis }, y: { log: true, domain: [1e-4, 10], name: "loss above the minimum" },
    layers: walkLayers(seen, seen[name]),
  }),
});

// A point of a circle around the full gradient, in the direction in which the cloud is thrown.
const onRim = ({ full, spread }) => [full[0] + spread, full[1]];

export const demo = {
  name: "minibatch_noise",
  simulate,
  describe,
  values: (state, seen) => [
    ["spread of the gradients", digits(rms(seen))], ["theory", digits(seen.spread)], ["updates", seen.updates.at(-1).toLocaleString("en")],
  ],
  panels: [
    {
      caption: "Gradients of minibatches (drag the circle)", tab: "Cloud",
      label: "Cloud of minibatch gradients around the full gradient; the circle of their spread can be dragged",
      plot: (state, { cloud, full, spread }) => ({
        x: { domain: [-9, 5], name: "gradient, first weight" }, y: { domain: [-4, 5], name: "gradient, second weight" }, equal: true,
        layers: [
          dots({ points: cloud, look: LOOKS[0], size: 5, name: "minibatches" }),
          dots({ points: [full], look: { colour: 1, marker: "plus" }, size: 14, name: "all examples" }),
          line({ points: circle(full, spread), look: { colour: 1, dash: [5, 4] }, name: "spread by theory", steps: null }),
        ],
      }),
      handles: [{
        name: "Batch size, by the spread of the cloud",
        at: (state, seen) => onRim(seen),
        to: (state, [x, y], { full }) => ({ batch_size: sizeFor(state.seed, Math.hypot(x - full[0], y - full[1])) }),
        by: (state, dx, dy) => ({ batch_size: state.batch_size - (dx || dy) * Math.max(1, Math.round(0.1 * state.batch_size)) }),
        text: (state) => `batches of ${state.batch_size}`,
      }],
    },
    lossPanel("examples", "Loss by examples", "Examples", "examples seen"),
    lossPanel("cost", "Loss by cost of computation", "Cost", "cost (passes over one example)"),
  ],
};

const circle = ([x, y], radius) => Array.from({ length: 73 }, (_, k) => [x + radius * Math.cos((k * Math.PI) / 36), y + radius * Math.sin((k * Math.PI) / 36)]);

// The batch size whose spread is nearest: spread^2 = variance (N - b) / (N - 1) / b.
function sizeFor(seed, spread) {
  const { variance } = kept(`singles ${seed}`, () => singles(problemOf(seed)));
  return Math.round((EXAMPLES * variance) / (spread * spread * (EXAMPLES - 1) + variance));
}
