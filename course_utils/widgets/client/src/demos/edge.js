// Demo D11: the edge of stability, as in edge_of_stability.py.

import { curve } from "../core/layers.js";
import { LOOKS } from "../core/looks.js";
import { rounded } from "../core/plot.js";
import { digits } from "../core/words.js";
import { uniform } from "../maths/noise.js";

const POINTS = 16, UNITS = 8, BOUNDS = [2, 1, 1], EVERY = 10, PRODUCTS = 6, NEAR = 1e-4, LOST = 1e6, CLOSE = 0.1, DRAFT = 5 * EVERY;
const PLACES = Array.from({ length: POINTS }, (_, i) => (2 * i - (POINTS - 1)) / (POINTS - 1));
const TARGET = { cubic: (x) => 4 * x * x * x - 3 * x, quartic: (x) => 8 * x * x * x * x - 8 * x * x + 1 };

// Sums of a power of two many numbers are made by adding halves, in the order in which the kernel adds: at the edge,
// rounding grows until it can be seen. This one adds rows of `width` numbers; the sums stand in the first row.
function fold(rows, count, width) {
  for (let half = (count * width) / 2; half >= width; half /= 2) {
    for (let i = 0; i < half; i++) rows[i] += rows[i + half];
  }
}

const COUNT = 3 * UNITS + 1;
const roots = new Float64Array(UNITS), hidden = new Float64Array(UNITS), terms = new Float64Array(UNITS);
const rows = new Float64Array(POINTS * COUNT), squares = new Float64Array(POINTS);

// Half the mean squared error of sum_k c_k h(a_k x + b_k) + d with h(z) = z / sqrt(1 + z^2); its gradient is written
// into `slopes`. The weights are a, b and c of all units, then d.
function lossAndGradient(weights, targets, slopes) {
  for (let i = 0; i < POINTS; i++) {
    const x = PLACES[i], at = i * COUNT;
    for (let k = 0; k < UNITS; k++) {
      const z = x * weights[k] + weights[UNITS + k];
      roots[k] = Math.sqrt(1 + z * z);
      hidden[k] = z / roots[k];
      terms[k] = hidden[k] * weights[2 * UNITS + k];
    }
    fold(terms, UNITS, 1);
    const error = terms[0] + weights[3 * UNITS] - targets[i], share = error / POINTS;
    squares[i] = error * error;
    for (let k = 0; k < UNITS; k++) {
      const inner = share * weights[2 * UNITS + k] / (roots[k] * roots[k] * roots[k]);
      rows[at + k] = inner * x;
      rows[at + UNITS + k] = inner;
      rows[at + 2 * UNITS + k] = share * hidden[k];
    }
    rows[at + 3 * UNITS] = share;
  }
  fold(rows, POINTS, COUNT);
  for (let i = 0; i < COUNT; i++) slopes[i] = rows[i];
  fold(squares, POINTS, 1);
  return squares[0] / (2 * POINTS);
}

function dot(one, other) {
  let sum = 0;
  for (let i = 0; i < COUNT; i++) sum += one[i] * other[i];
  return sum;
}

const beside = new Float64Array(COUNT), ahead = new Float64Array(COUNT), behind = new Float64Array(COUNT);

// The sharpness, by power iteration from `vector`, which becomes what the iteration came to.
function sharper(weights, vector, targets) {
  let quotient = 0;
  for (let count = 0; count < PRODUCTS; count++) {
    for (const [side, slopes] of [[1, ahead], [-1, behind]]) {
      for (let i = 0; i < COUNT; i++) beside[i] = weights[i] + side * NEAR * vector[i];
      lossAndGradient(beside, targets, slopes);
    }
    for (let i = 0; i < COUNT; i++) ahead[i] = (ahead[i] - behind[i]) / (2 * NEAR);
    const length = Math.sqrt(dot(ahead, ahead));
    quotient = dot(vector, ahead);
    for (let i = 0; i < COUNT; i++) vector[i] = ahead[i] / length;
  }
  return quotient;
}

