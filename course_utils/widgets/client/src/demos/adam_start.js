// Demo D7: Adam's first steps, as in adam_start.py.

import { curve, level } from "../core/layers.js";
import { LOOKS } from "../core/looks.js";
import { normals } from "../maths/noise.js";

const KINDS = ["both corrected", "only the first", "only the second", "none corrected"];

const GRADIENTS = {
  constant: () => 1,
  noisy: (t, noise) => 1 + noise[t],
  alternating: (t) => (t % 2 === 0 ? 1 : -1),
  rare: (t) => (t % 10 === 0 ? 1 : 0),
};

function simulate({ beta1, beta2, steps, gradient, seed }) {
  const noise = normals(seed, steps), gradients = [], excess = [];
  const lengths = Object.fromEntries(KINDS.map((kind) => [kind, []]));
  let m = 0, v = 0;
  for (let t = 1; t <= steps; t++) {
    const g = GRADIENTS[gradient](t - 1, noise), [share1, share2] = [1 - beta1 ** t, 1 - beta2 ** t];
    gradients.push(g);
    m = beta1 * m + (1 - beta1) * g;
    v = beta2 * v + (1 - beta2) * g * g;
    const pairs = [[m / share1, v / share2], [m / share1, v], [m, v / share2], [m, v]];
    pairs.forEach(([first, second], i) => lengths[KINDS[i]].push(first / (Math.sqrt(second) + 1e-12)));
    excess.push(share1 / Math.sqrt(share2));
  }
  return { steps: lengths, excess, gradients };
}

const farthest = (excess) => {
  const off = excess.map((factor) => Math.abs(Math.log(factor)));
  return off.indexOf(Math.max(...off));
};

function describe(state, { excess }) {
  const worst = farthest(excess), times = (t) => `${excess[t].toFixed(2)} times`;
  return `Without correction the step is ${times(0)} the right one at t = 1, ${times(worst)} at t = ${worst + 1}, `
    + `${times(excess.length - 1)} at t = ${excess.length}.`;
}

const everyFew = (state) => Math.max(1, Math.floor(state.steps / 20));
const steps = (state) => ({ domain: [0, state.steps], name: "step t", whole: true });

export const demo = {
  name: "adam_start",
  simulate,
  describe,
  last: (state) => state.steps,
  idle: (state) => (state.gradient === "noisy" ? [] : ["seed"]),
  values: (state, { excess }) => [["excess at t = 1", excess[0].toFixed(2)], [`at t = ${farthest(excess) + 1}`, excess[farthest(excess)].toFixed(2)]],
  panels: [
    {
      caption: "Length of each step", tab: "Steps", weight: 1.2,
      label: "Step divided by the learning rate, with and without the corrections",
      plot: (state, seen) => ({
        x: steps(state), y: { name: "step / learning rate" },
        layers: KINDS.map((name, i) => curve({ name, values: seen.steps[name], look: LOOKS[i], every: everyFew(state), from: 1 })),
      }),
    },
    {
      caption: "Excess of the uncorrected step", tab: "Excess",
      label: "Uncorrected step over corrected step",
      plot: (state, { excess }) => ({
        x: steps(state), y: { name: "uncorrected / corrected" },
        layers: [level({ y: 1, text: "the right length" }), curve({ values: excess, look: LOOKS[3], every: everyFew(state), from: 1 })],
      }),
    },
  ],
};
