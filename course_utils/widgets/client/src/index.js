// What the bundle gives: the demos by name, the widget of a notebook, and the page of a site.

import { View } from "./core/view.js";
import { openPage } from "./core/page.js";
import { demo as adam_start } from "./demos/adam_start.js";
import { demo as edge } from "./demos/edge.js";
import { demo as momentum } from "./demos/momentum.js";
import { demo as muon } from "./demos/muon.js";
import { demo as race } from "./demos/race.js";
import { demo as schedules } from "./demos/schedules.js";
import { demo as step_size } from "./demos/step_size.js";

const ALL = [adam_start, edge, momentum, muon, race, schedules, step_size];

export const demos = Object.fromEntries(ALL.map((one) => [one.name, one]));

export const widget = {
  render({ model, el }) {
    const view = new View(demos[model.get("scene").name], model, el);
    return () => view.end();
  },
};

export const page = (record) => openPage(demos[record.scene.name], record);
