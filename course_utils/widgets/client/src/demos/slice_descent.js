// Demo T1: momentum beside plain descent on a slice of a real loss, as in slice_descent.py.

import { curve, level } from "../core/layers.js";
import { LOOKS } from "../core/looks.js";
import { digits } from "../core/words.js";
import { fastest } from "../maths/rates.js";
import { eigen, surface } from "../maths/surfaces.js";
import { walk } from "../maths/walks.js";
import { surfacePanel } from "./shared.js";

const SLICE = { surface: "MNIST slice" }, GOAL = 1e-6, WITHIN = 100;
const NAMES = { plain: "plain descent", momentum: "momentum" }, RULES = { plain: "SGD", momentum: "heavy ball" };

function simulate(state, data) {
  const ground = surface(SLICE, data), [goalU, goalV] = ground.optimum, seen = { lost: {} };
  for (const name of Object.keys(NAMES)) {
    const { path, lost } = walk(RULES[name], ground, [state.u, state.v], state.steps, state.lr, { beta: state.beta });
    seen[name] = path;
    seen[`${name}_distance`] = path.map(([u, v]) => [Math.abs(u - goalU), Math.abs(v - goalV)]);
    seen.lost[name] = lost;
  }
  seen.eigenvalues = eigen(ground.hessian).values;
  return seen;
}

// The first step from which both distances stay below the goal, or null.
function reached(distance) {
  const first = distance.findLastIndex((pair) => !pair.every((d) => d < GOAL)) + 1;
  return first < distance.length ? first : null;
}

function fate(name, seen, state) {
  const distance = seen[`${name}_distance`], step = reached(distance);
  if (seen.lost[name] !== null) return `${NAMES[name]} diverges`;
  if (step === null) {
    const [weight, bias] = distance.at(-1);
    return `${NAMES[name]} is ${digits(weight, 2)} (weight) and ${digits(bias, 2)} (bias) away after ${state.steps} steps`;
  }
  return `${NAMES[name]} is below 1e-6 from step ${step} on (${step <= WITHIN ? "task solved" : "later than asked"})`;
}

function describe(state, seen) {
  const parts = Object.keys(NAMES).map((name) => fate(name, seen, state)), [low, high] = seen.eigenvalues, best = fastest(seen.eigenvalues);
  const said = `${parts.join("; ")}; at the minimum the weight is the flat direction (condition number ${(high / low).toFixed(1)}); `
    + `the best pair there: lr ${digits(best.lr)}, momentum ${digits(best.beta, 2)}.`;
  return said[0].toUpperCase() + said.slice(1);
}

const DISTANCES = Object.keys(NAMES).flatMap((name, i) => ["weight", "bias"].map((part, k) => (
  { name, part, k, look: { ...LOOKS[i], dash: k ? [2, 4] : [] } })));

const path = surfacePanel(
  (state, seen) => Object.keys(NAMES).map((name, i) => ({ points: seen[name], look: LOOKS[i], every: 1, name: NAMES[name] })),
  { names: ["weight of class 0, pixel 378", "bias of class 7"], start: ["u", "v"], weight: 1 });

export const demo = {
  name: "slice_descent",
  simulate,
  describe,
  last: (state) => state.steps,
  bare: ["u", "v"],
  values: (state, seen) => Object.keys(NAMES).map((name) => {
    const step = reached(seen[`${name}_distance`]);
    return [NAMES[name], seen.lost[name] !== null ? "diverges" : step === null ? "not there" : `step ${step}`];
  }),
  panels: [
    { ...path, plot: (state, ...rest) => path.plot({ ...state, ...SLICE }, ...rest) },
    {
      caption: "Distance of each parameter to the minimum", tab: "Distance",
      label: "Distance of weight and bias to the minimum by step, with momentum and without",
      plot: (state, seen) => ({
        x: { domain: [0, state.steps], name: "step", whole: true }, y: { log: true, domain: [1e-9, 10], name: "distance" },
        layers: [
          level({ y: GOAL, text: "goal 1e-6" }), level({ x: WITHIN, text: "100 steps" }),
          ...DISTANCES.map(({ name, part, k, look }) => (
            curve({ name: `${NAMES[name]}, ${part}`, values: seen[`${name}_distance`].map((pair) => pair[k]), look }))),
        ],
      }),
    },
  ],
};
