// The page of a demo: controls, pictures, a verdict. Works as an anywidget and in a file without any server.
// A demo is { simulate(state, data), describe(state, seen), panels }; a panel is { caption, label, draw(canvas, state,
// seen, data) } and, where it can be clicked or steered by the arrow keys, { pick(hit, px, py), nudge(state, dx, dy) },
// which return changes of the state; `hit` is what its `draw` returned.

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

// Share of the slider (0 to 1) to value and back; logarithmic where the control says so.
const toValue = (control, share) => (control.log
  ? control.low * (control.high / control.low) ** share
  : control.low + share * (control.high - control.low));
const toShare = (control, value) => (control.log
  ? Math.log(value / control.low) / Math.log(control.high / control.low)
  : (value - control.low) / (control.high - control.low));

function read(control, text) {
  const value = Number(text), whole = !control.whole || Number.isInteger(value);
  if (String(text).trim() === "" || !Number.isFinite(value) || value < control.low || value > control.high || !whole) {
    const kind = control.whole ? "a whole number" : "a number";
    throw new Error(`${control.label}: expected ${kind} from ${control.low} to ${control.high}, found "${text}"`);
  }
  return value;
}

function numberControl(control, id, change, complain) {
  const box = element("input", { type: "text", inputmode: "decimal", id: `${id}-box`, "aria-label": `${control.label}, exact value` });
  // An arrow key moves a whole number by one, any other by a thousandth of the way.
  const parts = control.whole && !control.log ? control.high - control.low : 1000;
  const slider = element("input", { type: "range", min: 0, max: parts, id });
  slider.addEventListener("input", () => {
    const value = toValue(control, slider.value / parts);
    change({ [control.name]: control.whole ? Math.round(value) : Number(value.toPrecision(4)) });
  });
  box.addEventListener("change", () => {
    try { change({ [control.name]: read(control, box.value) }); } catch (error) { complain(error.message); }
  });
  const label = element("label", { for: id }, control.label);
  const follow = (value) => {
    if (document.activeElement !== slider) slider.value = parts * toShare(control, value);
    box.value = Number(value.toPrecision(6));
    slider.setAttribute("aria-valuetext", String(box.value));
  };
  return { row: element("div", { class: "control" }, label, slider, box), follow };
}

function choiceControl(control, id, change) {
  const select = element("select", { id }, ...control.options.map((name) => element("option", { value: name }, name)));
  select.addEventListener("change", () => change({ [control.name]: select.value }));
  const row = element("div", { class: "control" }, element("label", { for: id }, control.label), select);
  return { row, follow: (value) => { select.value = value; } };
}

function switchControl(control, id, change) {
  const box = element("input", { type: "checkbox", id });
  box.addEventListener("change", () => change({ [control.name]: box.checked }));
  const row = element("div", { class: "control" }, element("label", { for: id }, control.label), box);
  return { row, follow: (value) => { box.checked = value; } };
}

function makeControl(control, id, change, complain) {
  if (control.options) return choiceControl(control, id, change);
  if (typeof control.start === "boolean") return switchControl(control, id, change);
  return numberControl(control, id, change, complain);
}

// The state that a link holds behind "#": every value is read by its control, and one that makes no sense is an error.
function readLink(scene, hash) {
  const found = JSON.parse(decodeURIComponent(hash)), state = {};
  for (const [name, value] of Object.entries(found)) {
    const control = scene.controls.find((one) => one.name === name);
    if (!control) throw new Error(`there is no control "${name}"`);
    if (control.options && !control.options.includes(value)) throw new Error(`${control.label}: found "${value}"`);
    state[name] = control.low === undefined ? value : read(control, value);
  }
  return state;
}

function panel(caption, label) {
  const canvas = element("canvas", { role: "img", "aria-label": label });
  return { canvas, figure: element("figure", {}, element("figcaption", {}, caption), canvas) };
}

