// The small network of smoothness.py, with batch normalization or without: half the mean squared error on a smooth target,
// its gradient, and its training by gradient descent.

import { STREAM } from "./draws.js";
import { normals } from "./noise.js";

const EXAMPLES = 128, INPUTS = 6, WIDTH = 12, DEPTH = 3, EPS = 1e-5, STEEPEST = 10;
// Inputs are multiples of six, and so are units, but for the one output: so many sums at a time.
const SIX = 6, THREE = 3;
const SIZES = [INPUTS, ...Array(DEPTH).fill(WIDTH), 1];
const LAYERS = SIZES.slice(1).map((units, k) => ({ inputs: SIZES[k], units }));
let place = 0;
for (const layer of LAYERS) {
  layer.at = place;
  place += layer.inputs * layer.units;
}
const COUNT = place, LAST = LAYERS[DEPTH];

// Inputs of unequal scales, one input of all examples after the other, and a smooth target of variance 1.
function dataOf(seed) {
  const drawn = normals(seed, EXAMPLES * INPUTS), x = new Float64Array(drawn.length), target = new Float64Array(EXAMPLES);
  for (let n = 0; n < EXAMPLES; n++) {
    const at = n * INPUTS;
    for (let i = 0; i < INPUTS; i++) x[i * EXAMPLES + n] = drawn[at + i] * 0.5 * 4 ** (i / (INPUTS - 1)) + 0.5;
    target[n] = Math.sin(2 * drawn[at]) + drawn[at + 1] * drawn[at + 2];
  }
  const mean = target.reduce((sum, v) => sum + v, 0) / EXAMPLES;
  const std = Math.sqrt(target.reduce((sum, v) => sum + (v - mean) ** 2, 0) / EXAMPLES);
  return { x, target: target.map((v) => (v - mean) / std) };
}

function startOf(seed) {
  const drawn = normals(seed + STREAM, COUNT), w = new Float64Array(COUNT);
  for (const { inputs, units, at } of LAYERS) {
    for (let i = at; i < at + inputs * units; i++) w[i] = drawn[i] * Math.sqrt(2 / inputs);
  }
  return w;
}

const networks = new Map(), LIMIT = 4, KEPT = 64;

export class WalkedNetwork {
  // The network of a kind and seed; the last few are kept, with what they have learned.
  static of(normed, seed) {
    const key = `${normed} ${seed}`;
    if (!networks.has(key)) {
      if (networks.size >= LIMIT) networks.delete(networks.keys().next().value);
      networks.set(key, new WalkedNetwork(normed, seed));
    }
    return networks.get(key);
  }

  constructor(normed, seed) {
    Object.assign(this, { normed, seed, ...dataOf(seed), runs: new Map() });
    this.g = new Float64Array(COUNT);
    this.outputs = SIZES.map((units) => new Float64Array(EXAMPLES * units));
    this.centred = SIZES.map((units) => new Float64Array(EXAMPLES * units));
    this.back = SIZES.map((units) => new Float64Array(EXAMPLES * units));
    this.scales = SIZES.map((units) => new Float64Array(units));
    this.outputs[0].set(this.x);
  }

  // The weights after so many steps; those of each tenth are kept, so that a longer training goes on from there.
  trained(steps, rate) {
    const key = String(rate);
    if (!this.runs.has(key)) {
      if (this.runs.size >= KEPT) this.runs.delete(this.runs.keys().next().value);
      this.runs.set(key, [startOf(this.seed)]);
    }
    const kept = this.runs.get(key), from = Math.min(Math.floor(steps / 10), kept.length - 1), w = Float64Array.from(kept[from]);
    for (let t = 10 * from; t < steps; t++) {
      this.slopes(w);
      // A diverging run stays finite, so that there is something to draw.
      for (let i = 0; i < COUNT; i++) w[i] -= rate * Math.min(STEEPEST, Math.max(-STEEPEST, this.g[i]));
      if ((t + 1) % 10 === 0 && kept.length === (t + 1) / 10) kept.push(Float64Array.from(w));
    }
    return w;
  }

  stretched(w, factor) {
    for (let i = 0; i < LAST.at; i++) w[i] *= factor;
    return w;
  }

  // The loss at w; its gradient is in `g`.
  slopes(w) {
    for (let k = 0; k < LAYERS.length; k++) this.through(w, k);
    const loss = this.errors();
    this.g.fill(0);
    for (let k = DEPTH; k >= 0; k--) {
      if (k < DEPTH) this.unnormalise(k);
      this.layerBack(w, k);
    }
    return loss;
  }

  // Numbers of one unit for all examples lie side by side, so that the inner loops are long.
  through(w, k) {
    const { inputs, units, at } = LAYERS[k], given = this.outputs[k], made = this.outputs[k + 1];
    made.fill(0);
    for (let j = 0; j < units; j++) for (let i = 0; i < inputs; i += SIX) addSix(given, i * EXAMPLES, w, at + i * units + j, units, made, j * EXAMPLES);
    if (k === DEPTH) return;
    if (this.normed) for (let j = 0; j < units; j++) this.scales[k + 1][j] = normalise(made, j * EXAMPLES);
    const kept = this.centred[k + 1];
    for (let i = 0; i < made.length; i++) { kept[i] = made[i]; if (!(made[i] > 0)) made[i] = 0; }
  }

