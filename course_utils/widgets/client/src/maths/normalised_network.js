// The small network of smoothness.py, with batch normalization or without: half the mean squared error on a smooth target,
// its gradient, and its training by gradient descent.

import { STREAM } from "./draws.js";
import { normals } from "./noise.js";

const EXAMPLES = 128, INPUTS = 6, WIDTH = 12, DEPTH = 3, EPS = 1e-5, STEEPEST = 10;
const SIZES = [INPUTS, ...Array(DEPTH).fill(WIDTH), 1];
const LAYERS = SIZES.slice(1).map((units, k) => ({ inputs: SIZES[k], units }));
let place = 0;
for (const layer of LAYERS) {
  layer.at = place;
  place += layer.inputs * layer.units;
}
const COUNT = place, LAST = LAYERS[DEPTH];

// Inputs of unequal scales, row by row, and a smooth target of variance 1.
function dataOf(seed) {
  const drawn = normals(seed, EXAMPLES * INPUTS), x = new Float64Array(drawn.length), target = new Float64Array(EXAMPLES);
  for (let n = 0; n < EXAMPLES; n++) {
    const at = n * INPUTS;
    for (let i = 0; i < INPUTS; i++) x[at + i] = drawn[at + i] * 0.5 * 4 ** (i / (INPUTS - 1)) + 0.5;
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

  through(w, k) {
    const { inputs, units, at } = LAYERS[k], given = this.outputs[k], made = this.outputs[k + 1];
    for (let n = 0; n < EXAMPLES; n++) {
      const to = n * units;
      for (let j = 0; j < units; j++) made[to + j] = 0;
      for (let i = 0; i < inputs; i++) {
        const value = given[n * inputs + i], row = at + i * units;
        if (value !== 0) for (let j = 0; j < units; j++) made[to + j] += value * w[row + j];
      }
    }
    if (k === DEPTH) return;
    const kept = this.centred[k + 1];
    if (this.normed) this.normalise(made, this.scales[k + 1], units);
    for (let i = 0; i < made.length; i++) { kept[i] = made[i]; if (!(made[i] > 0)) made[i] = 0; }
  }

  normalise(z, scales, units) {
    for (let j = 0; j < units; j++) {
      let mean = 0, squares = 0;
      for (let i = j; i < z.length; i += units) mean += z[i];
      mean /= EXAMPLES;
      for (let i = j; i < z.length; i += units) squares += (z[i] - mean) * (z[i] - mean);
      scales[j] = Math.sqrt(squares / EXAMPLES + EPS);
      for (let i = j; i < z.length; i += units) z[i] = (z[i] - mean) / scales[j];
    }
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
    const { units } = LAYERS[k], back = this.back[k + 1], kept = this.centred[k + 1], scales = this.scales[k + 1];
    for (let i = 0; i < back.length; i++) if (!(kept[i] > 0)) back[i] = 0;
    if (!this.normed) return;
    for (let j = 0; j < units; j++) {
      let mean = 0, along = 0;
      for (let i = j; i < back.length; i += units) { mean += back[i]; along += back[i] * kept[i]; }
      mean /= EXAMPLES;
      along /= EXAMPLES;
      for (let i = j; i < back.length; i += units) back[i] = (back[i] - mean - kept[i] * along) / scales[j];
    }
  }

  layerBack(w, k) {
    const { inputs, units, at } = LAYERS[k], given = this.outputs[k], out = this.back[k + 1], into = this.back[k], { g } = this;
    for (let n = 0; n < EXAMPLES; n++) {
      for (let i = 0; i < inputs; i++) {
        const value = given[n * inputs + i], row = at + i * units, from = n * units;
        let sum = 0;
        for (let j = 0; j < units; j++) { g[row + j] += value * out[from + j]; sum += out[from + j] * w[row + j]; }
        into[n * inputs + i] = sum;
      }
    }
  }
}