function position(canvas, event) {
  const box = canvas.getBoundingClientRect();
  return [((event.clientX - box.left) / box.width) * 480, ((event.clientY - box.top) / box.height) * 300];
}

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
let count = 0;

// Keep changes that come from a click or a key within the bounds of their controls.
function within(controls, changes) {
  return Object.fromEntries(Object.entries(changes).map(([name, value]) => {
    const { low, high } = controls.find((control) => control.name === name);
    return [name, Number(Math.min(high, Math.max(low, value)).toPrecision(4))];
  }));
}

function drawnPanel(spec, scene, state, change) {
  const made = { ...panel(spec.caption, spec.label), hit: null };
  if (!spec.pick) return made;
  made.canvas.tabIndex = 0;
  made.canvas.addEventListener("click", (event) => {
    change(within(scene.controls, spec.pick(made.hit, ...position(made.canvas, event))));
  });
  made.canvas.addEventListener("keydown", (event) => {
    if (!ARROWS[event.key]) return;
    event.preventDefault();
    change(within(scene.controls, spec.nudge(state(), ...ARROWS[event.key], made.hit)));
  });
  return made;
}

function presetControl(scene, id, change) {
  const names = Object.keys(scene.presets).map((name) => element("option", { value: name }, name));
  const select = element("select", { id }, element("option", { value: "" }, "(presets)"), ...names);
  select.addEventListener("change", () => {
    if (select.value) change({ ...scene.start, ...scene.presets[select.value] }, true);
  });
  const row = element("div", { class: "control" }, element("label", { for: id }, "Preset"), select);
  return { row, forget: () => { select.value = ""; } };
}

function build(demo, model, el) {
  const scene = model.get("scene"), data = scene.data ?? {}, prefix = `demo${count++}`;
  let state = { ...model.get("state") };
  const problem = element("p", { class: "problem", role: "alert" });
  const verdict = element("p", { class: "verdict", role: "status", "aria-live": "polite" });
  const complain = (text) => { problem.textContent = `Not changed. ${text}`; };
  const presets = presetControl(scene, `${prefix}-presets`, change);
  function change(changes, isPreset = false) {
    state = { ...state, ...changes };
    if (!isPreset) presets.forget();
    model.set("state", state);
    model.save_changes();
    paint();
  }
  const controls = Object.fromEntries(scene.controls.map(
    (control) => [control.name, makeControl(control, `${prefix}-${control.name}`, change, complain)]));
  const panels = demo.panels.map((spec) => drawnPanel(spec, scene, () => state, change));

  function paint() {
    const seen = demo.simulate(state, data);
    demo.panels.forEach((spec, i) => { panels[i].hit = spec.draw(panels[i].canvas, state, seen, data); });
    for (const [name, control] of Object.entries(controls)) control.follow(state[name]);
    verdict.textContent = demo.describe(state, seen);
    problem.textContent = "";
    root.dataset.painted = String(Number(root.dataset.painted ?? 0) + 1);
  }

  // What is chosen stands in one row; every number has a row of its own, so that its slider is long.
  const rows = (isNumber) => scene.controls.filter(({ low }) => (low !== undefined) === isNumber)
    .map(({ name }) => controls[name].row);
  const root = element("section", { class: `demo ${scene.lecture ? "lecture" : ""}`, "aria-label": scene.title },
    element("h2", {}, scene.title),
    element("div", { class: "inputs" }, element("div", { class: "choices" }, presets.row, ...rows(false)),
      element("div", { class: "numbers" }, ...rows(true)), problem),
    element("div", { class: "panels" }, ...panels.map(({ figure }) => figure)), verdict);
  el.append(root);
  const followModel = () => {
    state = { ...model.get("state") };
    paint();
    if (model.get("problem")) complain(model.get("problem"));
  };
  model.on("change:state", followModel);
  followModel();
  addEventListener("resize", paint);
  return () => { removeEventListener("resize", paint); model.off?.("change:state", followModel); };
}

export const mount = (demo) => ({ render: ({ model, el }) => build(demo, model, el) });
