// Whole numbers and orders that Python and the browser draw alike, as in noise.py.

import { uniform } from "./noise.js";

// Seeds of demos are below this number: `seed + k * STREAM` is a series of its own for every k.
export const STREAM = 100;

// The whole number from 0 to `below` - 1 at a place of a seed.
export const pick = (seed, place, below) => Math.floor(uniform(seed, place) * below);

const LIMIT = 8, drawn = new Map();

// Random orders of 0 to n - 1, one after the other in one array, by Fisher and Yates (1938).
export function orders(seed, rows, n) {
  const key = `${seed} ${rows} ${n}`;
  if (drawn.has(key)) return drawn.get(key);
  const made = new Uint16Array(rows * n);
  for (let row = 0; row < rows; row++) shuffle(made.subarray(row * n, (row + 1) * n), seed, row * n);
  if (drawn.size >= LIMIT) drawn.delete(drawn.keys().next().value);
  drawn.set(key, made);
  return made;
}

function shuffle(order, seed, place) {
  const n = order.length;
  for (let i = 0; i < n; i++) order[i] = i;
  for (let i = 0; i < n - 1; i++) {
    const j = i + Math.floor(uniform(seed, place + i) * (n - i)), here = order[i];
    order[i] = order[j];
    order[j] = here;
  }
}
