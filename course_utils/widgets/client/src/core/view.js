// A demo on a page or in a notebook: controls, pictures, values and a verdict. The model is anywidget's, or the page's:
// get(name), set(name, value), save_changes(), on(event, follow), off(event, follow).

import { makeControl } from "./controls.js";
import { Panel } from "./panel.js";
import { Player } from "./player.js";
import { withBands } from "./plot.js";
import { Stage } from "./stage.js";
import { currentTheme, watchTheme } from "./theme.js";
import { Training } from "./training.js";
import { button, element, mark, say } from "./words.js";

const REST_MS = 120, FRAME_MS = 17, SEND_MS = 300, ASK_MS = 100;
let count = 0;

export class View {
  // `beside` are elements that stand beside the title; `begin` calls what computes and draws first, at once or later.
  constructor(demo, model, el, beside = [], begin = (go) => go()) {
    Object.assign(this, { demo, model, scene: model.get("scene"), id: `demo${count++}`, view: model.get("view") ?? {}, painted: 0 });
    this.state = { ...model.get("state") };
    this.theme = withBands(currentTheme());
    this.makeInputs();
    this.makeOutputs();
    this.root = this.assemble(beside);
    el.append(this.root);
    this.keep(model.get("kept") ?? null);
    this.listen();
    this.arrange();
    this.showInputs();
    begin(() => this.refresh());
  }

  makeInputs() {
    const change = (changes) => this.change(changes);
    this.complain = (text) => { this.problem.textContent = `Not changed. ${text}`; };
    this.problem = element("p", { class: "problem", role: "alert" });
    this.controls = Object.fromEntries(this.scene.controls.map(
      (control) => [control.name, makeControl(control, `${this.id}-${control.name}`, change, this.complain, this.demo.bare?.includes(control.name))]));
    this.presets = Object.entries(this.scene.presets).map(([name, values]) => (
      { values: { ...this.scene.start, ...values }, button: button(name, { "aria-pressed": "false" }, () => change({ ...this.scene.start, ...values })) }));
    this.keeper = button("Keep this one", { class: "tool", "aria-pressed": "false" }, () => this.keep(this.kept ? null : { ...this.state }, true));
    if (this.demo.work) this.training = new Training(() => this.demo.work(() => this.state, this.data()), (seen) => { this.seen = seen; this.paint(true); });
    else if (this.demo.last) this.player = new Player(() => this.demo.last(this.state, this.seen), () => this.paint(), this.id);
  }

  makeOutputs() {
    this.values = element("dl", { class: "values" });
    this.verdict = element("p", { class: "verdict", role: "status", "aria-live": "polite" });
    const rest = {
      controls: this.scene.controls, view: this.view, now: () => ({ state: this.state, seen: this.seen }),
      change: (changes) => this.change(changes), redraw: () => { this.save(); this.paint(); },
    };
    this.panels = this.demo.panels.map((spec) => new Panel(spec, rest));
    const captions = this.demo.panels.map(({ tab, caption }) => tab ?? caption);
    this.stage = new Stage(this.panels, captions, () => this.paint());
  }

  assemble(beside) {
    const rows = (isNumber) => this.scene.controls.filter(({ low }) => (low !== undefined) === isNumber).map(({ name }) => this.controls[name].row);
    const acts = element("div", { class: "acts" }, ...(this.player ? [this.player.box] : []), ...(this.training ? [this.training.box] : []), this.keeper);
    const inputs = element("div", { class: "inputs" }, ...rows(false), ...rows(true));
    const outcome = element("div", { class: "outcome" }, this.problem, this.values, this.verdict);
    const head = element("header", {}, element(this.scene.page ? "h1" : "h2", { class: "title" }, this.scene.title), ...beside);
    const presets = element("div", { class: "presets", role: "group", "aria-label": "Presets" }, ...this.presets.map((one) => one.button));
    const bar = element("div", { class: "bar" }, presets, acts);
    this.side = element("div", { class: "side" }, inputs, outcome);
    const body = element("div", { class: "body" }, this.stage.box, element("div", { class: "beside" }, this.side));
    const kinds = ["demo", ...["page", "lecture"].filter((kind) => this.scene[kind])];
    return element("section", { class: kinds.join(" "), "aria-label": this.scene.title }, element("div", { class: "frame" }, head, bar, body));
  }

