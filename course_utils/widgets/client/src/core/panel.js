// A panel: caption with its options, legend, plot, handles. The spec of a panel is
// { caption, label, plot(state, seen, data, view), options, handles, weight, idle(state) }; see CONTRIBUTING.md.

import { button, element, mark, say } from "./words.js";
import { colourOf, mark as drawMark } from "./looks.js";
import { Handles } from "./handles.js";
import { Plot } from "./plot.js";
import { CIVIDIS } from "./theme.js";

const asText = (part, ...seen) => (typeof part === "function" ? part(...seen) : part);

// One of some views, as buttons: { zoom: ["whole", "end"] } becomes view.zoom.
function chooser(name, values, view, changed) {
  const buttons = values.map((value) => button(value, { "aria-pressed": "false" }, () => { view[name] = value; changed(); }));
  const follow = () => buttons.forEach((one, k) => mark(one, "aria-pressed", view[name] === values[k]));
  return { box: element("span", { class: "options", role: "group", "aria-label": name }, ...buttons), follow };
}

export class Panel {
  constructor(spec, { controls, now, change, redraw, view }) {
    this.spec = spec;
    this.view = view;
    for (const [name, values] of Object.entries(spec.options ?? {})) view[name] ??= values[0];
    this.plot = new Plot(asText(spec.label));
    this.handles = new Handles(this.plot, spec.handles ?? [], controls, now, change);
    this.choosers = Object.entries(spec.options ?? {}).map(([name, values]) => chooser(name, values, view, redraw));
    this.caption = element("span", { class: "caption" });
    this.legend = element("ul", { class: "legend" });
    const head = element("figcaption", {}, this.caption, ...this.choosers.map(({ box }) => box));
    this.figure = element("figure", {}, head, this.legend, this.plot.holder);
  }

  // Write what stands above the picture of a state; `draw` and `label` come afterwards, for all panels.
  write({ state, seen, data, theme }) {
    this.drawn = this.spec.plot(state, seen, data, this.view);
    this.choosers.forEach((one) => one.follow());
    say(this.caption, asText(this.spec.caption, state, seen, this.view));
    this.writeLegend(this.drawn, theme);
  }

  // Draw it; `keep` is a kept state, drawn pale behind it.
  draw({ data, keep, until, theme, draft, letters }) {
    const ghost = keep ? this.spec.plot(keep.state, keep.seen, data, this.view).layers : [];
    this.plot.show(this.drawn, { ghost, until, theme, draft, letters });
  }

  // Put axes and handles on it.
  label({ state, seen, theme, letters }) {
    this.plot.label(this.drawn, { theme, letters });
    this.handles.show(state, seen);
  }

  writeLegend({ layers, scale }, theme) {
    const entries = layers.filter(({ name }) => name), looks = JSON.stringify([theme.name, entries.map(({ look, every }) => [look, every]), scale]);
    if (looks !== this.looks) {
      this.looks = looks;
      this.plot.room.forget();
      const lines = entries.map((entry) => element("li", {}, swatch(entry, theme), element("span")));
      this.legend.replaceChildren(...lines, ...(scale ? [colourScale(scale, theme)] : []));
    }
    entries.forEach(({ name }, k) => say(this.legend.children[k].lastChild, name));
  }
}

// The colours of a raster between two texts; `beyond` is the text for the colour of the paper.
function colourScale({ from, to, beyond, backward = false, ramp = CIVIDIS }, theme) {
  const canvas = element("canvas", { width: 256, height: 24, class: "wide", "aria-hidden": "true" }), pen = canvas.getContext("2d");
  for (let k = 0; k < 256; k++) {
    pen.fillStyle = ramp(backward ? 1 - k / 255 : k / 255);
    pen.fillRect(k, 0, 1, 24);
  }
  const paper = beyond ? element("span", { class: "beyond", style: `background:${theme.paper}` }) : "";
  return element("li", {}, from, canvas, to, paper, beyond ?? "");
}

// A short piece of a line in its look.
function swatch({ look, every }, theme) {
  const canvas = element("canvas", { width: 64, height: 24, "aria-hidden": "true" }), pen = canvas.getContext("2d");
  const colour = look.colour === "grid" ? theme.grid : look.colour === null ? theme.faint : colourOf(look, theme);
  pen.scale(2, 2);
  pen.fillStyle = pen.strokeStyle = colour;
  pen.lineWidth = 2.4;
  if (look.star) { pen.font = "14px sans-serif"; pen.fillText("★", 9, 11); return canvas; }
  if (look.area) { pen.fillRect(2, 1, 28, 10); return canvas; }
  if (look.dash) {
    pen.setLineDash(look.dash);
    pen.beginPath(); pen.moveTo(0, 6); pen.lineTo(32, 6); pen.stroke();
  }
  if (every) drawMark(pen, look, 16, 6, 3.6);
  return canvas;
}
