// The page of one question. A key marks all answers of the group that is framed; the server keeps it at once.
"use strict";

const { root, place, most, marker: given } = document.body.dataset;
const at = (id) => document.getElementById(id);
const all = (query, within = document) => [...within.querySelectorAll(query)];
const number = (value) => String(Math.round(value * 10000) / 10000);

const items = all("[data-item]").map((element) => ({
  element, id: Number(element.dataset.item), points: Number(element.dataset.points),
  text: element.dataset.text, origin: element.dataset.origin,
}));
let states = {};
let units = all(".group").map((element) => ({ element, answers: all(".answer", element) }));
let current = 0;
let named = null;
let editing = null;
let awaitsItem = false;
let queue = Promise.resolve();
const seen = new WeakMap();

// ---- what was on the screen

const observer = new IntersectionObserver(look, { rootMargin: `-${document.querySelector("header").offsetHeight}px 0px 0px 0px` });

function look(entries) {
  for (const { target, isIntersecting } of entries) {
    if (isIntersecting) seen.set(target, true);
  }
}

const wasSeen = (answer) => all(".edge", answer).every((edge) => seen.has(edge));

// ---- answers and their marks

const ids = (answer) => answer.dataset.ids.split(" ");
const keyOf = (id) => id.split("-")[0];
const idsOf = (unit) => unit.answers.flatMap(ids);
const statesOf = (unit) => idsOf(unit).map((id) => states[keyOf(id)]).filter(Boolean);
const isOpen = (unit) => statesOf(unit).some((state) => state.again);

function common(unit) {
  const found = statesOf(unit);
  const first = found[0];
  const same = (state) => state.points === first.points && String(state.items) === String(first.items);
  return first && first.points !== null && found.every(same) ? first : null;
}

function words(unit) {
  const found = statesOf(unit);
  if (!found.length) return "";
  const state = common(unit);
  if (state) {
    const who = state.marker ? ` · ${state.marker}, ${new Date(state.at).toLocaleString([], { dateStyle: "short", timeStyle: "short" })}` : "";
    const asks = found.some((one) => one.again) ? " · graded again since, look again" : "";
    const says = state.comment ? ` · “${state.comment}”` : "";
    return `${number(state.points)} of ${number(Number(most))}${who}${says}${asks}`;
  }
  const marks = [...new Set(found.map((one) => (one.points === null ? "no mark" : number(one.points))))];
  return marks.length > 1 ? `marks differ: ${marks.join(", ")}` : "no mark yet";
}

function draw() {
  for (const [place, unit] of units.entries()) {
    unit.element.classList.toggle("current", place === current);
    unit.element.classList.toggle("open", isOpen(unit));
  }
  for (const group of all(".group")) {
    group.querySelector(".mark").textContent = words({ answers: all(".answer", group) });
  }
  const chosen = units.length ? common(units[current]) : null;
  for (const item of items) {
    item.element.querySelector(".item").setAttribute("aria-pressed", String(Boolean(chosen && chosen.items.includes(item.id))));
  }
  at("chosen").textContent = units.length ? words(units[current]) : "";
  if (document.activeElement !== at("comment")) at("comment").value = chosen ? chosen.comment : "";
  if (document.activeElement !== at("points")) at("points").value = chosen && !chosen.items.length ? number(chosen.points) : "";
  const found = Object.values(states);
  const done = found.filter((state) => !state.again).length;
  at("done").value = done;
  const left = units.filter(isOpen).length;
  at("count").textContent = `${done} of ${found.length} marked` + (left ? `, ${left} ${left === 1 ? "group" : "groups"} left` : "");
}

function say(text, isError = false) {
  at("said").textContent = text;
  at("said").className = isError ? "error" : "";
}

// ---- moving

function go(place, top = true) {
  if (!units.length) return;
  current = Math.min(Math.max(place, 0), units.length - 1);
  if (top) units[current].element.scrollIntoView({ block: "start" });
  draw();
}

