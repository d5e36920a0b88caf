// What the bundle gives: the demos by name, the widget of a notebook, and the page of a site.

import { View } from "./core/view.js";
import { openPage } from "./core/page.js";
import { demo as momentum } from "./demos/momentum.js";
import { demo as step_size } from "./demos/step_size.js";

export const demos = Object.fromEntries([momentum, step_size].map((one) => [one.name, one]));

export const widget = {
  render({ model, el }) {
    const view = new View(demos[model.get("scene").name], model, el);
    return () => view.end();
  },
};

export const page = (record) => openPage(demos[record.scene.name], record);