  errors() {
    const made = this.outputs[DEPTH + 1], back = this.back[DEPTH + 1];
    let sum = 0;
    for (let n = 0; n < EXAMPLES; n++) {
      const error = made[n] - this.target[n];
      sum += error * error;
      back[n] = error / EXAMPLES;
    }
    return sum / EXAMPLES / 2;
  }

  // From the derivatives of a hidden layer's outputs to those of its products.
  unnormalise(k) {
    const back = this.back[k + 1], kept = this.centred[k + 1], scales = this.scales[k + 1];
    for (let i = 0; i < back.length; i++) if (!(kept[i] > 0)) back[i] = 0;
    if (this.normed) for (let j = 0; j < scales.length; j++) unnormalised(back, kept, j * EXAMPLES, scales[j]);
  }

  layerBack(w, k) {
    const { inputs, units, at } = LAYERS[k], given = this.outputs[k], out = this.back[k + 1], into = this.back[k], { g } = this;
    // Nobody asks for the derivatives by what is given to the network.
    if (k === 0) {
      for (let i = 0; i < inputs; i++) for (let j = 0; j < units; j += THREE) threeSums(given, i * EXAMPLES, out, j * EXAMPLES, g, at + i * units + j);
      return;
    }
    into.fill(0);
    for (let i = 0; i < inputs; i++) {
      const to = i * EXAMPLES, row = at + i * units, whole = units - (units % THREE);
      for (let j = 0; j < whole; j += THREE) this.threeBack(w, row + j, given, out, into, to, j * EXAMPLES);
      for (let j = whole; j < units; j++) {
        const from = j * EXAMPLES, weight = w[row + j];
        let sum = 0;
        for (let n = 0; n < EXAMPLES; n++) { sum += given[to + n] * out[from + n]; into[to + n] += weight * out[from + n]; }
        g[row + j] = sum;
      }
    }
  }

  threeBack(w, at, given, out, into, to, p) {
    const { g } = this, q = p + EXAMPLES, r = q + EXAMPLES, a = w[at], b = w[at + 1], c = w[at + 2];
    let one = 0, two = 0, three = 0;
    for (let n = 0; n < EXAMPLES; n++) {
      const value = given[to + n], u = out[p + n], v = out[q + n], x = out[r + n];
      one += value * u;
      two += value * v;
      three += value * x;
      into[to + n] += a * u + b * v + c * x;
    }
    g[at] = one;
    g[at + 1] = two;
    g[at + 2] = three;
  }
}

// Add six inputs of all examples, times their weights to one unit, to the sums of that unit.
function addSix(given, from, w, at, units, made, to) {
  const a = w[at], b = w[at + units], c = w[at + 2 * units], d = w[at + 3 * units], e = w[at + 4 * units], f = w[at + 5 * units];
  const q = from + EXAMPLES, r = q + EXAMPLES, s = r + EXAMPLES, t = s + EXAMPLES, u = t + EXAMPLES;
  for (let n = 0; n < EXAMPLES; n++) {
    made[to + n] += a * given[from + n] + b * given[q + n] + c * given[r + n] + d * given[s + n] + e * given[t + n] + f * given[u + n];
  }
}

// The derivatives of the weights from one input to three units.
function threeSums(given, from, out, p, g, at) {
  const q = p + EXAMPLES, r = q + EXAMPLES;
  let one = 0, two = 0, three = 0;
  for (let n = 0; n < EXAMPLES; n++) {
    const value = given[from + n];
    one += value * out[p + n];
    two += value * out[q + n];
    three += value * out[r + n];
  }
  g[at] = one;
  g[at + 1] = two;
  g[at + 2] = three;
}

// Put the numbers of one unit to mean 0 and variance 1, in place; return what they were divided by.
function normalise(z, first) {
  const end = first + EXAMPLES;
  let mean = 0, squares = 0;
  for (let i = first; i < end; i++) mean += z[i];
  mean /= EXAMPLES;
  for (let i = first; i < end; i++) squares += (z[i] - mean) * (z[i] - mean);
  const scale = Math.sqrt(squares / EXAMPLES + EPS);
  for (let i = first; i < end; i++) z[i] = (z[i] - mean) / scale;
  return scale;
}

function unnormalised(back, kept, first, scale) {
  const end = first + EXAMPLES;
  let mean = 0, along = 0;
  for (let i = first; i < end; i++) { mean += back[i]; along += back[i] * kept[i]; }
  mean /= EXAMPLES;
  along /= EXAMPLES;
  for (let i = first; i < end; i++) back[i] = (back[i] - mean - kept[i] * along) / scale;
}