function goOn() {
  const order = [...units.keys()].map((step) => (current + 1 + step) % units.length);
  const next = order.find((one) => isOpen(units[one]));
  if (next === undefined) say("All answers are marked. The key ] opens the next question.");
  else go(next);
}

function split() {
  const unit = units[current];
  const group = unit.element.closest(".group");
  const inGroup = (one) => group.contains(one.element);
  const joined = units.filter(inGroup).length > 1;
  const answers = all(".answer", group);
  if (!joined && answers.length < 2) return say("This group has one text only; answers that are the same get the same mark.");
  const first = units.findIndex(inGroup);
  const made = joined ? [{ element: group, answers }] : answers.map((element) => ({ element, answers: [element] }));
  all(".current, .open", group).concat(group).forEach((one) => one.classList.remove("current", "open"));
  units.splice(first, units.filter(inGroup).length, ...made);
  go(first);
}

// ---- the server

async function ask(path, body) {
  let answer;
  try {
    answer = await fetch(`${root}/${path}`, body === undefined ? {} : {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
    });
  } catch {
    throw new Error("Not saved: `autograder mark` does not answer. Start it again; all that it confirmed is kept.");
  }
  const result = await answer.json().catch(() => ({ error: `the server answered ${answer.status}` }));
  if (result.states) states = result.states;
  if (!answer.ok) throw new Error(result.error);
  return result;
}

// One after the other: what a key does depends on what the one before has done.
function act(work) {
  queue = queue.then(work).catch((error) => say(error.message, true)).then(draw);
  return queue;
}

function give(chooses, goesOn = false) {
  const unit = units[current];
  if (!unit) return;
  look(observer.takeRecords());
  const unseen = unit.answers.filter((answer) => !wasSeen(answer));
  if (unseen.length) {
    unseen[0].scrollIntoView({ block: "start" });
    const counted = unseen.length === 1 ? "1 answer of this group was" : `${unseen.length} answers of this group were`;
    say(`${counted} not on the screen yet; now you see the first. Scroll with Space, then press the key again.`, true);
    return;
  }
  act(async () => {
    const answers = Object.fromEntries(idsOf(unit).map((id) => [id, states[keyOf(id)]?.tag ?? ""]));
    const result = await ask(`mark/${place}`, { marker: at("marker").value, answers, ...chooses(common(unit)) });
    say(result.said);
    if (goesOn && unit === units[current]) goOn();
  });
}

function toggle(item) {
  give((chosen) => {
    const had = chosen ? chosen.items : [];
    return { items: had.includes(item.id) ? had.filter((one) => one !== item.id) : [...had, item.id] };
  });
}

function giveAll() {
  const positive = items.filter((item) => item.points > 0);
  const total = number(positive.reduce((sum, item) => sum + item.points, 0));
  give(() => (total === number(Number(most)) ? { items: positive.map((item) => item.id) } : { points: Number(most) }), true);
}

function undo() {
  act(async () => {
    const result = await ask(`undo/${place}`, { marker: at("marker").value });
    say(result.said);
    if (result.reload) return reload();
    const back = new Set(result.keys);
    const where = units.findIndex((unit) => idsOf(unit).some((id) => back.has(keyOf(id))));
    if (where >= 0) go(where);
  });
}

function reload() {
  if (units.length) sessionStorage.setItem("place", ids(units[current].answers[0])[0]);
  sessionStorage.setItem("said", at("said").textContent);
  location.reload();
}

async function names() {
  if (!named) named = (await ask(`names/${place}`)).names;
  const show = all(".who").every((one) => one.hidden);
  for (const who of all(".who")) {
    who.textContent = ids(who.closest(".answer")).map((id) => named[keyOf(id)]).join(", ");
    who.hidden = !show;
  }
}

// ---- the rubric

