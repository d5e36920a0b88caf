// Two networks of 64, 32 and 10 units on the digits, one of them normalised: trained from the same weights on the same
// batches, as in smoothness.py. The weights of each fifth update are kept, so that a longer training begins there.

import { kept } from "../core/store.js";
import { STREAM, pick } from "./draws.js";
import { UPDATES, firstWeights } from "./network.js";
import { NormalisedNetwork, SIZES } from "./normalised_network.js";

const IMAGES = 898, APART = 5, WALKED = 128;
export const KINDS = ["without", "batch norm"];

const make = (kind, count) => new NormalisedNetwork(kind === "batch norm", count);

// The network of a kind, with the images loaded on which the loss is followed along a step.
export const walker = (kind, pictures) => kept(`walker ${kind}`, () => {
  const network = make(kind, WALKED);
  network.load(pictures, (row) => row);
  return network;
});

class Run {
  constructor(kind, state, pictures) {
    Object.assign(this, { network: kept(`trainer ${kind} ${state.batch_size}`, () => make(kind, state.batch_size)), state, pictures, losses: [], fifths: [], t: 0 });
    this.w = firstWeights(state.seed, SIZES);
    this.m = new Float64Array(this.w.length);
    this.v = new Float64Array(this.w.length);
    this.keep();
  }

  keep() {
    if (this.t === APART * this.fifths.length) this.fifths.push([this.w, this.m, this.v].map((part) => part.slice()));
  }

  // The last update up to `t` from which the training can begin.
  known(t) {
    const fifth = APART * Math.min(Math.floor(t / APART), this.fifths.length - 1);
    return this.t <= t ? Math.max(this.t, fifth) : fifth;
  }

  goTo(t) {
    const from = this.known(t);
    if (from !== this.t) {
      this.fifths[from / APART].forEach((part, k) => [this.w, this.m, this.v][k].set(part));
      this.t = from;
    }
    while (this.t < t) this.update();
  }

  update() {
    const { network, state, w, m, v } = this, first = this.t * state.batch_size;
    network.load(this.pictures, (k) => pick(state.seed + STREAM, first + k, IMAGES));
    this.losses[this.t] = network.slopes(w);
    this.t += 1;
    UPDATES[state.rule](w, network.g, m, v, this.t, state, 0, w.length);
    this.keep();
  }
}

const runs = new Map(), LIMIT = 8;

function runOf(kind, state, pictures) {
  const { rule, batch_size, lr, beta, seed } = state, key = `${[kind, rule, batch_size, lr, beta, seed]}`;
  if (!runs.has(key)) {
    if (runs.size >= LIMIT) runs.delete(runs.keys().next().value);
    runs.set(key, new Run(kind, state, pictures));
  }
  return runs.get(key);
}

// Train both by `state.trained` updates, or as many as there are until a moment (ms); returns how many, and the pair.
export function train(state, pictures, until) {
  const pair = KINDS.map((kind) => runOf(kind, state, pictures));
  let done = Math.min(...pair.map((run) => run.known(state.trained)));
  for (const run of pair) run.goTo(done);
  while (done < state.trained && performance.now() < until) {
    done += 1;
    for (const run of pair) run.goTo(done);
  }
  return { done, pair };
}
