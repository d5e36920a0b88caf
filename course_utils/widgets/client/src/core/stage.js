// Where the panels are: all of them as a grid where they fit, else as many as fit, chosen by buttons.

import { Room } from "./room.js";
import { button, element, mark } from "./words.js";

const LEAST = [17, 12.5], BEST = 1.35;

// Columns in which panels of the stage are nearest to the best shape.
function columnsFor(count, width, height) {
  const off = (columns) => {
    const rows = Math.ceil(count / columns), empty = columns * rows - count;
    return Math.abs(Math.log(width / columns / (height / rows) / BEST)) + 0.4 * empty;
  };
  return Array.from({ length: count }, (_, k) => k + 1).sort((one, other) => off(one) - off(other))[0];
}

export class Stage {
  constructor(panels, captions, changed) {
    Object.assign(this, { panels, changed, order: panels.map((_, k) => k) });
    this.tabs = captions.map((caption, k) => button(caption, { "aria-pressed": "false" }, () => this.choose(k)));
    this.bar = element("div", { class: "tabs", role: "group", "aria-label": "Pictures", hidden: "" }, ...this.tabs);
    this.grid = element("div", { class: "panels" }, ...panels.map(({ figure }) => figure));
    this.box = element("div", { class: "stage" }, this.bar, this.grid);
    this.room = new Room(this.grid);
  }

  choose(k) {
    this.order = [k, ...this.order.filter((one) => one !== k)];
    this.arrange();
    this.changed();
  }

  // Fit the panels into the room that there is; `skipped` are those that say nothing in this state.
  arrange(letters, skipped = this.skipped) {
    Object.assign(this, { letters: letters ?? this.letters, skipped });
    const { width, height } = this.room.size, order = this.order.filter((k) => !skipped.includes(k));
    const across = Math.max(1, Math.floor(width / (LEAST[0] * this.letters))), down = Math.max(1, Math.floor(height / (LEAST[1] * this.letters)));
    const shown = order.slice(0, across * down);
    const columns = Math.min(across, columnsFor(shown.length, width, height)), arranged = `${shown} ${skipped} ${columns}`;
    if (arranged === this.arranged) return;
    this.arranged = arranged;
    this.bar.hidden = shown.length === order.length;
    this.panels.forEach(({ figure, plot }, k) => {
      figure.hidden = !shown.includes(k);
      this.tabs[k].hidden = skipped.includes(k);
      mark(this.tabs[k], "aria-pressed", shown.includes(k));
      plot.room.forget();
    });
    this.share(shown, columns);
  }

  // Panels in one row share it by their weights.
  share(shown, columns) {
    const weights = shown.map((k) => this.panels[k].spec.weight ?? 1), single = columns === shown.length;
    const tracks = single ? weights.map((weight) => `minmax(0, ${weight}fr)`).join(" ") : `repeat(${columns}, minmax(0, 1fr))`;
    // What is left of the last row belongs to the last panel.
    const rest = shown.length % columns, span = rest ? columns - rest + 1 : 1;
    shown.forEach((k) => { this.panels[k].figure.style.gridColumn = k === shown.at(-1) && span > 1 ? `span ${span}` : ""; });
    const rows = columns === 1 ? weights.map((weight) => `minmax(0, ${weight}fr)`).join(" ") : "";
    Object.assign(this.grid.style, { gridTemplateColumns: tracks, gridTemplateRows: rows });
  }
}
