// Demo D9: schedules on a noisy quadratic, as in schedules.py.

import { band, curve, level } from "../core/layers.js";
import { LOOKS } from "../core/looks.js";
import { digits } from "../core/words.js";
import { normals } from "../maths/noise.js";

const DIRECTIONS = 20, WALKS = 8, MAX_STEPS = 400, FLATTENS = 0.9, CAP = 1e6;
const EIGENVALUES = Array.from({ length: DIRECTIONS }, (_, i) => 0.02 ** (1 - i / (DIRECTIONS - 1)));

const SHAPE_OF = {
  constant: () => 1,
  step: (s) => (s < 0.5 ? 1 : s < 0.75 ? 0.1 : 0.01),
  exponential: (s) => 0.01 ** s,
  cosine: (s) => (1 + Math.cos(Math.PI * s)) / 2,
};

function scheduled({ kind, lr, steps, warmup }) {
  return Array.from({ length: steps }, (_, t) => {
    const s = Math.min(1, Math.max(0, (t - warmup) / Math.max(1, steps - warmup)));
    return lr * (warmup ? Math.min(1, (t + 1) / warmup) : 1) * SHAPE_OF[kind](s);
  });
}

const half = (w) => {
  let sum = 0;
  for (let i = 0; i < DIRECTIONS; i++) sum += EIGENVALUES[i] * w[i] * w[i];
  return Math.min(sum / 2, CAP);
};

function walked(rates, noise, k, state) {
  const w = new Float64Array(DIRECTIONS).fill(1), losses = [half(w)];
  rates.forEach((lr, t) => {
    const bend = lr * (1 + (state.sharpness - 1) * FLATTENS ** t), place = (t * WALKS + k) * DIRECTIONS;
    for (let i = 0; i < DIRECTIONS; i++) w[i] -= bend * EIGENVALUES[i] * (w[i] + state.noise * noise[place + i]);
    losses.push(half(w));
  });
  return losses;
}

function simulate(state) {
  const rates = scheduled(state), noise = normals(state.seed, MAX_STEPS * WALKS * DIRECTIONS);
  const walks = Array.from({ length: WALKS }, (_, k) => walked(rates, noise, k, state));
  const sorted = walks[0].map((_, t) => walks.map((losses) => losses[t]).sort((a, b) => a - b));
  return {
    rates,
    median: sorted.map((row) => (row[3] + row[4]) / 2),
    low: sorted.map((row) => row[0]),
    high: sorted.map((row) => row.at(-1)),
  };
}

function describe(state, { median }) {
  const end = median.at(-1), worst = Math.max(...median);
  const limit = `the limit 2/L is ${digits(2 / state.sharpness)} at the start`;
  if (!(end <= median[0])) return `Diverges: the highest rate is ${digits(state.lr)}, ${limit}.`;
  const constant = simulate({ ...state, kind: "constant", warmup: 0 }).median.at(-1);
  const beside = constant >= CAP ? "the constant rate diverges" : `with the constant rate it ends at ${digits(constant)}`;
  const rose = worst > 10 * median[0] ? ` It had risen ${worst >= CAP ? "beyond" : "to"} ${digits(worst)}: ${limit}.` : "";
  const name = state.kind[0].toUpperCase() + state.kind.slice(1);
  return `${name}: the loss ends at ${digits(end)} (median of ${WALKS} walks); ${beside}.${rose}`;
}

const steps = (state) => ({ domain: [0, state.steps], name: "step", whole: true });

export const demo = {
  name: "schedules",
  simulate,
  describe,
  last: (state) => state.steps,
  values: (state, { median }) => [["loss at the end", digits(median.at(-1))], ["2/L at the start", digits(2 / state.sharpness)]],
  panels: [
    {
      caption: "Schedule", tab: "Schedule",
      label: "Learning rate by step",
      options: { axis: ["linear", "log"] },
      plot: (state, { rates }, data, { axis }) => ({
        x: steps(state), y: { name: "learning rate", log: axis === "log" },
        layers: [level({ y: 2 / state.sharpness, text: "2/L at the start" }), curve({ values: rates, look: LOOKS[0] })],
      }),
    },
    {
      caption: "Loss with noisy gradients", tab: "Loss", weight: 1.2,
      label: "Median, lowest and highest loss of eight walks by step",
      plot: (state, { median, low, high }) => ({
        x: steps(state), y: { name: "loss", log: true },
        layers: [
          band({ low, high, look: LOOKS[1], name: "lowest to highest" }),
          curve({ values: median, look: { ...LOOKS[1], dash: [] }, name: "median of 8 walks", width: 2.4 }),
        ],
      }),
    },
  ],
};
