// A network of 64, 32 and 10 units on images of digits, whose hidden layer may be normalised over the batch before its
// biases are added: the loss (mean cross-entropy, nats) and its gradient, as in smoothness.py. Weights lie in one array
// as in network.js; the numbers of one unit for all images lie side by side, so that the inner loops are long. The images
// lie both ways: `x` unit by unit, `rows` image by image.

import { layout, parameterCount } from "./network.js";

export const SIZES = [64, 32, 10];
const EPS = 1e-5, [FIRST, LAST] = layout(SIZES), COUNT = parameterCount(SIZES);
const [INPUTS, HIDDEN, CLASSES] = SIZES, FOUR = 4;

export class NormalisedNetwork {
  // For batches of `count` images.
  constructor(normed, count) {
    const numbers = (units) => new Float64Array(units * count);
    Object.assign(this, { normed, count, x: numbers(INPUTS), rows: numbers(INPUTS), z: numbers(HIDDEN), h: numbers(HIDDEN), out: numbers(CLASSES) });
    Object.assign(this, { outBack: numbers(CLASSES), back: numbers(HIDDEN), labels: new Uint8Array(count) });
    this.scales = new Float64Array(HIDDEN);
    this.g = new Float64Array(COUNT);
  }

  // Take images as the batch: `place(k)` is the number of its k-th.
  load({ x, y, inputs }, place) {
    for (let n = 0; n < this.count; n++) {
      const row = place(n);
      for (let i = 0; i < inputs; i++) this.x[i * this.count + n] = this.rows[n * inputs + i] = x[row * inputs + i];
      this.labels[n] = y[row];
    }
  }

  // The products of the images with the hidden weights in w: linear in w.
  products(w, into) {
    outputs(this.rows, w, FIRST, into, this.count);
  }

  // The loss at w and its gradient, which is in `g`.
  slopes(w) {
    this.products(w, this.z);
    return this.slopesFrom(w);
  }

  // The same where `z` holds the products.
  slopesFrom(w) {
    const { count, h, out, outBack, back, g } = this;
    this.activate(w);
    multiply(h, w, LAST, out, count);
    const loss = this.losses(w);
    products(h, outBack, LAST, g, count);
    sums(outBack, LAST, g, count);
    passBack(outBack, w, LAST, back, count);
    for (let i = 0; i < back.length; i++) if (!(h[i] > 0)) back[i] = 0;
    sums(back, FIRST, g, count);
    if (this.normed) for (let j = 0; j < HIDDEN; j++) unnormalise(back, this.z, j * count, count, this.scales[j]);
    products(this.x, back, FIRST, g, count);
    return loss;
  }

  activate(w) {
    const { count, z, h } = this;
    for (let j = 0; j < HIDDEN; j++) {
      if (this.normed) this.scales[j] = normalise(z, j * count, count);
      const bias = w[FIRST.biases + j], end = (j + 1) * count;
      for (let i = j * count; i < end; i++) h[i] = Math.max(0, z[i] + bias);
    }
  }

  losses(w) {
    const { count, labels, out, outBack } = this;
    let sum = 0;
    for (let n = 0; n < count; n++) {
      let top = -Infinity, total = 0;
      for (let c = 0; c < CLASSES; c++) { out[c * count + n] += w[LAST.biases + c]; top = Math.max(top, out[c * count + n]); }
      for (let c = 0; c < CLASSES; c++) { outBack[c * count + n] = Math.exp(out[c * count + n] - top); total += outBack[c * count + n]; }
      for (let c = 0; c < CLASSES; c++) outBack[c * count + n] /= total * count;
      sum += Math.log(total) + top - out[labels[n] * count + n];
      outBack[labels[n] * count + n] -= 1 / count;
    }
    return sum / count;
  }
}

// into = what is given to a layer times its weights, eight inputs at a time.
function multiply(given, w, { inputs, units, weights }, into, count) {
  into.fill(0);
  for (let j = 0; j < units; j++) for (let i = 0; i < inputs; i += 8) eight(given, i * count, w, weights + i * units + j, units, into, j * count, count);
}

function eight(given, from, w, at, units, into, to, count) {
  const a = w[at], b = w[at + units], c = w[at + 2 * units], d = w[at + 3 * units];
  const e = w[at + 4 * units], f = w[at + 5 * units], g = w[at + 6 * units], h = w[at + 7 * units];
  const q = from + count, r = q + count, s = r + count, t = s + count, u = t + count, v = u + count, x = v + count;
  for (let n = 0; n < count; n++) {
    into[to + n] += a * given[from + n] + b * given[q + n] + c * given[r + n] + d * given[s + n]
      + e * given[t + n] + f * given[u + n] + g * given[v + n] + h * given[x + n];
  }
}

