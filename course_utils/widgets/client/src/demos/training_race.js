// Demo T5: update rules on a real network, as in digit_race.py. It trains in the page.

import { curve } from "../core/layers.js";
import { lookOf } from "../core/looks.js";
import { digits } from "../core/words.js";
import { STREAM, pick } from "../maths/draws.js";
import { images } from "../maths/images.js";
import { Learner, Network, firstWeights } from "../maths/network.js";
import { beginning, untrained, untrainedValues } from "./untrained.js";

const HIDDEN = 32, CLASSES = 10, LAST = 10, MOST_LOST = 10, LARGEST = 250, ALL = "all of them", SMOOTH = 20;

// Rules of the page run in the page; classes of the notebook run in Python, which sends their losses.
const chosen = (rule, names) => (rule === ALL ? names : names.filter((name) => name === rule));

function simulate(state, data) {
  const rules = chosen(state.rule, data.rules).map((name) => [name, []]);
  return { losses: { ...Object.fromEntries(rules), ...data.sent?.losses } };
}

function* work(now, data) {
  const { seed, data: kind, rule } = now(), { losses } = simulate(now(), data), pictures = images(data[kind]);
  const sizes = [pictures.inputs, HIDDEN, CLASSES], runs = [];
  for (const name of chosen(rule, data.rules)) {
    runs.push({ into: losses[name], learner: new Learner(new Network(sizes, firstWeights(seed, sizes), LARGEST), name) });
  }
  let drawn = 0;
  const place = (k) => pick(seed + STREAM, drawn + k, pictures.count);
  for (let t = 0; t < now().steps && runs.length; t++) {
    const state = now();
    for (const { learner, into } of runs) {
      learner.network.load(pictures, state.batch_size, place);
      into.push(learner.step(state));
    }
    drawn += state.batch_size;
    yield { losses };
  }
}

const updatesDone = ({ losses }) => Math.max(0, ...Object.values(losses).map((values) => values.length));

// All rules begin with the same network.
function first({ data: kind, seed }, data) {
  const pictures = images(data[kind]), sizes = [pictures.inputs, HIDDEN, CLASSES];
  return untrained(`race ${kind} ${seed}`, pictures, LARGEST, () => new Network(sizes, firstWeights(seed, sizes), LARGEST));
}

const atFirst = (state, seen, data) => (updatesDone(seen) ? [] : [beginning(first(state, data))]);
const mean = (values) => values.reduce((sum, v) => sum + v, 0) / values.length;

function describe(state, seen, data) {
  const done = updatesDone(seen);
  if (!done) return "Press Start: all rules train from the same weights, on the same batches.";
  const begun = Object.entries(seen.losses).filter(([, values]) => values.length);
  const endsEarly = (name) => data.sent?.losses?.[name]?.length < data.sent?.state?.steps;
  const ends = begun.map(([name, values]) => [name, endsEarly(name) ? NaN : mean(values.slice(-LAST))]);
  const lost = ends.filter(([, end]) => !(end < MOST_LOST)).map(([name]) => name);
  const order = ends.filter(([name]) => !lost.includes(name)).sort((one, other) => one[1] - other[1]);
  const ranking = order.map(([name, end]) => `${name} ${digits(end)}`).join(", ") || "none";
  const said = `Mean loss of the last ${Math.min(done, LAST)} of ${done} updates at lr ${digits(state.lr)}: ${ranking}.`;
  return lost.length ? `${said} Diverged: ${lost.join(", ")}.` : said;
}

// The mean of each loss and of up to 19 before it.
function smooth(values) {
  let sum = 0;
  return values.map((value, t) => {
    sum += value - (t >= SMOOTH ? values[t - SMOOTH] : 0);
    return sum / Math.min(t + 1, SMOOTH);
  });
}

const updates = (state) => ({ domain: [0, state.steps], name: "update", whole: true });

export const demo = {
  name: "training_race",
  simulate,
  describe,
  work,
  live: ["lr", "beta", "batch_size", "steps"],
  values: (state, seen, data) => [
    ["updates", updatesDone(seen)],
    ...(updatesDone(seen) ? [["images seen", updatesDone(seen) * state.batch_size]] : untrainedValues(first(state, data))),
  ],
  panels: [
    {
      caption: `Loss of the batches, mean of ${SMOOTH}`, tab: "Smooth", weight: 1.3,
      label: "Mean loss of the last twenty batches by update, one curve per optimizer",
      options: { axis: ["linear", "log"] },
      plot: (state, seen, data, { axis }) => ({
        x: updates(state),
        y: axis === "log" ? { log: true, name: "loss (nats)" } : { domain: [0, 2.6], name: "loss (nats)" },
        layers: [...atFirst(state, seen, data), ...Object.entries(seen.losses).map(([name, values], i) => (
          curve({ name, values: smooth(values), look: lookOf(name, i), every: Math.max(1, Math.floor(state.steps / 12)) })))],
      }),
    },
    {
      caption: "Loss of every batch", tab: "Every batch",
      label: "Loss of every batch by update, one curve per optimizer",
      plot: (state, seen, data) => ({
        x: updates(state), y: { domain: [0, 2.6], name: "loss (nats)" },
        layers: [...atFirst(state, seen, data), ...Object.entries(seen.losses).map(([name, values], i) => (
          curve({ name, values, look: lookOf(name, i), width: 1.2 })))],
      }),
    },
  ],
};
