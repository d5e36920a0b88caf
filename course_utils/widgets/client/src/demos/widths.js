// Demo T6: learning rates against width, standard or with muP, as in widths.py. It trains in the page.

import { band, line } from "../core/layers.js";
import { LOOKS } from "../core/looks.js";
import { digits } from "../core/words.js";
import { STREAM, pick } from "../maths/draws.js";
import { images } from "../maths/images.js";
import { Learner, Network, firstWeights } from "../maths/network.js";
import { guessing, untrained } from "./untrained.js";

const IMAGES = 898, BATCH = 32, PIXELS = 64, HIDDEN = 2, SEEDS = 3, LAST = 10, ADAM = { beta: 0.9 };
const EXPONENTS = Array.from({ length: 7 }, (_, k) => k - 9);

const widthsOf = ({ widths }) => widths.split(",").map((part) => part.trim());
const table = (make) => Array.from({ length: SEEDS }, (_, seed) => EXPONENTS.map((exponent, k) => make(seed, exponent, k)));

function simulate(state) {
  return { losses: Object.fromEntries(widthsOf(state).map((name) => [name, table(() => NaN)])), done: 0 };
}

// A network in which the rate of the hidden matrices has the factor `share`.
class Wide extends Learner {
  constructor(seed, exponent, width, share) {
    const sizes = [PIXELS, ...Array(1 + HIDDEN).fill(width), 10];
    super(new Network(sizes, firstWeights(seed, sizes), BATCH, share), "Adam");
    Object.assign(this, { share, lr: 2 ** exponent, seen: [] });
  }

  learn() {
    const { network, lr, share } = this;
    this.seen.push(network.forward());
    network.backward();
    this.t += 1;
    for (const [k, { weights, biases, units }] of network.layers.entries()) {
      const inner = k > 0 && k < network.layers.length - 1;
      this.change(weights, biases, inner ? lr * share : lr);
      this.change(biases, biases + units, lr);
    }
  }

  change(from, to, lr) {
    this.update(this.network.w, this.network.g, this.m, this.v, this.t, { ...ADAM, lr }, from, to);
  }

  mean() {
    const last = this.seen.slice(-LAST);
    return last.reduce((sum, v) => sum + v, 0) / last.length;
  }
}

function* work(now, data) {
  const state = now(), pictures = images(data.digits), names = widthsOf(state), base = Number(names[0]);
  const share = (name) => (state.kind === "muP" ? base / Number(name) : 1);
  const runs = names.map((name) => ({ name, nets: table((seed, exponent) => new Wide(state.seed + seed, exponent, Number(name), share(name))) }));
  const seen = simulate(state);
  for (let t = 0; t < state.steps; t++) {
    for (const { name, nets } of runs) {
      for (const net of nets.flat()) {
        net.network.load(pictures, BATCH, (k) => pick(state.seed + STREAM, t * BATCH + k, IMAGES));
        net.learn();
        yield null;
      }
      seen.losses[name] = nets.map((row) => row.map((net) => net.mean()));
    }
    seen.done = t + 1;
    yield seen;
  }
}

// The mean over seeds; a loss that is not finite counts as very large.
const means = (losses) => EXPONENTS.map((_, k) => losses.reduce((sum, row) => sum + (Number.isFinite(row[k]) ? row[k] : 1e6), 0) / losses.length);
const lowest = (values) => values.indexOf(Math.min(...values));

// Before training, the loss is the same at every rate.
function first(state, name, data) {
  const share = state.kind === "muP" ? Number(widthsOf(state)[0]) / Number(name) : 1, pictures = images(data.digits);
  const { loss } = untrained(`width ${name} ${share} ${state.seed}`, pictures, BATCH, () => new Wide(state.seed, 0, Number(name), share).network);
  return loss;
}

const starts = (state, data) => [guessing(), ...widthsOf(state).map((name, i) => (
  line({ points: EXPONENTS.map((exponent) => [exponent, first(state, name, data)]), look: LOOKS[i], name: `width ${name}, before training`, every: 1, steps: null })))];

function describe(state, { losses, done }) {
  if (!done) return "Press Start: seven learning rates and three seeds train at three widths.";
  const names = widthsOf(state), best = names.map((name) => lowest(means(losses[name]))), [narrow, wide] = [names[0], names.at(-1)];
  const said = names.map((name, k) => `2^${EXPONENTS[best[k]]} at width ${name}`).join(", "), kept = means(losses[wide]);
  return `${state.kind}, ${done} steps: the best rate is ${said}. With the rate of width ${narrow}, width ${wide} ends `
    + `${digits(kept[best[0]] - Math.min(...kept), 2)} nats above its best.`;
}

export const demo = {
  name: "widths",
  simulate,
  describe,
  work,
  values: (state, { done }) => [["steps done", done]],
  panels: [{
    caption: "Mean of the last ten steps; shaded: three seeds", label: "Loss by learning rate, one curve per width",
    plot: (state, { losses, done }, data) => ({
      x: { domain: [EXPONENTS[0] - 0.3, EXPONENTS.at(-1) + 0.3], name: "log2 of the learning rate", whole: true },
      y: { domain: [0, 2.6], name: "loss (nats)" },
      layers: !done ? starts(state, data) : widthsOf(state).flatMap((name, i) => [
        band({
          low: EXPONENTS.map((_, k) => Math.min(...losses[name].map((row) => row[k]))), from: EXPONENTS[0], look: LOOKS[i],
          high: EXPONENTS.map((_, k) => Math.max(...losses[name].map((row) => row[k]))),
        }),
        line({ points: means(losses[name]).map((v, k) => [EXPONENTS[k], v]), look: LOOKS[i], name: `width ${name}`, every: 1, steps: null }),
      ]),
    }),
  }],
};