// The same for images that lie one by one: two of them and four units at a time; a last odd one is taken twice.
function outputs(rows, w, { inputs, units, weights }, into, count) {
  for (let n = 0; n < count; n += 2) for (let j = 0; j < units; j += FOUR) twoImages(rows, n, Math.min(n + 1, count - 1), w, weights + j, into, j * count, inputs, units, count);
}

function twoImages(rows, n, next, w, at, into, to, inputs, units, count) {
  const p = n * inputs, q = next * inputs;
  let a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0;
  for (let i = 0, r = at; i < inputs; i++, r += units) {
    const one = rows[p + i], other = rows[q + i], first = w[r], second = w[r + 1], third = w[r + 2], fourth = w[r + 3];
    a += one * first; e += other * first;
    b += one * second; f += other * second;
    c += one * third; g += other * third;
    d += one * fourth; h += other * fourth;
  }
  into[to + n] = a; into[to + next] = e;
  into[to + count + n] = b; into[to + count + next] = f;
  into[to + 2 * count + n] = c; into[to + 2 * count + next] = g;
  into[to + 3 * count + n] = d; into[to + 3 * count + next] = h;
}

// The derivatives by the weights of a layer: of four inputs and two units at a time.
function products(given, back, { inputs, units, weights }, g, count) {
  for (let i = 0; i < inputs; i += 4) for (let j = 0; j < units; j += 2) fourByTwo(given, i * count, back, j * count, g, weights + i * units + j, units, count);
}

function fourByTwo(given, p, back, u, g, at, units, count) {
  const q = p + count, r = q + count, s = r + count, v = u + count;
  let a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, k = 0, l = 0;
  for (let n = 0; n < count; n++) {
    const one = back[u + n], other = back[v + n], first = given[p + n], second = given[q + n], third = given[r + n], fourth = given[s + n];
    a += first * one; b += first * other;
    c += second * one; d += second * other;
    e += third * one; f += third * other;
    k += fourth * one; l += fourth * other;
  }
  g[at] = a; g[at + 1] = b;
  g[at + units] = c; g[at + units + 1] = d;
  g[at + 2 * units] = e; g[at + 2 * units + 1] = f;
  g[at + 3 * units] = k; g[at + 3 * units + 1] = l;
}

// The derivatives by the biases of a layer.
function sums(back, { units, biases }, g, count) {
  for (let j = 0; j < units; j++) {
    let sum = 0;
    for (let i = j * count; i < (j + 1) * count; i++) sum += back[i];
    g[biases + j] = sum;
  }
}

// The derivatives by what is given to a layer, five units at a time.
function passBack(back, w, { inputs, units, weights }, into, count) {
  into.fill(0);
  for (let i = 0; i < inputs; i++) for (let j = 0; j < units; j += 5) {
    const at = weights + i * units + j, a = w[at], b = w[at + 1], c = w[at + 2], d = w[at + 3], e = w[at + 4];
    const p = j * count, q = p + count, r = q + count, s = r + count, t = s + count, to = i * count;
    for (let n = 0; n < count; n++) into[to + n] += a * back[p + n] + b * back[q + n] + c * back[r + n] + d * back[s + n] + e * back[t + n];
  }
}

// Put the numbers of one unit to mean 0 and variance 1, in place; return what they were divided by.
function normalise(z, first, count) {
  const end = first + count;
  let mean = 0, squares = 0;
  for (let i = first; i < end; i++) mean += z[i];
  mean /= count;
  for (let i = first; i < end; i++) squares += (z[i] - mean) * (z[i] - mean);
  const scale = Math.sqrt(squares / count + EPS);
  for (let i = first; i < end; i++) z[i] = (z[i] - mean) * (1 / scale);
  return scale;
}

// The derivatives by the products of one unit, from those by what was made of them, in place.
function unnormalise(back, normed, first, count, scale) {
  const end = first + count;
  let mean = 0, along = 0;
  for (let i = first; i < end; i++) { mean += back[i]; along += back[i] * normed[i]; }
  mean /= count;
  along /= count;
  for (let i = first; i < end; i++) back[i] = (back[i] - mean - normed[i] * along) / scale;
}
