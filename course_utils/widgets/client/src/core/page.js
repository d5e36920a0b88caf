// A demo that fills a page: previous and next, full screen, a link to the present state, help for the keyboard.

import { readLink, writeLink } from "./link.js";
import { View } from "./view.js";
import { button, element } from "./words.js";

// The model of a page: what a notebook keeps in the kernel is kept in the address.
class Address {
  constructor(scene, start) {
    this.values = { scene, state: { ...start }, kept: null, view: {}, problem: "" };
    this.start = start;
    this.followers = [];
    this.open();
    addEventListener("hashchange", () => { this.open(); this.followers.forEach((follow) => follow()); });
  }

  open() {
    const hash = location.hash.slice(1);
    this.values.problem = "";
    if (!hash || hash === this.written) return;
    try { Object.assign(this.values, readLink(this.values.scene, hash)); } catch (error) {
      this.values.problem = `The address holds no state of this demo: ${error.message}`;
    }
  }

  get(name) { return this.values[name]; }
  set(name, value) { this.values[name] = value; }
  on(name, follow) { this.followers.push(follow); }

  save_changes() {
    this.written = writeLink(this.values);
    history.replaceState(null, "", `#${this.written}`);
  }
}

async function copyLink(address, said) {
  address.save_changes();
  try {
    await navigator.clipboard.writeText(location.href);
    said.textContent = "Link copied.";
  } catch {
    said.textContent = "The browser does not let this page copy; the address bar holds the link.";
  }
  setTimeout(() => { said.textContent = ""; }, 4000);
}

function screenButton(el) {
  const change = () => (document.fullscreenElement ? document.exitFullscreen() : el.firstElementChild.requestFullscreen()).catch(() => {});
  return button("Full screen", { class: "tool" }, change);
}

const ARROWS = { previous: ["◀ ", ""], next: ["", " ▶"] };
function wayTo(name, { href, title, short }) {
  const [before, after] = ARROWS[name] ?? ["", ""];
  return element("a", { class: `tool ${name}`, href, title }, before, short, after);
}

export function openPage(demo, { scene, links, story, start }, begin) {
  const address = new Address(scene, start ?? scene.start), el = document.getElementById("demo");
  const said = element("span", { class: "said", role: "status" });
  const tools = element("nav", { class: "tools", "aria-label": "Page" }, said,
    button("Copy link", { class: "tool" }, () => copyLink(address, said)), screenButton(el),
    ...Object.entries(links ?? {}).map(([name, link]) => wayTo(name, link)));
  el.replaceChildren();
  return new View(demo, address, el, [element("p", { class: "story" }, story ?? ""), tools], begin);
}
