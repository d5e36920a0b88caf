// Demo D6: smoothness along a step, as in smoothness.py. The networks train in the page.

import { curve, line } from "../core/layers.js";
import { LOOKS } from "../core/looks.js";
import { digits } from "../core/words.js";
import { images } from "../maths/images.js";
import { KINDS, train, walker } from "../maths/trained_pair.js";

const PLACES = 25, DRAFT = 4, PATIENCE_MS = { first: 1, later: 6 }, HIDDEN_WEIGHTS = 64 * 32;

// Down the gradient from the weights `w`, in equal steps. The products of the first layer are linear in its weights: those
// on the way follow from those of the weights and of the gradient.
function walk(network, w, { stretch, shown, reach }, places) {
  const from = w.map((value, i) => (i < HIDDEN_WEIGHTS ? stretch * value : value)), { z } = network;
  const before = new Float64Array(z.length), along = new Float64Array(z.length), moved = new Float64Array(from.length);
  network.products(from, before);
  z.set(before);
  const start = network.slopesFrom(from), gradient = network.g.slice(), norm = Math.max(apart(gradient, new Float64Array(gradient.length)), 1e-12);
  network.products(gradient, along);
  const unit = (reach / (places - 1)) * (shown === "equal length" ? 1 : norm), distance = [0], loss = [start], smoothness = [];
  for (let k = 1; k < places; k++) {
    const s = k * unit, share = s / norm;
    for (let i = 0; i < z.length; i++) z[i] = before[i] - share * along[i];
    for (let i = 0; i < from.length; i++) moved[i] = from[i] - share * gradient[i];
    distance.push(s);
    loss.push(network.slopesFrom(moved));
    smoothness.push(apart(network.g, gradient) / s);
  }
  return { distance, loss, smoothness: [smoothness[0], ...smoothness], norm };
}

// The distance of two arrays.
function apart(one, other) {
  let sum = 0;
  for (let i = 0; i < one.length; i++) sum += (one[i] - other[i]) * (one[i] - other[i]);
  return Math.sqrt(sum);
}

function walks(state, data, places, until) {
  const pictures = images(data.digits), { done, pair } = train(state, pictures, until);
  const found = KINDS.map((kind, k) => [kind, { ...walk(walker(kind, pictures), pair[k].w, state, places), losses: pair[k].losses.slice(0, done) }]);
  return { ...Object.fromEntries(found), done, behind: done < state.trained };
}

function describe(state, seen) {
  if (seen.behind) return "";
  const parts = KINDS.map((kind) => {
    const { loss, smoothness } = seen[kind], name = kind === "batch norm" ? "With batch norm" : "Without it";
    return `${name}: loss ${digits(Math.min(...loss), 2)} to ${digits(Math.max(...loss), 2)}, smoothness ${digits(smoothness[0], 2)} `
      + `at first, ${digits(smoothness.at(-1), 2)} overall`;
  });
  const ratio = seen.without.smoothness.at(-1) / Math.max(seen["batch norm"].smoothness.at(-1), 1e-12);
  return `${parts.join(". ")}: ${ratio >= 1 ? `${digits(ratio, 2)} times rougher without` : `${digits(1 / Math.max(ratio, 1e-12), 2)} times rougher with`}.`;
}

// The end of the step can be grabbed: it lies on the curve of the plain network.
const scaleOf = (state, one) => (state.shown === "equal length" ? 1 : one.norm);

const panel = (what, caption, tab, axis) => ({
  caption, tab, label: `${caption}, with batch normalization and without; the length of the step can be dragged`,
  plot: (state, seen) => ({
    x: { domain: [0, Math.max(0.1, 1.15 * state.reach)], name: state.shown === "equal length" ? "distance in weight space" : "learning rate of the step" },
    y: axis,
    layers: KINDS.map((kind, i) => line({
      points: seen[kind].distance.map((s, k) => [s / scaleOf(state, seen[kind]), seen[kind][what][k]]), look: LOOKS[i], name: kind, every: Math.max(1, Math.round((seen[kind].distance.length - 1) / 4)), steps: null,
    })),
  }),
  handles: [{
    name: "Length of the step",
    at: (state, seen) => [state.reach, seen["batch norm"][what].at(-1)],
    to: (state, [x]) => ({ reach: x }),
    by: (state, dx, dy) => ({ reach: state.reach * 1.05 ** (dx + dy) }),
    text: (state) => `length ${digits(state.reach)}`,
  }],
});

export const demo = {
  name: "smoothness",
  simulate: (state, data) => walks(state, data, PLACES, Infinity),
  draft: (state, data, again) => walks(state, data, DRAFT, performance.now() + PATIENCE_MS[again ? "later" : "first"]),
  describe,
  idle: ({ rule }) => (rule === "SGD" ? ["beta"] : []),
  values: (state, seen) => [
    [seen.behind ? "training, updates" : "updates", seen.done],
    ...KINDS.map((kind) => [`smoothness ${kind === "batch norm" ? "with" : "without"}`, digits(seen[kind].smoothness.at(-1), 2)]),
  ],
  panels: [
    panel("loss", "Loss along the step", "Loss", { name: "loss (nats)" }),
    panel("smoothness", "Local smoothness", "Smoothness", { log: true, name: "|Δ gradient| / distance" }),
    {
      caption: "Training before the step", tab: "Training",
      label: "Loss of the batches by update, with batch normalization and without",
      plot: (state, seen) => ({
        x: { domain: [0, Math.max(10, state.trained)], name: "update", whole: true }, y: { name: "loss of the batch (nats)" },
        layers: KINDS.map((kind, i) => curve({ values: seen[kind].losses, look: LOOKS[i], name: kind, width: 1.4 })),
      }),
    },
  ],
};
