// Demo D6: smoothness along a step, as in smoothness.py. The networks train in the page.

import { line } from "../core/layers.js";
import { LOOKS } from "../core/looks.js";
import { digits } from "../core/words.js";
import { WalkedNetwork } from "../maths/normalised_network.js";

const KINDS = ["without", "batch norm"], PLACES = 25, DRAFT = 13;

function walk(kind, { trained, rate, seed, stretch, shown, reach }, places) {
  const network = WalkedNetwork.of(kind === "batch norm", seed), weights = network.stretched(network.trained(trained, rate), stretch);
  const start = network.slopes(weights), gradient = Float64Array.from(network.g), norm = Math.max(Math.hypot(...gradient), 1e-12);
  const unit = (reach / (places - 1)) * (shown === "equal length" ? 1 : norm), distance = [0], loss = [start], smoothness = [];
  const moved = new Float64Array(weights.length);
  for (let k = 1; k < places; k++) {
    const s = k * unit;
    for (let i = 0; i < moved.length; i++) moved[i] = weights[i] - (s / norm) * gradient[i];
    distance.push(s);
    loss.push(network.slopes(moved));
    let change = 0;
    for (let i = 0; i < gradient.length; i++) change += (network.g[i] - gradient[i]) ** 2;
    smoothness.push(Math.sqrt(change) / s);
  }
  return { distance, loss, smoothness: [smoothness[0], ...smoothness], norm };
}

const walks = (places) => (state) => Object.fromEntries(KINDS.map((kind) => [kind, walk(kind, state, places)]));
const simulate = walks(PLACES);

function describe(state, seen) {
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

const panel = (what, caption, axis) => ({
  caption, label: `${caption}, with batch normalization and without; the length of the step can be dragged`,
  plot: (state, seen) => ({
    x: { domain: [0, Math.max(0.1, 1.15 * state.reach)], name: state.shown === "equal length" ? "distance in the space of the weights" : "multiple of the gradient (learning rate)" },
    y: axis,
    layers: KINDS.map((kind, i) => line({
      points: seen[kind].distance.map((s, k) => [s / scaleOf(state, seen[kind]), seen[kind][what][k]]), look: LOOKS[i], name: kind, every: (seen[kind].distance.length - 1) / 4, steps: null,
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
  simulate,
  draft: walks(DRAFT),
  describe,
  values: (state, seen) => KINDS.map((kind) => [`smoothness ${kind === "batch norm" ? "with" : "without"}`, digits(seen[kind].smoothness.at(-1), 2)]),
  panels: [
    panel("loss", "Loss along the step", { name: "half the mean squared error" }),
    panel("smoothness", "Local smoothness", { log: true, name: "|change of the gradient| / distance" }),
  ],
};
