// Demo D8: depth and signal, as in depth_signal.py.

import { curve, level } from "../core/layers.js";
import { LOOKS } from "../core/looks.js";
import { decadesApart } from "../core/plot.js";
import { kept } from "../core/store.js";
import { digits } from "../core/words.js";
import { STREAM } from "../maths/draws.js";
import { normals } from "../maths/noise.js";

// A draft sends the first quarter of the examples through the layers.
const WIDTH = 64, EXAMPLES = 96, DRAFT = 24, DEEPEST = 60, EPS = 1e-5, SIZE = EXAMPLES * WIDTH, SQUARE = WIDTH * WIDTH, MORE = 20, FOUR = 4, FIVE = 5, MOST = 16;
const VARIANCE = { "He (2)": 2, "Xavier (1)": 1, "default uniform (1/3)": 1 / 3, "too large (4)": 4 };

// Over what a layer normalises: the units of an example, the examples of a unit, or nothing.
const OVER = { "layer norm": "units", "residual + layer norm": "units", "batch norm": "examples" };

const square = (values) => {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] * values[i];
  return sum / values.length;
};

// The places of the lines along which statistics are taken: [first, step, count] for each.
function lines(over, examples) {
  return over === "units"
    ? Array.from({ length: examples }, (_, n) => [n * WIDTH, 1, WIDTH])
    : Array.from({ length: WIDTH }, (_, j) => [j, WIDTH, examples]);
}

// Put z to mean 0 and variance 1 along its lines, in place; return the scale of each.
function normalise(z, over) {
  return lines(over, z.length / WIDTH).map(([first, step, count]) => {
    const end = first + step * count;
    let mean = 0, squares = 0;
    for (let i = first; i < end; i += step) mean += z[i];
    mean /= count;
    for (let i = first; i < end; i += step) { z[i] -= mean; squares += z[i] * z[i]; }
    const scale = Math.sqrt(squares / count + EPS);
    for (let i = first; i < end; i += step) z[i] /= scale;
    return scale;
  });
}

// The gradient with respect to z, from that of the normalised values, in place.
function normaliseBack(gradient, normed, scales, over) {
  lines(over, gradient.length / WIDTH).forEach(([first, step, count], k) => {
    const end = first + step * count;
    let mean = 0, along = 0;
    for (let i = first; i < end; i += step) { mean += gradient[i]; along += gradient[i] * normed[i]; }
    mean /= count;
    along /= count;
    for (let i = first; i < end; i += step) gradient[i] = (gradient[i] - mean - normed[i] * along) / scales[k];
  });
}

const places = new Int32Array(WIDTH), sizes = new Float64Array(WIDTH);

// The places of what is not zero in one example, times `std`, filled up to a multiple of four; half of all is zero after
// a ReLU.
function gather(given, from, std) {
  let count = 0;
  for (let i = 0; i < WIDTH; i++) {
    if (given[from + i] === 0) continue;
    places[count] = i * WIDTH;
    sizes[count++] = std * given[from + i];
  }
  for (; count % FOUR; count++) { places[count] = 0; sizes[count] = 0; }
  return count;
}

// given (examples, units) times a matrix of weights, times `std`, four rows of the matrix at a time.
function product(given, weights, std) {
  const made = new Float64Array(given.length);
  for (let n = 0; n < made.length; n += WIDTH) {
    const count = gather(given, n, std);
    for (let i = 0; i < count; i += FOUR) {
      const a = sizes[i], b = sizes[i + 1], c = sizes[i + 2], d = sizes[i + 3];
      const p = places[i], q = places[i + 1], r = places[i + 2], s = places[i + 3];
      for (let j = 0; j < WIDTH; j++) made[n + j] += a * weights[p + j] + b * weights[q + j] + c * weights[r + j] + d * weights[s + j];
    }
  }
  return made;
}

// The matrices of the layers of a seed, and their transposes; a few more than are asked for.
function matrices(seed, depth) {
  const count = Math.min(DEEPEST, MORE * Math.ceil(depth / MORE));
  return kept(`matrices ${seed} ${count}`, () => {
    const drawn = normals(seed + 2 * STREAM, count * SQUARE);
    return Array.from({ length: count }, (_, k) => {
      const ahead = drawn.subarray(k * SQUARE, (k + 1) * SQUARE), back = new Float64Array(SQUARE);
      for (let i = 0; i < WIDTH; i++) for (let j = 0; j < WIDTH; j++) back[j * WIDTH + i] = ahead[i * WIDTH + j];
      return { ahead, back };
    });
  });
}

