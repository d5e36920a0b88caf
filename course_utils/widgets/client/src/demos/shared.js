// What several demos share: the picture of a surface with paths on it, and the handle of its start.

import { domainOf } from "../core/plot.js";
import { field, line, star } from "../core/layers.js";
import { surface } from "../maths/surfaces.js";

const LAST = 8;

// What is shown of the plane: the window of the surface, the whole of the paths, or their last steps.
function zoomed(zoom, ground, paths) {
  const [left, right, low, high] = ground.window;
  if (zoom === "window") return [[left, right], [low, high]];
  const points = paths.flatMap(({ points: all }) => (zoom === "last steps" ? all.slice(-LAST) : all));
  const around = (values, least) => {
    const [from, to] = domainOf(values, { tight: true }), room = Math.max(0.15 * (to - from), least);
    return [from - room, to + room];
  };
  const least = zoom === "last steps" ? 0.02 : 0.5;
  return [around(points.map(([x]) => x), least), around(points.map(([, y]) => y), least)];
}

// The panel of all demos that walk on a surface. `paths(state, seen)` returns what `line` takes.
export const surfacePanel = (paths, { names = ["x", "y"], start = ["x", "y"], weight = 1.25 } = {}) => ({
  caption: "Path (★ minimum)", tab: "Path", weight,
  label: "Contours of the function with the path; the start can be dragged",
  options: { zoom: ["window", "whole path", "last steps"] },
  plot(state, seen, data, { zoom }) {
    const ground = surface(state, data), walked = paths(state, seen, data), [x, y] = zoomed(zoom, ground, walked);
    return {
      x: { domain: x, name: names[0] }, y: { domain: y, name: names[1] }, equal: true,
      layers: [field(ground), star(ground.optimum), ...walked.map(line)],
    };
  },
  handles: [{
    name: "Start of the path",
    at: (state) => start.map((name) => state[name]),
    to: (state, [x, y]) => ({ [start[0]]: x, [start[1]]: y }),
    text: (state) => start.map((name) => `${name} ${state[name]}`).join(", "),
  }],
});

// Controls that belong to the quadratic are idle on other surfaces.
export const quadraticOnly = (state) => (state.surface === "quadratic" ? [] : ["condition", "angle"]);
