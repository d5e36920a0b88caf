// Sliders, number boxes, choices and switches, from the controls of a scene (controls.py).

import { element, mark } from "./words.js";

const PARTS = 1000;

// The places of a slider, which an arrow key goes through one by one: { last, at(k), near(value) }. They are the whole
// numbers, of many the evenly spread, or a thousand parts of the range.
function stops({ low, high, log, whole }) {
  const at = log ? (share) => low * (high / low) ** share : (share) => low + share * (high - low);
  const share = (value) => (log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low));
  if (whole && log) return listed([...new Set(Array.from({ length: PARTS + 1 }, (_, k) => Math.round(at(k / PARTS))))]);
  const last = whole ? high - low : PARTS;
  return {
    last, at: (k) => (k <= 0 ? low : k >= last ? high : whole ? low + k : Number(at(k / last).toPrecision(4))),
    near: (value) => Math.round(last * share(value)),
  };
}

const listed = (places) => ({
  last: places.length - 1, at: (k) => places[k],
  near: (value) => places.reduce((best, place, k) => (Math.abs(place - value) < Math.abs(places[best] - value) ? k : best), 0),
});

// A value that was typed or stands in an address; what makes no sense is an error that says what is expected.
export function read(control, value) {
  if (control.options) {
    if (!control.options.includes(value)) throw new Error(`${control.label}: expected one of ${control.options.join(", ")}; found "${value}"`);
    return value;
  }
  if (typeof control.start === "boolean") {
    if (typeof value !== "boolean") throw new Error(`${control.label}: expected true or false, found "${value}"`);
    return value;
  }
  const number = Number(value), whole = !control.whole || Number.isInteger(number);
  const fits = ["number", "string"].includes(typeof value) && String(value).trim() !== "" && number >= control.low && number <= control.high;
  if (!fits || !whole) {
    const kind = control.whole ? "a whole number" : "a number";
    throw new Error(`${control.label}: expected ${kind} from ${control.low} to ${control.high}, found "${value}"`);
  }
  return number;
}

// Keep changes that come from a drag or a key within the bounds of their controls.
export function within(controls, changes) {
  return Object.fromEntries(Object.entries(changes).map(([name, value]) => {
    const { low, high, whole } = controls.find((control) => control.name === name);
    if (low === undefined) return [name, value];
    const inside = Math.min(high, Math.max(low, value));
    return [name, whole ? Math.round(inside) : Number(inside.toPrecision(4))];
  }));
}

// A picture that is drawn again must not overwrite what somebody is typing: the box changes with its value only.
function say(box, value) {
  const text = String(Number(value.toPrecision(6)));
  if (box.said !== text) box.value = box.said = text;
}

function numberBox(control, id, change, complain) {
  const box = element("input", { type: "text", inputmode: "decimal", id, "aria-label": `${control.label}, exact value` });
  box.addEventListener("change", () => {
    box.said = null;
    try { change({ [control.name]: read(control, box.value) }); } catch (error) { complain(error.message); }
  });
  return box;
}

// What is dragged in a picture has a box for exact values, and no slider.
function bareControl(control, id, change, complain) {
  const box = numberBox(control, id, change, complain);
  const row = element("div", { class: "control bare" }, element("label", { for: id }, control.label), box);
  return { row, follow: (value) => say(box, value) };
}

function numberControl(control, id, change, complain) {
  const places = stops(control);
  const box = numberBox(control, `${id}-box`, change, complain);
  const slider = element("input", { type: "range", min: 0, max: places.last, id });
  slider.addEventListener("input", () => change({ [control.name]: places.at(Number(slider.value)) }));
  const follow = (value) => {
    if (places.at(Number(slider.value)) !== value) slider.value = places.near(value);
    slider.style.setProperty("--share", slider.value / places.last);
    say(box, value);
    mark(slider, "aria-valuetext", box.said);
  };
  return { row: element("div", { class: "control number" }, element("label", { for: id }, control.label), box, slider), follow };
}

function choiceControl(control, id, change) {
  const select = element("select", { id }, ...control.options.map((name) => element("option", { value: name }, name)));
  select.addEventListener("change", () => change({ [control.name]: select.value }));
  const row = element("div", { class: "control choice" }, element("label", { for: id }, control.label), select);
  return { row, follow: (value) => { if (select.value !== value) select.value = value; } };
}

function switchControl(control, id, change) {
  const box = element("input", { type: "checkbox", id });
  box.addEventListener("change", () => change({ [control.name]: box.checked }));
  const row = element("div", { class: "control switch" }, box, element("label", { for: id }, control.label));
  return { row, follow: (value) => { box.checked = value; } };
}

export function makeControl(control, id, change, complain, bare) {
  if (control.options) return choiceControl(control, id, change);
  if (typeof control.start === "boolean") return switchControl(control, id, change);
  return (bare ? bareControl : numberControl)(control, id, change, complain);
}
