// The page of exceptions: each form is sent as JSON; what the server says is shown, and the page loaded again.
"use strict";

const { root, marker: given } = document.body.dataset;
const said = document.getElementById("said");
const marker = document.getElementById("marker");
marker.value = sessionStorage.getItem("marker") || given;
marker.addEventListener("change", () => sessionStorage.setItem("marker", marker.value.trim()));
said.textContent = sessionStorage.getItem("said") || "";
sessionStorage.removeItem("said");

async function send(form) {
  const body = { ...Object.fromEntries(new FormData(form)), marker: marker.value };
  try {
    const answer = await fetch(`${root}/exceptions/${form.dataset.act}`, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
    });
    const result = await answer.json();
    if (!answer.ok) throw new Error(result.error);
    sessionStorage.setItem("said", result.said);
    location.reload();
  } catch (error) {
    said.textContent = error.message;
    said.className = "error";
  }
}

for (const form of document.forms) {
  form.addEventListener("submit", (event) => { event.preventDefault(); send(form); });
}
