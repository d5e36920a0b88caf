// Sorts and searches the tables of the page. Reads nothing but the page, stores nothing, asks nobody.
"use strict";
(() => {
  const valueOf = (cell) => {
    const said = cell ? cell.dataset.sort ?? cell.textContent.trim() : "";
    const number = said === "" ? NaN : Number(said);
    return Number.isNaN(number) ? said : number;
  };
  const compare = (one, other) => {
    if (one === other) return 0;
    if (one === "" || other === "") return one === "" ? 1 : -1;
    if (typeof one === "number" && typeof other === "number") return one - other;
    return String(one).localeCompare(String(other), undefined, { numeric: true });
  };
  const sortBy = (table, head) => {
    const column = head.cellIndex;
    const down = head.getAttribute("aria-sort") === "ascending";
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const body = table.tBodies[0];
    const rows = [...body.rows].map((row) => [valueOf(row.cells[column]), row]);
    // What is empty stays last, both ways.
    rows.sort(([one], [other]) => (down && one !== "" && other !== "" ? compare(other, one) : compare(one, other)));
    body.append(...rows.map(([, row]) => row));
  };
  for (const table of document.querySelectorAll("table.sortable")) {
    for (const head of table.tHead.rows[0].cells) {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      button.addEventListener("click", () => sortBy(table, head));
      head.append(button);
    }
  }
  const box = document.getElementById("search");
  const count = document.getElementById("found");
  const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const lines = [...document.querySelectorAll("tr[data-student]")].map((row) => [plain(row.dataset.student), row]);
  box.parentElement.hidden = false;
  box.addEventListener("input", () => {
    const words = plain(box.value).split(/\s+/).filter(Boolean);
    const shown = new Set();
    for (const [name, row] of lines) {
      row.hidden = !words.every((word) => name.includes(word));
      if (!row.hidden) shown.add(name);
    }
    count.textContent = words.length ? `${shown.size} found` : "";
  });
})();
