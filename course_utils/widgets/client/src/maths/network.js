// A network of linear layers with ReLU between them, its gradient, and update rules, all on flat typed arrays: nothing is
// allocated while it trains. The first weights are those of digit_training.py, the rules those of torch.optim.

import { uniform } from "./noise.js";

// Where weights (inputs x units, row by row) and biases of each layer lie in one array.
export function layout(sizes) {
  let at = 0;
  return sizes.slice(1).map((units, k) => {
    const layer = { inputs: sizes[k], units, weights: at, biases: at + sizes[k] * units };
    at = layer.biases + units;
    return layer;
  });
}

export const parameterCount = (sizes) => sizes.slice(1).reduce((sum, units, k) => sum + (sizes[k] + 1) * units, 0);

// First weights and biases, uniform up to 1 / sqrt(inputs).
export function firstWeights(seed, sizes) {
  const w = new Float64Array(parameterCount(sizes));
  for (const { inputs, units, weights } of layout(sizes)) {
    const bound = inputs ** -0.5, end = weights + (inputs + 1) * units;
    for (let i = weights; i < end; i++) w[i] = (2 * uniform(seed, i) - 1) * bound;
  }
  return w;
}

export class Network {
  // `most` is the largest batch; the logits get the factor `multiplier`.
  constructor(sizes, w, most, multiplier = 1) {
    Object.assign(this, { sizes, w, multiplier, layers: layout(sizes), g: new Float64Array(w.length) });
    this.active = sizes.map((units) => new Float64Array(most * units));
    this.back = sizes.map((units) => new Float64Array(most * units));
  }

  // Take rows of the images as the batch: `place(k)` is the row of its k-th example.
  load({ x, y, inputs }, count, place) {
    const [given] = this.active, labels = (this.labels ??= new Uint8Array(given.length / inputs));
    for (let n = 0; n < count; n++) {
      const row = place(n) * inputs;
      for (let i = 0; i < inputs; i++) given[n * inputs + i] = x[row + i];
      labels[n] = y[row / inputs];
    }
    this.count = count;
  }

  // The mean cross-entropy of the batch, in nats; it leaves the logits' derivatives behind.
  forward() {
    for (let k = 0; k < this.layers.length; k++) this.through(k);
    return this.losses();
  }

  // Four inputs at a time: the sums are read and written a quarter as often.
  through(k) {
    const { inputs, units, weights, biases } = this.layers[k], { w, count } = this, last = k === this.layers.length - 1;
    const given = this.active[k], made = this.active[k + 1], even = inputs - (inputs % 4);
    for (let n = 0; n < count; n++) {
      const to = n * units, from = n * inputs;
      for (let j = 0; j < units; j++) made[to + j] = w[biases + j];
      for (let i = 0; i < even; i += 4) {
        const a = given[from + i], b = given[from + i + 1], c = given[from + i + 2], d = given[from + i + 3];
        const p = weights + i * units, q = p + units, r = q + units, s = r + units;
        if (a || b || c || d) for (let j = 0; j < units; j++) made[to + j] += a * w[p + j] + b * w[q + j] + c * w[r + j] + d * w[s + j];
      }
      for (let i = even; i < inputs; i++) {
        const a = given[from + i], p = weights + i * units;
        for (let j = 0; j < units; j++) made[to + j] += a * w[p + j];
      }
      if (!last) for (let j = to; j < to + units; j++) if (made[j] < 0) made[j] = 0;
    }
  }

  losses() {
    const { count, labels, multiplier } = this, units = this.sizes.at(-1), logits = this.active.at(-1), back = this.back.at(-1);
    let sum = 0;
    for (let n = 0; n < count; n++) {
      const at = n * units;
      let top = -Infinity, total = 0;
      for (let j = at; j < at + units; j++) { logits[j] *= multiplier; top = Math.max(top, logits[j]); }
      for (let j = at; j < at + units; j++) { back[j] = Math.exp(logits[j] - top); total += back[j]; }
      sum += Math.log(total) + top - logits[at + labels[n]];
      for (let j = at; j < at + units; j++) back[j] *= multiplier / (total * count);
      back[at + labels[n]] -= multiplier / count;
    }
    return sum / count;
  }

