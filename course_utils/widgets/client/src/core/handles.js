// What can be grabbed in a picture: dragged by mouse, pen and finger, moved by the arrow keys.
// A handle of a panel is { name, at(state, seen), to(state, [x, y], seen), by(state, dx, dy, plot), text(state) }:
// `at` says where it is in data coordinates, or null; `to` and `by` return changes of the state.

import { element, mark } from "./words.js";
import { within } from "./controls.js";

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const STEPS = 60, COARSE = 5;

// An arrow key moves by a sixtieth of the picture, with shift by five times as much.
const byDefault = (handle, state, dx, dy, plot, seen) => {
  const [px, py] = handle.at(state, seen), move = (scale, value, d) => scale.invert(scale(value) + d);
  return handle.to(state, [move(plot.x, px, (dx * plot.box.w) / STEPS), move(plot.y, py, (-dy * plot.box.h) / STEPS)], seen);
};

export class Handles {
  // `now()` returns { state, seen }; `change(changes)` sets them.
  constructor(plot, handles, controls, now, change) {
    Object.assign(this, { plot, handles, controls, now, change });
    this.knobs = handles.map((handle) => this.knob(handle));
    plot.holder.append(...this.knobs);
    if (handles.length) plot.canvas.addEventListener("pointerdown", (event) => this.jump(event));
    if (handles.length) plot.canvas.classList.add("grab");
  }

  knob(handle) {
    const knob = element("div", { class: "knob", role: "slider", tabindex: 0, "aria-label": handle.name, hidden: "" });
    knob.addEventListener("pointerdown", (event) => { event.preventDefault(); knob.focus({ preventScroll: true }); this.follow(knob, handle, event); });
    knob.addEventListener("keydown", (event) => {
      const [dx, dy] = ARROWS[event.key] ?? [0, 0], times = event.shiftKey ? COARSE : 1, { state, seen } = this.now();
      if (!dx && !dy) return;
      event.preventDefault();
      const by = handle.by ?? byDefault.bind(null, handle);
      this.apply(by(state, times * dx, times * dy, this.plot, seen));
    });
    return knob;
  }

  // A press on the picture brings the nearest handle there; a finger that moves on scrolls the page instead.
  jump(event) {
    if (event.button !== 0 || !this.plot.x) return;
    const [px, py] = this.place(event), far = this.knobs.map((knob) => Math.hypot(knob.px - px, knob.py - py));
    const index = far.indexOf(Math.min(...far.filter(Number.isFinite)));
    if (index < 0) return;
    const go = (one) => { this.move(this.handles[index], one); this.knobs[index].focus({ preventScroll: true }); };
    if (event.pointerType === "touch") {
      this.plot.canvas.addEventListener("click", go, { once: true });
      return;
    }
    event.preventDefault();
    go(event);
    this.follow(this.knobs[index], this.handles[index], event);
  }

  follow(knob, handle, event) {
    knob.setPointerCapture(event.pointerId);
    const move = (one) => this.move(handle, one);
    const end = () => { knob.removeEventListener("pointermove", move); knob.classList.remove("held"); };
    knob.classList.add("held");
    knob.addEventListener("pointermove", move);
    for (const name of ["pointerup", "pointercancel"]) knob.addEventListener(name, end, { once: true });
  }

  place(event) {
    const frame = this.plot.holder.getBoundingClientRect();
    return [event.clientX - frame.left, event.clientY - frame.top];
  }

  move(handle, event) {
    const { x, y, box } = this.plot, [px, py] = this.place(event), { state, seen } = this.now();
    const inside = [Math.min(box.x + box.w, Math.max(box.x, px)), Math.min(box.y + box.h, Math.max(box.y, py))];
    this.apply(handle.to(state, [x.invert(inside[0]), y.invert(inside[1])], seen));
  }

  apply(changes) {
    if (changes) this.change(within(this.controls, changes));
  }

  // Put the knobs where the state says.
  show(state, seen) {
    const { x, y, box } = this.plot;
    this.knobs.forEach((knob, k) => {
      const at = x ? this.handles[k].at(state, seen) : null, px = at && x(at[0]), py = at && y(at[1]);
      const visible = at && px >= box.x - 1 && px <= box.x + box.w + 1 && py >= box.y - 1 && py <= box.y + box.h + 1;
      knob.hidden = !visible;
      Object.assign(knob, { px: at ? px : NaN, py: at ? py : NaN });
      if (!visible) return;
      knob.style.transform = `translate(${px}px, ${py}px)`;
      mark(knob, "aria-valuenow", Number(at[0].toPrecision(4)));
      mark(knob, "aria-valuetext", this.handles[k].text?.(state) ?? at.map((v) => Number(v.toPrecision(3))).join(", "));
    });
  }
}