function edit(item) {
  editing = item;
  const form = at("item");
  form.hidden = false;
  form.elements.text.value = item ? item.text : "";
  form.elements.points.value = item ? number(item.points) : "";
  form.elements.retire.hidden = !item;
  form.elements.text.focus();
}

function saveItem(retire) {
  const form = at("item").elements;
  const shown = editing && { id: editing.id, text: editing.text, points: editing.points, origin: editing.origin };
  const body = { marker: at("marker").value, shown, text: form.text.value, points: form.points.value, retire };
  act(async () => { say((await ask(`item/${place}`, body)).said); reload(); });
}

at("item").addEventListener("submit", (event) => { event.preventDefault(); saveItem(false); });
at("item").elements.retire.addEventListener("click", () => saveItem(true));
at("item").elements.leave.addEventListener("click", () => { at("item").hidden = true; });

// ---- keys and buttons

const KEYS = {
  Enter: () => go(current + 1), j: () => go(current + 1), k: () => go(current - 1), g: goOn, s: split, u: undo,
  n: () => act(names), f: giveAll, 0: () => give(() => ({ items: [] }), true), r: () => edit(null),
  e: () => { awaitsItem = true; say("Which item? Press its number."); },
  c: () => at("comment").focus(), p: () => { at("points").focus(); at("points").select(); },
  "[": () => at("before")?.click(), "]": () => at("after")?.click(), "?": () => at("keys").showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || at("keys").open) return;
  if (event.target.matches("input, select, textarea")) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (event.target.matches("button, a, summary") && (event.key === "Enter" || event.key === " ")) return;
  const item = /^[1-9]$/.test(event.key) ? items[Number(event.key) - 1] : undefined;
  const does = item ? () => (awaitsItem ? edit(item) : toggle(item)) : KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!does) return;
  event.preventDefault();
  does();
  if (event.key.toLowerCase() !== "e") awaitsItem = false;
});

at("comment").addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  event.preventDefault();
  const comment = at("comment").value;
  at("comment").blur();
  if (comment.trim() && !all("#comments option").some((one) => one.value === comment.trim())) {
    const option = document.createElement("option");
    option.value = comment.trim();
    at("comments").append(option);
  }
  give(() => ({ comment }));
});

at("points").addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  event.preventDefault();
  const points = at("points").value;
  at("points").blur();
  give(() => ({ points }));
});

for (const item of items) {
  item.element.querySelector(".item").addEventListener("click", (event) => { event.currentTarget.blur(); toggle(item); });
  item.element.querySelector(".edit").addEventListener("click", () => edit(item));
}
for (const [id, key] of [["names", "n"], ["undo", "u"], ["help", "?"], ["full", "f"], ["none", "0"], ["new", "r"]]) {
  at(id).addEventListener("click", (event) => { event.currentTarget.blur(); KEYS[key](); });
}
for (const group of all(".group")) {
  group.addEventListener("click", (event) => {
    const where = units.findIndex((unit) => unit.element.contains(event.target));
    if (where >= 0) go(where, false);
  });
}

at("marker").value = sessionStorage.getItem("marker") || given;
at("marker").addEventListener("change", () => sessionStorage.setItem("marker", at("marker").value.trim()));

// ---- others mark as well

async function refresh() {
  const before = JSON.stringify(states);
  await ask(`states/${place}`);
  if (JSON.stringify(states) !== before) draw();
}

async function start() {
  all(".edge").forEach((edge) => observer.observe(edge));
  say(sessionStorage.getItem("said") || "");
  sessionStorage.removeItem("said");
  await refresh();
  const left = sessionStorage.getItem("place");
  sessionStorage.removeItem("place");
  const where = left ? units.findIndex((unit) => idsOf(unit).includes(left)) : units.findIndex(isOpen);
  go(Math.max(where, 0));
  document.body.dataset.ready = "yes";
  setInterval(() => { if (!document.hidden) act(refresh); }, 5000);
}

act(start);
