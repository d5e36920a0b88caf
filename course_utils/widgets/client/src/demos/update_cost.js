// Demo T3: the cost of a gradient by the number of examples, as in update_cost.py, measured in this browser.

import { line } from "../core/layers.js";
import { LOOKS } from "../core/looks.js";
import { digits } from "../core/words.js";
import { images } from "../maths/images.js";
import { Network, firstWeights } from "../maths/network.js";

const POINTS = [1, 5, 10, 100, 200, 500, 1000, 5000, 10000, 20000, 30000, 50000], PASSES = ["forward", "backward"];
// Browsers round their clocks: a short pass is repeated until it can be timed. A long one is made of parts, between
// which the page answers.
const LEAST_MS = 10, WARM_MS = 60, PART = 500, INPUTS = 64;

function simulate(state) {
  const points = POINTS.filter((n) => n <= state.largest);
  return { points, forward: points.map(() => NaN), backward: points.map(() => NaN) };
}

// The times of one forward and one backward pass of n examples, in ms; it yields between parts.
function* timed(network, pictures, n) {
  const begun = performance.now(), sums = [0, 0];
  let passes = 0;
  do {
    for (let first = 0; first < n; first += PART) {
      network.load(pictures, Math.min(PART, n - first), (k) => (first + k) % pictures.count);
      const start = performance.now();
      network.forward();
      const between = performance.now();
      network.backward();
      sums[0] += between - start;
      sums[1] += performance.now() - between;
      if (n > PART) yield null;
    }
    passes++;
  } while (performance.now() - begun < LEAST_MS);
  return sums.map((sum) => sum / passes);
}

const middle = (values) => {
  const sorted = [...values].sort((a, b) => a - b), half = sorted.length / 2;
  return (sorted[Math.ceil(half) - 1] + sorted[Math.floor(half)]) / 2;
};

function* work(now, data) {
  const state = now(), seen = simulate(state), pictures = images(data.digits);
  const sizes = [INPUTS, ...state.hidden.split(",").map(Number), 10], network = new Network(sizes, firstWeights(0, sizes), PART);
  // Browsers compile what has run for a while.
  for (const end = performance.now() + WARM_MS; performance.now() < end;) yield* timed(network, pictures, 20);
  for (const [k, n] of seen.points.entries()) {
    const times = [];
    for (let count = 0; count < state.repeats; count++) times.push(yield* timed(network, pictures, n));
    PASSES.forEach((name, pass) => { seen[name][k] = middle(times.map((pair) => pair[pass])); });
    yield seen;
  }
}

const total = ({ forward, backward }) => forward.map((time, k) => time + backward[k]);

// What torch took where the page was made, or in the kernel.
function torchSays(state, { points, both, machine }) {
  const times = both[state.hidden];
  return ` ${machine}: ${digits(times[0], 2)} ms for 1 example, ${digits(times.at(-1), 2)} ms for ${points.at(-1).toLocaleString("en")}.`;
}

function describe(state, seen, data) {
  const times = total(seen), last = times.findLastIndex(Number.isFinite);
  if (last < 0) return `Press Start to measure in this browser.${torchSays(state, data.torch)}`;
  const most = seen.points[last];
  return `In this browser a gradient of 1 example takes ${digits(times[0], 2)} ms, of ${most.toLocaleString("en")} examples `
    + `${digits(times[last])} ms: ${digits(1e3 * times[0])} against ${digits((1e3 * times[last]) / most)} microseconds per example.${torchSays(state, data.torch)}`;
}

const torchLine = (state, { points, both, machine }, of) => (
  line({ name: machine, points: points.map((n, k) => [n, of(both[state.hidden][k], n)]), look: LOOKS[3], every: 1, moves: false }));

const across = { domain: [0.7, 8e4], log: true, name: "examples" };

export const demo = {
  name: "update_cost",
  simulate,
  describe,
  work,
  panels: [
    {
      caption: "One pass in this browser; dotted: both in torch", tab: "Passes", label: "Time of a forward and of a backward pass by the number of examples",
      plot: (state, seen, data) => ({
        x: across, y: { log: true, domain: [1e-3, 1e4], name: "time (ms)" },
        layers: [
          torchLine(state, data.torch, (time) => time),
          ...PASSES.map((name, i) => line({ name, points: seen.points.map((n, k) => [n, seen[name][k]]), look: LOOKS[i], every: 1 })),
        ],
      }),
    },
    {
      caption: "Both passes, per example", label: "Time per example by the number of examples",
      plot: (state, seen, data) => ({
        x: across, y: { log: true, domain: [0.1, 1e4], name: "time per example (µs)" },
        layers: [torchLine(state, data.torch, (time, n) => (1e3 * time) / n), line({ name: "this browser", points: total(seen).map((time, k) => [seen.points[k], (1e3 * time) / seen.points[k]]), look: LOOKS[2], every: 1 })],
      }),
    },
  ],
};
