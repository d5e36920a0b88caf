// Demo D3: a race of optimizers, as in optimizer_race.py. Rules of the course are walked here; classes of a notebook are
// walked by Python, which sends their paths.

import { curve } from "../core/layers.js";
import { lookOf } from "../core/looks.js";
import { digits } from "../core/words.js";
import { surface } from "../maths/surfaces.js";
import { walk } from "../maths/walks.js";
import { quadraticOnly, surfacePanel } from "./shared.js";

function simulate(state, data) {
  const ground = surface(state, data), floor = ground.value(...ground.optimum), paths = {}, lost = [];
  const nudge = state.surface === "saddle" && state.off_axis && state.y === 0 ? 0.01 : 0;
  for (const rule of data.rules) {
    const walked = walk(rule, ground, [state.x, state.y + nudge], state.steps, state.lr, { beta: state.beta });
    paths[rule] = walked.path;
    if (walked.lost !== null) lost.push(rule);
  }
  for (const [name, path] of Object.entries(data.sent?.paths ?? {})) {
    paths[name] = path;
    if (path.length <= state.steps && sentFor(state, data)) lost.push(name);
  }
  const above = (path) => path.map(([x, y]) => ground.value(x, y) - floor);
  return { paths, losses: Object.fromEntries(Object.entries(paths).map(([name, path]) => [name, above(path)])), lost };
}

const sentFor = (state, { sent }) => Object.keys(sent.state).every((name) => sent.state[name] === state[name]);

function describe(state, { losses, lost }, data) {
  const ends = Object.entries(losses).filter(([rule]) => !lost.includes(rule)).map(([rule, loss]) => [rule, loss.at(-1)]);
  const ranking = ends.sort((one, other) => one[1] - other[1]).map(([rule, end]) => `${rule} ${digits(end, 2)}`).join(", ");
  const diverged = lost.length ? ` Diverged: ${lost.join(", ")}.` : "";
  const late = data.sent?.state && !sentFor(state, data) ? " Waiting for the kernel, which walks your class." : "";
  return `Loss above the minimum after ${state.steps} steps at lr ${digits(state.lr)}: ${ranking}.${diverged}${late}`;
}

const runners = (state, seen) => Object.keys(seen.paths).map((name, i) => (
  { name, look: lookOf(name, i), every: Math.max(1, Math.floor(state.steps / 15)) }));

export const demo = {
  name: "race",
  simulate,
  describe,
  last: (state) => state.steps,
  bare: ["x", "y"],
  idle: (state) => [...quadraticOnly(state), ...(state.surface === "saddle" ? [] : ["off_axis"])],
  panels: [
    surfacePanel((state, seen) => runners(state, seen).map(({ look, every, name }) => ({ look, every, points: seen.paths[name] }))),
    {
      caption: "Learning curves", tab: "Curves",
      label: "Loss above the minimum by step, one curve per optimizer",
      plot: (state, seen) => ({
        x: { domain: [0, state.steps], name: "step", whole: true }, y: { log: true, name: "loss above the minimum" },
        layers: runners(state, seen).map((runner) => curve({ ...runner, values: seen.losses[runner.name] })),
      }),
    },
  ],
};
