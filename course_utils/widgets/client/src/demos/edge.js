// Demo D11: the edge of stability, as in edge_of_stability.py.

import { curve } from "../core/layers.js";
import { LOOKS } from "../core/looks.js";
import { digits } from "../core/words.js";
import { uniform } from "../maths/noise.js";

const POINTS = 16, UNITS = 8, BOUNDS = [2, 1, 1], EVERY = 10, PRODUCTS = 6, NEAR = 1e-4, LOST = 1e6, CLOSE = 0.1;
const PLACES = Array.from({ length: POINTS }, (_, i) => (2 * i - (POINTS - 1)) / (POINTS - 1));
const TARGET = { cubic: (x) => 4 * x * x * x - 3 * x, quartic: (x) => 8 * x * x * x * x - 8 * x * x + 1 };

// The sum of a power of two many numbers, by adding halves, in the order in which the kernel adds: at the edge, rounding
// grows until it can be seen.
function fold(values) {
  for (let half = values.length / 2; half >= 1; half /= 2) {
    for (let i = 0; i < half; i++) values[i] += values[i + half];
  }
  return values[0];
}

// Half the mean squared error of sum_k c_k h(a_k x + b_k) + d with h(z) = z / sqrt(1 + z^2), and its gradient; the
// weights are a, b and c of all units, then d.
function lossAndGradient(weights, targets) {
  const columns = Array.from({ length: 3 * UNITS + 1 }, () => new Float64Array(POINTS)), squares = new Float64Array(POINTS);
  const roots = new Float64Array(UNITS), hidden = new Float64Array(UNITS), terms = new Float64Array(UNITS);
  for (let i = 0; i < POINTS; i++) {
    const x = PLACES[i];
    for (let k = 0; k < UNITS; k++) {
      const z = x * weights[k] + weights[UNITS + k];
      roots[k] = Math.sqrt(1 + z * z);
      hidden[k] = z / roots[k];
      terms[k] = hidden[k] * weights[2 * UNITS + k];
    }
    const error = fold(terms) + weights[3 * UNITS] - targets[i], share = error / POINTS;
    squares[i] = error * error;
    for (let k = 0; k < UNITS; k++) {
      const inner = share * weights[2 * UNITS + k] / (roots[k] * roots[k] * roots[k]);
      columns[k][i] = inner * x;
      columns[UNITS + k][i] = inner;
      columns[2 * UNITS + k][i] = share * hidden[k];
    }
    columns[3 * UNITS][i] = share;
  }
  return { loss: fold(squares) / (2 * POINTS), slopes: columns.map(fold) };
}

const dot = (one, other) => one.reduce((sum, v, i) => sum + v * other[i], 0);

// The sharpness, and the vector that power iteration came to.
function sharper(weights, vector, targets) {
  let quotient = 0;
  for (let count = 0; count < PRODUCTS; count++) {
    const [ahead, behind] = [1, -1].map(
      (side) => lossAndGradient(weights.map((w, i) => w + side * NEAR * vector[i]), targets).slopes);
    const product = ahead.map((slope, i) => (slope - behind[i]) / (2 * NEAR)), length = Math.sqrt(dot(product, product));
    quotient = dot(vector, product);
    vector = product.map((part) => part / length);
  }
  return { quotient, vector };
}

function simulate({ target, lr, factor, steps, seed }) {
  const targets = PLACES.map(TARGET[target]), loss = [], sharpness = [];
  const rates = Array.from({ length: steps }, (_, t) => (t >= Math.floor(steps / 2) ? lr * factor : lr));
  let weights = BOUNDS.flatMap((bound, kind) => Array.from(
    { length: UNITS }, (_, k) => bound * (2 * uniform(seed, kind * UNITS + k) - 1))).concat(0);
  let vector = weights.map(() => 1 / Math.sqrt(weights.length));
  for (let t = 0; t <= steps; t++) {
    const seen = lossAndGradient(weights, targets);
    if (!(seen.loss < LOST)) break;
    loss.push(seen.loss);
    if (t % EVERY === 0) {
      const measured = sharper(weights, vector, targets);
      sharpness.push(measured.quotient);
      vector = measured.vector;
    }
    if (t < steps) weights = weights.map((w, i) => w - rates[t] * seen.slopes[i]);
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
  simulate,
  describe,
  last: (state) => state.steps,
  values: (state, { loss, limit, sharpness }) => [
    ["sharpness at the end", digits(sharpness.at(-1))], ["2/lr", digits(limit.at(-1))], ["loss", digits(loss.at(-1), 2)],
  ],
  panels: [
    {
      caption: "Sharpness", tab: "Sharpness", weight: 1.2,
      label: "Sharpness by step, and two over the learning rate",
      plot(state, { sharpness, limit }) {
        const highest = Math.max(...sharpness), top = Math.min(Math.max(highest, 1.1 * Math.max(...limit)), 3 * highest);
        return {
          x: steps(state), y: { name: "sharpness", domain: [0, 1.05 * top] },
          layers: [
            curve({ values: sharpness, apart: EVERY, look: LOOKS[0], name: "sharpness" }),
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
