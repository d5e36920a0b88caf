// Demos that compute for seconds: Start and Stop, a piece at a time, so that the page answers while it computes.
// The demo's `work(now, data)` is a generator of what is seen; `now()` returns the present state, so that controls that
// it lists in `live` act while it runs.

import { button, element, say } from "./words.js";

const PIECE_MS = 12;

export class Training {
  // `begin()` starts the generator; `show(seen)` draws what it gave; `say` writes a sentence.
  constructor(begin, show) {
    Object.assign(this, { begin, show, pieces: null });
    this.start = button("Start", { class: "tool start" }, () => (this.pieces ? this.stop() : this.go()));
    this.said = element("span", { class: "step" });
    this.box = element("div", { class: "player", role: "group", "aria-label": "Computation" }, this.start, this.said);
    document.addEventListener("visibilitychange", () => this.follow());
  }

  go() {
    this.pieces = this.begin();
    this.follow();
    requestAnimationFrame(() => this.piece());
  }

  stop() {
    this.pieces = null;
    this.follow();
  }

  piece() {
    if (!this.pieces) return;
    const until = performance.now() + PIECE_MS;
    let last = null;
    do {
      const { value, done } = this.pieces.next();
      if (value) last = value;
      if (done) { this.pieces = null; break; }
    } while (performance.now() < until);
    if (last) this.show(last);
    this.follow();
    if (this.pieces) requestAnimationFrame(() => this.piece());
  }

  follow() {
    say(this.start, this.pieces ? "Stop" : "Start");
    say(this.said, this.pieces && document.hidden ? "waits while the tab is hidden" : this.pieces ? "computing" : "");
  }
}
