// Demo T2: width, depth and restarts, as in restarts.py. It trains in the page.

import { curve, dots } from "../core/layers.js";
import { LOOKS } from "../core/looks.js";
import { digits } from "../core/words.js";
import { STREAM } from "../maths/draws.js";
import { images } from "../maths/images.js";
import { Learner, Network, firstWeights, layout, parameterCount } from "../maths/network.js";
import { normals } from "../maths/noise.js";
import { guessing, untrained, untrainedValues } from "./untrained.js";

const IMAGES = 500, INPUTS = 64, MOST = 10;

const sizesOf = ({ hidden }) => [INPUTS, ...hidden.split(",").map(Number), 10];

function simulate(state) {
  return { losses: Array.from({ length: state.restarts }, () => []), parameters: parameterCount(sizesOf(state)) };
}

// The start of a seed, with normal noise that is `noise` times the standard deviation of each layer's start.
function startOf(state, k) {
  const sizes = sizesOf(state), w = firstWeights(state.seed, sizes), noise = normals(state.seed + STREAM, MOST * w.length);
  for (const { inputs, units, weights } of layout(sizes)) {
    const std = inputs ** -0.5 / Math.sqrt(3), end = weights + (inputs + 1) * units;
    for (let i = weights; i < end; i++) w[i] += state.noise * std * noise[k * w.length + i];
  }
  return w;
}

const first = (state, k, data) => untrained(
  `restart ${k} ${state.hidden} ${state.seed} ${state.noise}`, images(data.digits), IMAGES, () => new Network(sizesOf(state), startOf(state, k), IMAGES));

// Before training: the loss of every start.
const starts = (state, { losses }, data) => (losses[0].length ? [] : losses.map((_, k) => (
  dots({ points: [[0, first(state, k, data).loss]], look: LOOKS[k % LOOKS.length], size: 10, moves: false, name: k ? undefined : "before training" }))));

function* work(now, data) {
  const state = now(), seen = simulate(state), pictures = images(data.digits), sizes = sizesOf(state);
  const learners = seen.losses.map((_, k) => new Learner(new Network(sizes, startOf(state, k), IMAGES), "SGD"));
  learners.forEach(({ network }) => network.load(pictures, IMAGES, (row) => row));
  for (let t = 0; t <= now().steps; t++) {
    for (const [k, learner] of learners.entries()) {
      seen.losses[k].push(learner.step(now()));
      if (k < learners.length - 1) yield null;
    }
    yield seen;
  }
}

const middle = (values) => {
  const sorted = [...values].sort((a, b) => a - b), half = sorted.length / 2;
  return (sorted[Math.ceil(half) - 1] + sorted[Math.floor(half)]) / 2;
};

function describe(state, { losses, parameters }) {
  const count = `Hidden layers ${state.hidden}: ${parameters.toLocaleString("en")} parameters for ${IMAGES} images`;
  const done = Math.min(...losses.map((values) => values.findIndex((v) => !Number.isFinite(v)) + 1 || values.length + 1)) - 1;
  if (done < 1) return `${count}; ${losses[0].length ? "the first losses are not finite" : "press Start to train"}.`;
  const ends = losses.map((values) => values[done - 1]);
  return `${count}; after ${done - 1} steps the loss is ${digits(middle(ends))} `
    + `(${digits(Math.min(...ends))} to ${digits(Math.max(...ends))} over ${ends.length} restarts).`;
}

export const demo = {
  name: "restarts",
  simulate,
  describe,
  work,
  live: ["lr", "steps"],
  values: (state, { parameters, losses }, data) => [
    ["parameters", parameters.toLocaleString("en")],
    ...(losses[0].length ? [["steps done", Math.max(0, losses.at(-1).length - 1)]] : untrainedValues(first(state, 0, data))),
  ],
  panels: [{
    caption: "One curve per restart", label: "Loss by step, one curve per restart",
    options: { axis: ["linear", "log"] },
    plot: (state, seen, data, { axis }) => ({
      x: { domain: [0, state.steps], name: "step", whole: true },
      y: axis === "log" ? { log: true, name: "loss (nats)" } : { domain: [0, 3], name: "loss (nats)" },
      layers: [
        guessing(), ...starts(state, seen, data),
        ...seen.losses.map((values, k) => (
          curve({ values, look: LOOKS[k % LOOKS.length], every: Math.max(1, Math.floor(state.steps / 10)) }))),
      ],
    }),
  }],
};
