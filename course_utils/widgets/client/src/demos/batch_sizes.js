// Demo T4: three batch sizes on one budget of seconds, as in batch_sizes.py; the seconds are those of this browser.

import { level, line } from "../core/layers.js";
import { LOOKS } from "../core/looks.js";
import { STREAM, pick } from "../maths/draws.js";
import { images } from "../maths/images.js";
import { Learner, Network, firstWeights } from "../maths/network.js";
import { beginning, untrained, untrainedValues } from "./untrained.js";

const IMAGES = 898, FIRST = 250, GOAL = 0.5, TURN_S = 0.004, SIZES = [64, 100, 100, 10], SMOOTH = 20, NUMBERS = [1, 2, 3];

const simulate = () => ({ seconds: [[], [], []], examples: [[], [], []], losses: [[], [], []] });

// One of the three trainings: it trains while it is its turn, and its clock runs only then.
class Run {
  constructor(state, number, pictures, into) {
    Object.assign(this, { pictures, into, size: state[`size_${number}`], lr: state[`lr_${number}`], seed: state.seed, spent: 0 });
    this.learner = new Learner(new Network(SIZES, firstWeights(state.seed, SIZES), this.size), "SGD");
  }

  turn(seconds) {
    const begun = performance.now(), before = this.spent;
    do {
      this.update();
      this.spent = before + (performance.now() - begun) / 1000;
      this.into.seconds.push(this.spent);
    } while (this.spent < before + seconds);
  }

  update() {
    const first = this.into.losses.length * this.size;
    this.learner.network.load(this.pictures, this.size, (k) => pick(this.seed + STREAM, first + k, IMAGES));
    this.into.losses.push(this.learner.step(this));
    this.into.examples.push(first + this.size);
  }
}

function* work(now, data) {
  const state = now(), budget = Number(state.budget), seen = simulate(), pictures = images(data.digits);
  const runs = NUMBERS.map((number, k) => (
    new Run(state, number, pictures, { seconds: seen.seconds[k], examples: seen.examples[k], losses: seen.losses[k] })));
  while (runs.some(({ spent }) => spent < budget)) {
    for (const run of runs.filter(({ spent }) => spent < budget)) {
      run.turn(Math.min(TURN_S, budget - run.spent));
      yield seen;
    }
  }
}

// The mean of each loss and of up to 19 before it.
function smooth(losses) {
  let sum = 0;
  return losses.map((loss, t) => {
    sum += loss - (t >= SMOOTH ? losses[t - SMOOTH] : 0);
    return sum / Math.min(t + 1, SMOOTH);
  });
}

// All three begin with the same network.
const first = ({ seed }, data) => untrained(
  `sizes ${seed}`, images(data.digits), FIRST, () => new Network(SIZES, firstWeights(seed, SIZES), FIRST));
const atFirst = (state, { losses }, data) => (losses[0].length ? [] : [beginning(first(state, data))]);

function describe(state, { losses, examples }) {
  if (!losses[0].length) return `Press Start: each size trains for ${state.budget} s. Task: a loss steadily below ${GOAL}.`;
  const parts = NUMBERS.map((number, k) => {
    const end = smooth(losses[k].slice(-2 * SMOOTH)).at(-1) ?? NaN, below = end < GOAL ? ", below the goal" : "";
    return `batches of ${state[`size_${number}`]}: ${end.toFixed(2)} after ${(examples[k].at(-1) ?? 0).toLocaleString("en")} examples${below}`;
  });
  return `Loss, mean of the last 20 updates, in this browser: ${parts.join("; ")}.`;
}

const loss = { domain: [0, 3], name: "loss (nats)" }, goal = () => level({ y: GOAL, text: "goal" });
const every = (values) => Math.max(1, Math.floor(values.length / 8));
const pairs = (across, values) => across.map((x, t) => [x, values[t]]);

const sizePanel = (k) => ({
  caption: (state) => `Batches of ${state[`size_${k + 1}`]}`, tab: `Size ${k + 1}`,
  label: `Loss of the ${["first", "second", "third"][k]} batch size by training time`,
  plot: (state, { seconds, losses }, data) => ({
    x: { domain: [0, Number(state.budget)], name: "training time (s)" }, y: loss,
    layers: [
      goal(), ...atFirst(state, { losses }, data),
      line({ points: pairs(seconds[k], losses[k]), look: { colour: 6, dash: [] }, width: 0.6, name: "each batch" }),
      line({ points: pairs(seconds[k], smooth(losses[k])), look: LOOKS[k], width: 2.4, name: "mean of 20" }),
    ],
  }),
});

export const demo = {
  name: "batch_sizes",
  simulate,
  describe,
  work,
  values: (state, { losses }, data) => (losses[0].length
    ? NUMBERS.map((number, k) => [`updates of ${state[`size_${number}`]}`, losses[k].length])
    : untrainedValues(first(state, data))),
  panels: [...[0, 1, 2].map(sizePanel), {
    caption: "All three, by examples", tab: "Examples",
    label: "Loss of all three batch sizes by the number of examples seen",
    plot: (state, { examples, losses }, data) => ({
      x: { domain: [0, Math.max(1000, ...examples.map((seen) => seen.at(-1) ?? 0))], name: "examples" }, y: loss,
      layers: [goal(), ...atFirst(state, { losses }, data), ...NUMBERS.map((number, k) => line({
        points: pairs(examples[k], smooth(losses[k])), look: LOOKS[k], name: `batches of ${state[`size_${number}`]}`, every: every(losses[k]),
      }))],
    }),
  }],
};
