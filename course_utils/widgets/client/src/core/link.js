// The whole state in the address behind "#": the controls, the kept state and the views of the panels, as JSON.

import { read } from "./controls.js";

function readState(scene, found) {
  const state = { ...scene.start };
  for (const [name, value] of Object.entries(found)) {
    const control = scene.controls.find((one) => one.name === name);
    if (!control) throw new Error(`there is no control "${name}"`);
    state[name] = read(control, value);
  }
  return state;
}

const isRecord = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

// What an address holds: { state, kept, view }. What makes no sense is an error.
export function readLink(scene, hash) {
  const found = JSON.parse(decodeURIComponent(hash));
  if (!isRecord(found)) throw new Error("expected a record of controls");
  const { kept = null, view = {}, ...controls } = found;
  if ((kept !== null && !isRecord(kept)) || !isRecord(view)) throw new Error("expected records in it");
  return { state: readState(scene, controls), kept: kept && readState(scene, kept), view };
}

export function writeLink({ state, kept, view }) {
  const parts = { ...state, ...(kept ? { kept } : {}), ...(Object.keys(view ?? {}).length ? { view } : {}) };
  return encodeURIComponent(JSON.stringify(parts));
}
