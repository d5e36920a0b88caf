// Demo D6: smoothness along a step, as in smoothness.py. The networks train in the page.

import { curve, line } from "../core/layers.js";
import { LOOKS } from "../core/looks.js";
import { kept } from "../core/store.js";
import { digits } from "../core/words.js";
import { images } from "../maths/images.js";
import { KINDS, train, walker } from "../maths/trained_pair.js";

const PLACES = 25, PATIENCE_MS = { first: 0.5, later: 6 }, HIDDEN_WEIGHTS = 64 * 32, BETWEEN = 8;
// Where on the step the gradient is taken, as shares of its length: a draft takes few, and its loss is drawn through them
// by their slopes.
const ALL = Array.from({ length: PLACES }, (_, k) => k / (PLACES - 1)), FEW = [0, 1 / 3, 1];

// Down the gradient from the weights `w`. The products of the first layer are linear in its weights: those on the way
// follow from those of the weights and of the gradient.
function walk(network, w, { stretch, shown, reach }, shares) {
  const { z, g } = network, { from, moved, gradient, before, along } = workspace(w.length, z.length);
  for (let i = 0; i < w.length; i++) from[i] = i < HIDDEN_WEIGHTS ? stretch * w[i] : w[i];
  network.products(from, before);
  z.set(before);
  const start = network.slopesFrom(from), norm = Math.max(Math.sqrt(product(g, g)), 1e-12);
  gradient.set(g);
  network.products(gradient, along);
  const length = reach * (shown === "equal length" ? 1 : norm), seen = { distance: [0], loss: [start], slope: [-norm], smoothness: [], norm };
  for (const part of shares.slice(1)) {
    const s = part * length, share = s / norm;
    for (let i = 0; i < z.length; i++) z[i] = before[i] - share * along[i];
    for (let i = HIDDEN_WEIGHTS; i < w.length; i++) moved[i] = from[i] - share * gradient[i];
    seen.distance.push(s);
    seen.loss.push(network.slopesFrom(moved));
    seen.slope.push(-product(g, gradient) / norm);
    seen.smoothness.push(apart(g, gradient) / s);
  }
  seen.smoothness.unshift(seen.smoothness[0]);
  return seen;
}

// Made once: new arrays at every movement would have to be collected.
const workspace = (weights, products) => kept(`walk ${weights} ${products}`, () => {
  const [from, moved, gradient, before, along] = [weights, weights, weights, products, products].map((count) => new Float64Array(count));
  return { from, moved, gradient, before, along };
});

function product(one, other) {
  let sum = 0;
  for (let i = 0; i < one.length; i++) sum += one[i] * other[i];
  return sum;
}

// The distance of two arrays.
function apart(one, other) {
  let sum = 0;
  for (let i = 0; i < one.length; i++) sum += (one[i] - other[i]) * (one[i] - other[i]);
  return Math.sqrt(sum);
}

// The loss along a step as points: cubic between places that lie far apart, by their losses and slopes.
function lossLine({ distance, loss, slope }) {
  if (distance.length === PLACES) return distance.map((s, k) => [s, loss[k]]);
  const between = (k) => Array.from({ length: BETWEEN }, (_, i) => {
    const t = (i + 1) / BETWEEN, h = distance[k + 1] - distance[k], u = 1 - t;
    const height = u * u * ((1 + 2 * t) * loss[k] + t * h * slope[k]) + t * t * ((1 + 2 * u) * loss[k + 1] - u * h * slope[k + 1]);
    return [distance[k] + t * h, Math.max(0, height)];
  });
  return [[0, loss[0]], ...distance.slice(1).flatMap((_, k) => between(k))];
}

function walks(state, data, shares, until) {
  const pictures = images(data.digits), { done, pair } = train(state, pictures, until);
  const found = KINDS.map((kind, k) => [kind, { ...walk(walker(kind, pictures), pair[k].w, state, shares), losses: pair[k].losses.slice(0, done) }]);
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

const panel = (what, caption, tab, axis, pointsOf) => ({
  caption, tab, label: `${caption}, with batch normalization and without; the length of the step can be dragged`,
  plot: (state, seen) => ({
    x: { domain: [0, Math.max(0.1, 1.15 * state.reach)], name: state.shown === "equal length" ? "distance in weight space" : "learning rate of the step" },
    y: axis,
    layers: KINDS.map((kind, i) => {
      const points = pointsOf(seen[kind]).map(([s, height]) => [s / scaleOf(state, seen[kind]), height]);
      return line({ points, look: LOOKS[i], name: kind, every: Math.max(1, Math.round((points.length - 1) / 4)), steps: null });
    }),
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
  simulate: (state, data) => walks(state, data, ALL, Infinity),
  draft: (state, data, again) => walks(state, data, FEW, performance.now() + PATIENCE_MS[again ? "later" : "first"]),
  describe,
  idle: ({ rule }) => (rule === "SGD" ? ["beta"] : []),
  values: (state, seen) => [
    [seen.behind ? "training, updates" : "updates", seen.done],
    ...KINDS.map((kind) => [`smoothness ${kind === "batch norm" ? "with" : "without"}`, digits(seen[kind].smoothness.at(-1), 2)]),
  ],
  panels: [
    panel("loss", "Loss along the step", "Loss", { name: "loss (nats)" }, lossLine),
    panel("smoothness", "Local smoothness", "Smoothness", { log: true, name: "|Δ gradient| / distance" },
      ({ distance, smoothness }) => distance.map((s, k) => [s, smoothness[k]])),
    {
      caption: "Training before the step", tab: "Training",
      label: "Loss of the batches by update, with batch normalization and without",
      plot: (state, seen) => ({
        x: { domain: [0, Math.max(10, 50 * Math.ceil(state.trained / 50))], name: "update", whole: true }, y: { name: "loss of the batch (nats)" },
        layers: KINDS.map((kind, i) => curve({ values: seen[kind].losses, look: LOOKS[i], name: kind, width: 1.4 })),
      }),
    },
  ],
};
