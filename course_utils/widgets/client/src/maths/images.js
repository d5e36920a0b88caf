// Images of digits as Python sends them: a character per pixel, as in digit_training.py.

const LEVELS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const read = new WeakMap();

// Normalised images, one row after the other, and their classes.
export function images(record) {
  if (!read.has(record)) read.set(record, decode(record));
  return read.get(record);
}

function decode({ pixels, labels, inputs, mean, std }) {
  const level = new Int8Array(128);
  [...LEVELS].forEach((letter, k) => { level[letter.charCodeAt(0)] = k; });
  const x = new Float64Array(pixels.length);
  for (let i = 0; i < x.length; i++) x[i] = (level[pixels.charCodeAt(i)] - mean) / std;
  return { x, y: Uint8Array.from(labels, Number), inputs, count: labels.length };
}