  listen() {
    const follow = () => this.followModel(), take = () => this.refresh(), resized = new ResizeObserver(() => this.fit());
    this.model.on("change:state", follow);
    this.model.on("change:sent", take);
    for (const { plot } of this.panels) resized.observe(plot.holder);
    resized.observe(this.stage.grid);
    const steady = new ResizeObserver(() => this.keepSteady());
    steady.observe(this.side);
    const unwatch = watchTheme(() => { this.theme = withBands(currentTheme()); this.paint(); });
    this.end = () => {
      this.training?.stop();
      if (this.player) this.player.playing = false;
      resized.disconnect();
      steady.disconnect();
      unwatch();
      clearTimeout(this.rest);
      if (this.unsent) this.sendNow();
      this.model.off?.("change:state", follow);
      this.model.off?.("change:sent", take);
    };
  }

  // Called when the page has laid something out anew: after the first picture, too, which mostly has its size by then.
  fit() {
    const outgrown = [this.stage.room, ...this.shown().map(({ plot }) => plot.room)].filter((room) => room.outgrown());
    if (!outgrown.length) return;
    for (const room of outgrown) room.forget();
    this.letters = null;
    this.paint(true);
  }

  // In a notebook the demo is as high as its inputs and texts need. The height that they have needed once is kept while
  // the width stays, so that pictures and cells below do not jump from one verdict to the next.
  keepSteady() {
    if (this.scene.page || this.scene.lecture) return;
    const { width, height } = this.side.getBoundingClientRect();
    this.needed = { width, height: width === this.needed?.width ? Math.max(height, this.needed.height) : height };
    this.side.parentElement.style.minHeight = `${this.needed.height}px`;
  }

  shown() {
    return this.panels.filter(({ figure }) => !figure.hidden);
  }

  // What the demo gets beside the state: what came with the page, and what Python sent for this state.
  data() {
    return { ...this.scene.data, sent: this.model.get("sent") ?? null };
  }

  change(changes) {
    const live = this.training?.pieces && Object.keys(changes).every((name) => this.demo.live?.includes(name));
    this.state = { ...this.state, ...changes };
    this.save();
    if (live) this.paint(true); else this.compute(true);
  }

  save() {
    this.model.set("state", this.state);
    this.model.set("kept", this.kept?.state ?? null);
    this.model.set("view", { ...this.view });
    this.send();
  }

  // Other views of the model have followed by now. The kernel, or the address of a page, hears of it when the hand
  // rests: a browser limits how often an address may change, and JupyterLab lays out its toolbar anew at each message.
  // A kernel that computes a part of the picture is asked on the way.
  send() {
    const asks = Object.keys(this.model.get("sent") ?? {}).length > 0;
    if (asks && this.unsent) return;
    clearTimeout(this.unsent);
    this.unsent = setTimeout(() => this.sendNow(), asks ? ASK_MS : SEND_MS);
  }

  sendNow() {
    clearTimeout(this.unsent);
    this.unsent = null;
    this.told = this.state;
    this.model.save_changes();
  }

  // A change of this view itself comes back, too, and must not stop what is computing; nor may the kernel's echo of what
  // it was told last undo what the hand did since.
  followModel() {
    const now = this.model.get("state"), isNow = (state) => Object.keys(now).every((name) => now[name] === state[name]);
    if (isNow(this.state)) return;
    if (this.unsent && this.told && isNow(this.told)) { this.model.set("state", this.state); return; }
    this.state = { ...now };
    this.refresh();
  }