// A draft looks at the sharpness more rarely; most of the time goes into that.
function simulate({ target, lr, factor, steps, seed }, every = EVERY) {
  const targets = PLACES.map(TARGET[target]), loss = [], sharpness = [];
  const rates = Array.from({ length: steps }, (_, t) => (t >= Math.floor(steps / 2) ? lr * factor : lr));
  const weights = Float64Array.from(BOUNDS.flatMap((bound, kind) => Array.from(
    { length: UNITS }, (_, k) => bound * (2 * uniform(seed, kind * UNITS + k) - 1))).concat(0));
  const vector = weights.map(() => 1 / Math.sqrt(COUNT)), slopes = new Float64Array(COUNT);
  for (let t = 0; t <= steps; t++) {
    const now = lossAndGradient(weights, targets, slopes);
    if (!(now < LOST)) break;
    loss.push(now);
    if (t % every === 0) sharpness.push(sharper(weights, vector, targets));
    if (t < steps) for (let i = 0; i < COUNT; i++) weights[i] -= rates[t] * slopes[i];
  }
  return { loss, limit: rates.map((rate) => 2 / rate), sharpness };
}

const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b), half = sorted.length / 2;
  return (sorted[Math.ceil(half) - 1] + sorted[Math.floor(half)]) / 2;
};

function describe(state, { loss, limit, sharpness }) {
  const first = digits(sharpness[0]);
  if (loss.length <= state.steps) {
    const bound = digits(limit[loss.length - 1]);
    return `Diverges: lost at step ${loss.length}, with 2/lr = ${bound}; at the start the sharpness is ${first}.`;
  }
  const middle = median(sharpness.slice(-Math.max(1, Math.floor(sharpness.length / 10)))), bound = limit.at(-1);
  const rises = loss.slice(1).filter((value, t) => value > loss[t]).length;
  const where = Math.abs(middle / bound - 1) < CLOSE ? "At" : middle < bound ? "Below" : "Above";
  return `${where} the edge: the sharpness goes from ${first} to ${digits(middle)} (median of the last tenth), and 2/lr is `
    + `${digits(bound)}. The loss falls from ${digits(loss[0])} to ${digits(loss.at(-1), 2)}, and rises in ${rises} of `
    + `${state.steps} steps.`;
}

const steps = (state) => ({ domain: [0, state.steps], name: "step", whole: true });

export const demo = {
  name: "edge",
  simulate: (state) => simulate(state),
  draft: (state) => ({ ...simulate(state, DRAFT), apart: DRAFT }),
  describe,
  last: (state) => state.steps,
  values: (state, { loss, limit, sharpness }) => [
    ["sharpness at the end", digits(sharpness.at(-1))], ["2/lr", digits(limit.at(-1))], ["loss", digits(loss.at(-1), 2)],
  ],
  panels: [
    {
      caption: "Sharpness", tab: "Sharpness", weight: 1.2,
      label: "Sharpness by step, and two over the learning rate",
      plot(state, { sharpness, limit, apart = EVERY }) {
        const highest = Math.max(...sharpness), top = Math.min(Math.max(highest, 1.1 * Math.max(...limit)), 3 * highest);
        return {
          x: steps(state), y: { name: "sharpness", domain: rounded([0, 1.02 * top]) },
          layers: [
            curve({ values: sharpness, apart, look: LOOKS[0], name: "sharpness" }),
            curve({ values: limit, look: LOOKS[1], name: "2 / learning rate" }),
          ],
        };
      },
    },
    {
      caption: "Training loss", tab: "Loss",
      label: "Training loss by step",
      plot: (state, { loss }) => ({ x: steps(state), y: { name: "loss", log: true }, layers: [curve({ values: loss, look: LOOKS[0] })] }),
    },
  ],
};
