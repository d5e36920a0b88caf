// Demo D1: one step size for every direction, as in step_size.py.

import { curve } from "../core/layers.js";
import { PATH } from "../core/looks.js";
import { digits } from "../core/words.js";
import { eigen, surface } from "../maths/surfaces.js";
import { walk } from "../maths/walks.js";
import { surfacePanel } from "./shared.js";

function simulate(state, data) {
  const ground = surface(state, data);
  const { path, lost } = walk("SGD", ground, [state.x, state.y], state.steps, state.lr, {}, state.decay);
  const steepest = Math.max(...eigen(ground.hessian).values.map(Math.abs));
  const slope = lost === null ? Math.hypot(...ground.gradient(...path.at(-1))) : null;
  return { path, loss: path.map(([x, y]) => ground.value(x, y)), limit: 2 / steepest, slope, lost };
}

function describe(state, { path, loss, limit, slope, lost }) {
  const bound = `the limit of stability at the global minimum is lr = 2/L = ${digits(limit)}`;
  if (lost !== null) return `Diverges: beyond all bounds at step ${lost}; ${bound}.`;
  if (path.length < 4) return `After ${path.length - 1} steps the loss is ${digits(loss.at(-1), 4)}; ${bound}.`;
  const [end, before, early] = [path.at(-1), path.at(-2), path.at(-3)];
  const last = Math.hypot(end[0] - before[0], end[1] - before[1]);
  const two = Math.hypot(end[0] - early[0], end[1] - early[1]);
  const where = `at (${end[0].toFixed(3)}, ${end[1].toFixed(3)}) with loss ${digits(loss.at(-1), 4)}`;
  if (last > 1e-3 && two < 0.05 * last) return `A 2-cycle: it jumps between two points, one of them ${where}; ${bound}.`;
  if (last < 1e-4 && slope > 0.01) {
    return `Its steps have shrunk to nothing ${where}, but the slope there is still ${digits(slope, 2)}; ${bound}.`;
  }
  if (last < 1e-4) return `Settles ${where}; ${bound}.`;
  return `Still moving after ${state.steps} steps, ${where}; ${bound}.`;
}

export const demo = {
  name: "step_size",
  simulate,
  describe,
  last: (state) => state.steps,
  bare: ["x", "y"],
  values: (state, { loss, limit }) => [["f(x, y) at the end", digits(loss.at(-1), 4)], ["2/L at the minimum", digits(limit)]],
  panels: [
    surfacePanel((state, { path }) => [{ points: path, look: PATH, every: 1 }]),
    {
      caption: "Learning curve", tab: "Curve",
      label: "f(x, y) by step",
      options: { axis: ["linear", "log"] },
      plot(state, { loss }, data, { axis }) {
        const log = axis === "log", ground = surface(state, data), floor = log ? ground.value(...ground.optimum) : 0;
        return {
          x: { domain: [0, state.steps], name: "step", whole: true },
          y: { log, name: log ? "f(x, y) above the minimum" : "f(x, y)" },
          layers: [curve({ values: loss.map((v) => v - floor), look: PATH, every: 1 })],
        };
      },
    },
  ],
};