  // Drafted at first, so that something is seen soon.
  refresh() {
    this.compute(true);
    if (this.model.get("problem")) this.complain(this.model.get("problem"));
  }

  // What has been trained is kept as it is.
  keep(state, save = false) {
    const trained = save && this.demo.work;
    this.kept = state ? { state, seen: trained ? structuredClone(this.seen) : this.demo.simulate(state, this.data()) } : null;
    say(this.keeper, this.kept ? "Let it go" : "Keep this one");
    mark(this.keeper, "aria-pressed", Boolean(this.kept));
    if (save) { this.save(); this.paint(); }
  }

  // A demo that takes longer than a frame has a `draft`, which is seen until the hand rests.
  compute(moving) {
    this.training?.stop();
    say(this.problem, "");
    this.drafted = moving && Boolean(this.demo.draft);
    if (this.drafted) { this.draft(); return; }
    this.sharpen();
    this.paint(moving);
  }

  // A draft that says that it is `behind` goes on when it has been painted, and is seen on its way.
  draft(again = false) {
    this.seen = this.demo.draft(this.state, this.data(), again);
    this.paint(true);
  }

  sharpen() {
    this.drafted = false;
    this.seen = this.demo.simulate(this.state, this.data());
  }

  // Draw. While a hand moves, what is costly is drafted; it is made sharp when the hand rests.
  paint(moving = false) {
    if (!this.seen) return;
    if (this.drafted && !moving) this.sharpen();
    const { state, seen, kept: keep, theme } = this;
    this.arrange();
    const until = this.player?.until ?? null, until0 = until === null ? null : Math.floor(until);
    const now = { state, seen, data: this.data(), keep, until: until0, theme, draft: moving, letters: Math.max(11, 0.86 * this.letters) };
    const shown = this.shown();
    for (const panel of shown) panel.write(now);
    for (const { plot } of shown) plot.room.size;
    for (const panel of shown) panel.draw(now);
    for (const panel of shown) panel.label(now);
    this.showInputs();
    this.showOutcome();
    this.painted += 1;
    this.root.dataset.painted = this.painted;
    clearTimeout(this.rest);
    if (this.drafted && seen.behind) this.rest = setTimeout(() => this.draft(true), FRAME_MS);
    else if (this.drafted || this.panels.some(({ plot }) => plot.awaited)) this.rest = setTimeout(() => this.paint(), REST_MS);
  }

  // The panels that say something, as the room and the theme of the page are.
  arrange() {
    this.root.classList.toggle("dark", this.theme.name === "dark");
    this.letters ??= parseFloat(getComputedStyle(this.root).fontSize);
    this.stage.arrange(this.letters, this.demo.panels.flatMap((spec, k) => (spec.idle?.(this.state) ? [k] : [])));
  }

  // Controls that do nothing in this state are not there.
  showInputs() {
    const idle = this.demo.idle?.(this.state) ?? [];
    for (const [name, control] of Object.entries(this.controls)) {
      if (control.row.hidden !== idle.includes(name)) control.row.hidden = !control.row.hidden;
      control.follow(this.state[name]);
    }
    for (const one of this.presets) {
      const chosen = Object.entries(one.values).every(([name, value]) => this.state[name] === value);
      mark(one.button, "aria-pressed", chosen);
    }
    this.player?.follow();
  }

  showOutcome() {
    const rows = this.demo.values?.(this.state, this.seen, this.data()) ?? [];
    if (this.values.children.length !== rows.length) {
      this.values.replaceChildren(...rows.map(() => element("div", {}, element("dt"), element("dd"))));
    }
    rows.forEach((texts, k) => texts.forEach((text, part) => say(this.values.children[k].children[part], String(text))));
    const until = this.player?.until ?? null;
    const said = until === null || until >= this.player.last() ? this.demo.describe(this.state, this.seen, this.data()) : "";
    say(this.verdict, said);
  }
}
