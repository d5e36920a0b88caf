// What a network says before its first update: shown until somebody presses Start.

import { level } from "../core/layers.js";
import { LOOKS } from "../core/looks.js";
import { kept } from "../core/store.js";

// Share of the rows of a batch whose largest logit is that of their label, after `forward`.
function rightShare({ count, labels, sizes, active }) {
  const units = sizes.at(-1), logits = active.at(-1);
  let right = 0;
  for (let n = 0; n < count; n++) {
    let best = n * units;
    for (let j = best + 1; j < (n + 1) * units; j++) if (logits[j] > logits[best]) best = j;
    if (best - n * units === labels[n]) right++;
  }
  return right / count;
}

// Loss (nats) and share of right answers on the first `count` images, of the network that `make` returns.
export const untrained = (key, pictures, count, make) => kept(`untrained ${key}`, () => {
  const network = make();
  network.load(pictures, count, (row) => row);
  return { loss: network.forward(), right: rightShare(network) };
});

export const untrainedValues = ({ loss, right }) => [
  ["loss before training", loss.toFixed(3)], ["right before training", `${(100 * right).toFixed(0)} %`],
];

export const guessing = () => level({ y: Math.log(10), text: "guessing: ln 10" });

// The height at which curves will begin.
export const beginning = ({ loss }) => level({
  y: loss, text: `before training: ${loss.toFixed(2)}`, look: { ...LOOKS[6], dash: [6, 4] },
});
