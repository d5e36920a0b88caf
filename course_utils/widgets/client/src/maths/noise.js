// Random numbers that Python and the browser draw alike, as in noise.py.

function mix(x) {
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
}

// The number at a place of a seed, uniform strictly between 0 and 1.
export function uniform(seed, place) {
  return (mix((mix(place) + mix(seed + 1)) >>> 0) + 0.5) / 2 ** 32;
}

const drawn = new Map();

// The first `count` standard normal numbers of a seed.
export function normals(seed, count) {
  const kept = `${seed} ${count}`;
  if (drawn.has(kept)) return drawn.get(kept);
  const made = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    made[i] = Math.sqrt(-2 * Math.log(uniform(seed, 2 * i))) * Math.cos(2 * Math.PI * uniform(seed, 2 * i + 1));
  }
  if (drawn.size > 16) drawn.clear();
  drawn.set(kept, made);
  return made;
}
