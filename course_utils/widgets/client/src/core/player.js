// Play, pause, one step, speed: the path grows. `until` is the step that is shown, or null for all of them.

import { button, element, mark, say } from "./words.js";

const SPEEDS = { slow: 3, normal: 12, fast: 60 };

export class Player {
  // `last()` is the number of the last step; `redraw` shows what has changed.
  constructor(last, redraw, id) {
    Object.assign(this, { last, redraw, until: null, playing: false, since: 0 });
    this.play = button("▶", { class: "tool" }, () => this.toggle());
    this.step = button("▸|", { class: "tool", "aria-label": "One step" }, () => this.forward());
    this.all = button("all", { class: "tool", "aria-label": "Show all steps" }, () => this.end());
    this.speed = element("select", { "aria-label": "Speed", id: `${id}-speed` }, ...Object.keys(SPEEDS).map((name) => element("option", { value: name }, name)));
    this.speed.value = "normal";
    this.said = element("span", { class: "step" });
    this.box = element("div", { class: "player", role: "group", "aria-label": "Step by step" }, this.play, this.step, this.all, this.speed, this.said);
    this.follow();
  }

  toggle() {
    this.playing = !this.playing;
    if (this.playing && (this.until === null || this.until >= this.last())) this.until = 0;
    this.follow();
    this.redraw();
    if (this.playing) { this.since = performance.now(); requestAnimationFrame((now) => this.tick(now)); }
  }

  forward() {
    this.playing = false;
    this.until = this.until === null || this.until >= this.last() ? 0 : Math.floor(this.until) + 1;
    this.follow();
    this.redraw();
  }

  end() {
    this.playing = false;
    this.until = null;
    this.follow();
    this.redraw();
  }

  tick(now) {
    if (!this.playing) return;
    this.until = Math.min(this.last(), this.until + (SPEEDS[this.speed.value] * Math.min(250, now - this.since)) / 1000);
    this.since = now;
    if (this.until >= this.last()) this.playing = false;
    this.follow();
    this.redraw();
    if (this.playing) requestAnimationFrame((next) => this.tick(next));
  }

  follow() {
    say(this.play, this.playing ? "❚❚" : "▶");
    mark(this.play, "aria-label", this.playing ? "Pause" : "Play");
    say(this.said, this.until === null ? "" : `step ${Math.floor(this.until)} of ${this.last()}`);
  }
}
