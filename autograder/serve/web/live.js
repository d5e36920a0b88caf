// Draws the snapshots that the service sends; texts are put in as text, never as HTML.
const { prefix, view, workbook } = document.body.dataset;
const at = (id) => document.getElementById(id);

function made(name, text = "", kind = "", ...children) {
  const element = document.createElement(name);
  element.textContent = text;
  element.className = kind;
  element.append(...children);
  return element;
}

const slug = (text) => text.replaceAll(" ", "-");
const FEW = "fewer than 5";

// What a piece of a bar is called: small groups are put together, or with another one.
function called({ kinds, most }) {
  if (kinds.length === 1) return kinds[0];
  return most ? `${most}, but for a few` : kinds.join(" or ");
}

function style({ kinds, most }) {
  return `k-${most ? slug(most) : "several"}${kinds.length > 1 && most ? " mixed" : ""}`;
}

function bar(groups, people) {
  const row = made("div", "", "groups");
  for (const group of groups) {
    const piece = made("span", String(group.count), `group ${style(group)}`);
    piece.style.width = `${(100 * group.count) / people}%`;
    piece.title = `${called(group)}: ${group.count} of ${people}`;
    row.append(piece);
  }
  row.setAttribute("aria-hidden", "true");
  return row;
}

function exercise({ exercise: name, people, groups, mistakes }) {
  const head = made("h2", name);
  if (people === null) {
    return made("section", "", "card", head, made("p", `${FEW} verdicts can be counted`, "quiet"));
  }
  const list = made("ul", "", "mistakes");
  for (const { says, count } of mistakes) {
    const share = made("b", `${count} of ${people}`);
    list.append(made("li", "", "", share, made("span", says)));
  }
  const words = made("p", groups.map((one) => `${one.count} ${called(one)}`).join(" · "), "quiet");
  return made("section", "", "card", head, bar(groups, people), words, list);
}

function drawClass(found) {
  const of = found.roster === null ? "" : ` of ${found.roster}`;
  at("people").textContent = found.people === null ? FEW : found.people + of;
  at("counted").textContent = found.counted;
  at("queue").textContent = found.queue === null ? "–" : found.queue.waiting + found.queue.running;
  at("exercises").replaceChildren(...found.exercises.map(exercise));
  const kinds = new Set(found.exercises.flatMap((each) => each.groups.map((one) => one.most ?? "several")));
  at("key").replaceChildren(
    ...[...kinds].sort().reverse().map((kind) => {
      const name = kind === "several" ? "several kinds, fewer than 5 each" : kind;
      return made("li", "", "", made("i", "", `k-${slug(kind)}`), made("span", name));
    }),
  );
}

function person(one) {
  const name = made("th", one.student + (one.on_roster ? "" : " (not on the roster)"));
  name.scope = "row";
  const cells = [
    made("td", String(one.number), "num"),
    made("td", one.received_at.slice(0, 19).replace("T", " ")),
    made("td", one.state),
    made("td", one.score === null ? "–" : `${one.score} of ${one.max_score}`, "num"),
    made("td", one.open.join("; ")),
  ];
  return made("tr", "", "", name, ...cells);
}

function drawPeople(found) {
  at("people").textContent = found.people.length;
  for (const name of ["waiting", "running", "done", "failed"]) at(name).textContent = found.queue[name];
  at("rows").replaceChildren(...found.people.map(person));
  at("warnings").replaceChildren(...found.warnings.map((line) => made("p", line, "warn")));
  const missing = found.missing ?? [];
  at("missing").textContent = missing.length ? `${missing.length} have not handed in: ${missing.join(", ")}.` : "";
}

const draw = view === "class" ? drawClass : drawPeople;
const source = new EventSource(`${prefix}/events/${view}?workbook=${encodeURIComponent(workbook)}`);
source.onmessage = (event) => {
  draw(JSON.parse(event.data));
  document.body.dataset.drawn = "yes";
  at("line").textContent = "";
};
source.onerror = () => {
  at("line").textContent = "The connection was lost; it is tried again. What you see is the last state.";
};