// Layers that have been computed stay: more depth only adds some.
const memories = {};

function layersFor({ init, norm, depth, seed }, examples) {
  const key = `${init} ${norm} ${seed}`;
  if (memories[examples]?.key !== key) memories[examples] = { key, h: normals(seed, SIZE).subarray(0, examples * WIDTH), layers: [], forward: [1] };
  const memory = memories[examples], weights = matrices(seed, depth), std = Math.sqrt(VARIANCE[init] / WIDTH);
  while (memory.layers.length < depth) {
    const normed = product(memory.h, weights[memory.layers.length].ahead, std), over = OVER[norm];
    const scales = over ? normalise(normed, over) : null, skip = norm.startsWith("residual"), before = memory.h;
    memory.h = new Float64Array(before.length);
    for (let i = 0; i < before.length; i++) memory.h[i] = (normed[i] > 0 ? normed[i] : 0) + (skip ? before[i] : 0);
    memory.layers.push({ normed, scales });
    memory.forward.push(square(memory.h));
  }
  return { weights, std, layers: memory.layers, forward: memory.forward.slice(0, depth + 1) };
}

const through = (examples) => (state) => {
  const { depth, norm, seed } = state, { weights, std, layers, forward } = layersFor(state, examples), over = OVER[norm];
  let gradient = normals(seed + STREAM, SIZE).subarray(0, examples * WIDTH);
  const backward = [1], skip = norm.startsWith("residual"), inner = new Float64Array(gradient.length);
  for (let k = depth - 1; k >= 0; k--) {
    const { normed, scales } = layers[k];
    for (let i = 0; i < inner.length; i++) inner[i] = normed[i] > 0 ? gradient[i] : 0;
    if (over) normaliseBack(inner, normed, scales, over);
    const back = product(inner, weights[k].back, std);
    if (skip) for (let i = 0; i < back.length; i++) back[i] += gradient[i];
    gradient = back;
    backward.unshift(square(gradient));
  }
  return { forward, backward };
};

function describe({ depth }, { forward, backward }) {
  const factors = [forward.at(-1) ** (1 / depth), backward[0] ** (1 / depth)];
  const [first, second] = factors.map((f) => (f < 0.9 ? "vanishes" : f > 1.1 ? "explodes" : "keeps its size"));
  return `Forward the signal ${first} (times ${digits(factors[0])} per layer, ${digits(forward.at(-1), 2)} after ${depth}); `
    + `backward the gradient ${second} (times ${digits(factors[1])} per layer, ${digits(backward[0], 2)} at the first).`;
}

// From the smallest to the largest, in whole powers of ten, of many decades in steps: the axis rests while a hand moves.
function decades(values) {
  const low = Math.log10(Math.max(1e-40, Math.min(0.1, ...values))), high = Math.log10(Math.max(10, ...values)), step = decadesApart(high - low, MOST);
  return [10 ** (step * Math.floor(low / step)), 10 ** (step * Math.ceil(high / step))];
}

const panel = (name, caption, look) => ({
  caption, label: `${caption}: mean square by layer`,
  plot: (state, seen) => ({
    x: { domain: [0, FIVE * Math.ceil(state.depth / FIVE)], name: "layer", whole: true }, y: { log: true, name: "mean square (1 at its start)", domain: decades(seen[name]) },
    layers: [level({ y: 1 }), curve({ values: seen[name], look, every: Math.max(1, Math.floor(state.depth / 30)) })],
  }),
});

export const demo = {
  name: "depth_signal",
  simulate: through(EXAMPLES),
  draft: through(DRAFT),
  describe,
  last: ({ depth }) => depth,
  values: ({ depth }, { forward, backward }) => [
    ["forward, per layer", digits(forward.at(-1) ** (1 / depth))], ["backward, per layer", digits(backward[0] ** (1 / depth))],
  ],
  panels: [panel("forward", "Forward: activations", LOOKS[0]), panel("backward", "Backward: gradients", LOOKS[1])],
};
