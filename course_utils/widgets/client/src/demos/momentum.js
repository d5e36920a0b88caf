// Demo D2: learning rate times momentum, as in momentum_map.py.

import { curve, isolines, raster, ring } from "../core/layers.js";
import { LOOKS, PATH } from "../core/looks.js";
import { digits } from "../core/words.js";
import { fastest, rate } from "../maths/rates.js";
import { eigen, surface } from "../maths/surfaces.js";
import { turningPoints, walk } from "../maths/walks.js";
import { quadraticOnly, surfacePanel } from "./shared.js";

const LR_RANGE = [1e-4, 30], DIRECTIONS = ["flattest", "steepest"];
// Factors per step at which the map has a line.
const LEVELS = [0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999];

function simulate(state, data) {
  const ground = surface(state, data), { values, vectors } = eigen(ground.hessian);
  const [goalX, goalY] = ground.optimum, floor = ground.value(goalX, goalY);
  const { path, lost } = walk("heavy ball", ground, [state.x, state.y], state.steps, state.lr, state);
  return {
    path, lost,
    loss: path.map(([x, y]) => ground.value(x, y) - floor),
    distance: path.map(([x, y]) => vectors.map(([a, b]) => Math.abs((x - goalX) * a + (y - goalY) * b))),
    turns: vectors.map(([a, b]) => turningPoints(path.map(([x, y]) => x * a + y * b))),
    eigenvalues: values,
    rate: Math.max(...values.map((l) => rate(state.lr, state.beta, l))),
  };
}

function turning(turns) {
  const times = (count) => ({ 1: "once", 2: "twice" })[count] ?? `${count} times`;
  const said = DIRECTIONS.map((name, i) => [turns[i], name]).filter(([count]) => count > 0).reverse()
    .map(([count, name]) => `${times(count)} along the ${name} direction`);
  return said.length ? `turns back ${said.join(" and ")}` : "never turns back";
}

function describe(state, seen) {
  const best = fastest(seen.eigenvalues);
  const advice = `the fastest here would be lr ${digits(best.lr)} with momentum ${digits(best.beta)}, `
    + `${best.rate.toFixed(3)} per step`;
  if (seen.lost !== null) {
    return `Diverges: lost at step ${seen.lost} (factor ${seen.rate.toFixed(3)} per step near the minimum); ${advice}.`;
  }
  return `It ${turning(seen.turns)}; loss ${digits(seen.loss.at(-1))} above the minimum after ${state.steps} steps `
    + `(factor ${seen.rate.toFixed(3)}); ${advice}.`;
}

const steps = (state) => ({ domain: [0, state.steps], name: "step", whole: true });

const lossPanel = {
  caption: "Learning curve", tab: "Loss",
  label: "Loss above the minimum by step",
  plot: (state, { loss }) => (
    { x: steps(state), y: { log: true, name: "loss above the minimum" }, layers: [curve({ values: loss, look: PATH })] }),
};

const errorPanel = {
  caption: "Error along each eigenvector", tab: "Errors",
  label: "Distance along the flattest and the steepest direction by step",
  plot: (state, { distance }) => ({
    x: steps(state), y: { log: true, name: "distance" },
    layers: DIRECTIONS.map((name, i) => curve({ name, look: LOOKS[i], values: distance.map((pair) => pair[i]) })),
  }),
};

// By the steps that shrink the error e-fold: one is yellow, a thousand are dark blue; where it diverges there is no colour.
const share = (factor) => (factor < 1 ? 1 - Math.min(1, Math.max(0, Math.log10(-1 / Math.log(factor)) / 3)) : NaN);

const mapPanel = {
  caption: "Rate map: factor per step near the minimum", tab: "Rate map",
  label: "Convergence factor by learning rate and momentum, with lines of equal factor; the point can be dragged",
  plot(state, { eigenvalues }) {
    const best = fastest(eigenvalues), key = eigenvalues.join(" "), [flat, steep] = eigenvalues;
    const worst = (lr, beta) => Math.max(rate(lr, beta, flat), rate(lr, beta, steep));
    return {
      x: { domain: LR_RANGE, log: true, name: "learning rate" }, y: { domain: [0, 1], name: "momentum" },
      scale: { from: "0.37 (fast)", to: "0.999 (slow)", beyond: "diverges", backward: true },
      layers: [
        raster({ key, share: (lr, beta) => share(worst(lr, beta)) }),
        isolines({ key, value: worst, levels: LEVELS, clear: [best.lr, best.beta] }),
        ring([best.lr, best.beta], `best near the minimum: ${best.rate.toFixed(3)}`),
      ],
    };
  },
  handles: [{
    name: "Learning rate and momentum",
    at: (state) => [state.lr, state.beta],
    to: (state, [lr, beta]) => ({ lr, beta }),
    by: (state, dx, dy) => ({ lr: state.lr * 1.05 ** dx, beta: state.beta + 0.01 * dy }),
    text: (state) => `learning rate ${digits(state.lr)}, momentum ${digits(state.beta)}`,
  }],
};

export const demo = {
  name: "momentum",
  simulate,
  describe,
  last: (state) => state.steps,
  bare: ["x", "y"],
  idle: quadraticOnly,
  values: (state, seen) => [
    ["factor per step", seen.rate.toFixed(3)], ["best factor", fastest(seen.eigenvalues).rate.toFixed(3)],
    ["loss at the end", digits(seen.loss.at(-1))],
  ],
  panels: [surfacePanel((state, { path }) => [{ points: path, look: PATH, every: 1 }], { weight: 1 }), mapPanel, lossPanel, errorPanel],
};
