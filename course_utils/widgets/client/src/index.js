// What the bundle gives: the demos by name, the widget of a notebook, and the page of a site.

import { View } from "./core/view.js";
import { openPage } from "./core/page.js";
import { element } from "./core/words.js";
import { demo as adam_start } from "./demos/adam_start.js";
import { demo as batch_sizes } from "./demos/batch_sizes.js";
import { demo as depth_signal } from "./demos/depth_signal.js";
import { demo as edge } from "./demos/edge.js";
import { demo as minibatch_noise } from "./demos/minibatch_noise.js";
import { demo as momentum } from "./demos/momentum.js";
import { demo as muon } from "./demos/muon.js";
import { demo as norm_cube } from "./demos/norm_cube.js";
import { demo as race } from "./demos/race.js";
import { demo as restarts } from "./demos/restarts.js";
import { demo as schedules } from "./demos/schedules.js";
import { demo as slice_descent } from "./demos/slice_descent.js";
import { demo as smoothness } from "./demos/smoothness.js";
import { demo as step_size } from "./demos/step_size.js";
import { demo as training_race } from "./demos/training_race.js";
import { demo as update_cost } from "./demos/update_cost.js";
import { demo as which_bug } from "./demos/which_bug.js";
import { demo as widths } from "./demos/widths.js";

const listed = [
  adam_start, batch_sizes, depth_signal, edge, minibatch_noise, momentum, muon, norm_cube, race, restarts,
  schedules, slice_descent, smoothness, step_size, training_race, update_cost, which_bug, widths,
];

export const demos = Object.fromEntries(listed.map((one) => [one.name, one]));

// JupyterLab takes plain keys that reach the notebook for its commands: the return key of a box, the arrows of a slider.
function keepKeys(event) {
  if (!event.ctrlKey && !event.metaKey && !event.altKey) event.stopPropagation();
}

// For the tests, which hold them beside those of the figures.
export { LOOKS, METHODS, lookOf } from "./core/looks.js";
export { DARK, LIGHT } from "./core/theme.js";

// A browser that cannot draw a demo says so where the demo was to be.
function orSay(el, make) {
  try {
    if (!element("canvas").getContext("2d")) throw new Error("there is no canvas to draw on");
    return make();
  } catch (error) {
    console.error(error);
    const said = "This browser cannot draw the demo. A newer one, or one that lets pages draw, can.";
    el.replaceChildren(element("p", { role: "alert" }, `${said} It says: ${error.message}`));
    return null;
  }
}

// Voila shows a notebook of the lecture below its index.
function wayBack(scene) {
  const [index, file] = location.pathname.split("voila/render/");
  return scene.lecture && file ? [element("nav", { class: "tools", "aria-label": "Page" }, element("a", { class: "tool", href: index }, "All demos"))] : [];
}

export const widget = {
  render({ model, el }) {
    el.addEventListener("keydown", keepKeys);
    const view = orSay(el, () => new View(demos[model.get("scene").name], model, el, wayBack(model.get("scene"))));
    return () => view?.end();
  },
};

// Title and controls are seen before the first picture has been computed.
export function page(record) {
  const el = document.getElementById("demo"), soon = (go) => requestAnimationFrame(() => setTimeout(() => orSay(el, go)));
  return orSay(el, () => openPage(demos[record.scene.name], record, soon));
}