  // The gradient of the loss of the last `forward`, in `g`.
  backward() {
    this.g.fill(0);
    for (let k = this.layers.length - 1; k >= 0; k--) this.slopes(k);
  }

  slopes(k) {
    const { count } = this, even = count - (count % 4);
    for (let n = 0; n < even; n += 4) this.slopesOfFour(k, n);
    for (let n = even; n < count; n++) this.slopesOfOne(k, n);
    if (k) this.passBack(k);
  }

  slopesOfFour(k, n) {
    const { inputs, units, weights, biases } = this.layers[k], { g } = this, given = this.active[k], out = this.back[k + 1];
    const p = n * units, q = p + units, r = q + units, s = r + units, from = n * inputs;
    for (let j = 0; j < units; j++) g[biases + j] += out[p + j] + out[q + j] + out[r + j] + out[s + j];
    for (let i = 0; i < inputs; i++) {
      const a = given[from + i], b = given[from + inputs + i], c = given[from + 2 * inputs + i], d = given[from + 3 * inputs + i];
      const row = weights + i * units;
      if (a || b || c || d) for (let j = 0; j < units; j++) g[row + j] += a * out[p + j] + b * out[q + j] + c * out[r + j] + d * out[s + j];
    }
  }

  slopesOfOne(k, n) {
    const { inputs, units, weights, biases } = this.layers[k], { g } = this, given = this.active[k], out = this.back[k + 1];
    for (let j = 0; j < units; j++) g[biases + j] += out[n * units + j];
    for (let i = 0; i < inputs; i++) {
      const value = given[n * inputs + i], row = weights + i * units;
      if (value) for (let j = 0; j < units; j++) g[row + j] += value * out[n * units + j];
    }
  }

  // The derivatives by the inputs of a layer, zero where the ReLU before it is.
  passBack(k) {
    const { inputs, units, weights } = this.layers[k], { w, count } = this, given = this.active[k];
    const out = this.back[k + 1], into = this.back[k];
    for (let n = 0; n < count; n++) {
      const from = n * units;
      for (let i = 0; i < inputs; i++) {
        const at = n * inputs + i, row = weights + i * units;
        let sum = 0;
        if (given[at]) for (let j = 0; j < units; j++) sum += w[row + j] * out[from + j];
        into[at] = sum;
      }
    }
  }
}

const EPS = 1e-8;

// Each rule changes w from one place to another, by the gradient g, and keeps averages in m and v; t counts from 1.
export const UPDATES = {
  SGD(w, g, m, v, t, { lr }, from, to) {
    for (let i = from; i < to; i++) w[i] -= lr * g[i];
  },
  "heavy ball"(w, g, m, v, t, { lr, beta }, from, to) {
    for (let i = from; i < to; i++) { m[i] = beta * m[i] + g[i]; w[i] -= lr * m[i]; }
  },
  RMSProp(w, g, m, v, t, { lr, beta }, from, to) {
    for (let i = from; i < to; i++) {
      v[i] = beta * v[i] + (1 - beta) * g[i] * g[i];
      w[i] -= (lr * g[i]) / (Math.sqrt(v[i]) + EPS);
    }
  },
  Adam(w, g, m, v, t, { lr, beta, beta2 = 0.999 }, from, to) {
    const first = lr / (1 - beta ** t), second = Math.sqrt(1 - beta2 ** t);
    for (let i = from; i < to; i++) {
      m[i] = beta * m[i] + (1 - beta) * g[i];
      v[i] = beta2 * v[i] + (1 - beta2) * g[i] * g[i];
      w[i] -= (first * m[i]) / (Math.sqrt(v[i]) / second + EPS);
    }
  },
};

// A network with its update rule and the averages that the rule keeps.
export class Learner {
  constructor(network, rule) {
    Object.assign(this, { network, update: UPDATES[rule], t: 0 });
    this.m = new Float64Array(network.w.length);
    this.v = new Float64Array(network.w.length);
  }

  // One update on the batch that is loaded; returns its loss. `rates` are { lr, beta }.
  step(rates) {
    const { network } = this, loss = network.forward();
    network.backward();
    this.t += 1;
    this.update(network.w, network.g, this.m, this.v, this.t, rates, 0, network.w.length);
    return loss;
  }
}
