// Demo D10: which bug is it, as in which_bug.py. Python sends the curves of all cases; the votes are counted here.

import { band, curve, level, paint } from "../core/layers.js";
import { LOOKS, colourOf } from "../core/looks.js";
import { power } from "../core/words.js";

const LETTERS = [..."ABCD"], CAP = 50, HIGHEST = 12, GUESSING = Math.log(10);

function simulate(state, { cases, bugs, healthy }) {
  const { bug, choices } = cases[state.case - 1];
  return {
    ...bugs[bug].curves, ...healthy, choices, votes: LETTERS.map((letter) => state[`votes_${letter}`]), right: choices.indexOf(bug),
    names: choices.map((k) => bugs[k].name), sign: bugs[bug].sign,
  };
}

const capped = (loss) => (loss < CAP ? loss.toFixed(2) : `above ${CAP}`);
const percent = (share) => `${Math.round(100 * share)}%`;

function ending({ loss }) {
  const last = loss.slice(-10).sort((a, b) => a - b);
  return (last[4] + last[5]) / 2;
}

function describe(state, seen) {
  const last = ending(seen), ends = last < CAP ? "at the end" : "at the end (it is drawn up to there)";
  const said = `Case ${state.case}: loss ${capped(seen.loss[0])} at first, ${capped(last)} ${ends}, validation accuracy ${percent(seen.accuracy.at(-1))}`;
  if (!state.reveal) return `${said}. Which bug is it? ${seen.names.map((name, k) => `${LETTERS[k]}: ${name}`).join("; ")}.`;
  const total = seen.votes.reduce((sum, v) => sum + v, 0), share = total ? ` ${seen.votes[seen.right]} of ${total} voted for it.` : "";
  return `${said}. ${LETTERS[seen.right]}: ${seen.names[seen.right]}; ${seen.sign}.${share}`;
}

const steps = { domain: [1, 150], name: "step", whole: true };
const LOOP = { ...LOOKS[1], dash: [] };

// A bar for each choice, with its letter and name above; the right one is green and ticked once it is shown.
function voteBars(state, { votes, names, right }) {
  return paint(({ pen, x, y, box, theme, unit }) => {
    votes.forEach((count, k) => {
      const shown = state.reveal && k === right, top = y(3.5 - k), end = x(count);
      pen.fillStyle = colourOf({ colour: shown ? 2 : 0 }, theme);
      pen.fillRect(box.x, top + 4 * unit, Math.max(2, end - box.x), Math.max(4, 0.3 * (box.h / 4)));
      pen.fillStyle = theme.ink;
      pen.font = `${shown ? 700 : 500} ${15 * unit}px system-ui, sans-serif`;
      pen.textAlign = "left";
      pen.textBaseline = "bottom";
      pen.fillText(`${LETTERS[k]}  ${names[k]}${shown ? "  ✓" : ""}${count ? `  (${count})` : ""}`, box.x + 2, top, box.w);
    });
  }, { xs: [0, ...votes], ys: [0, 4] });
}

export const demo = {
  name: "which_bug",
  simulate,
  describe,
  last: () => 150,
  bare: LETTERS.map((letter) => `votes_${letter}`),
  values: (state, seen) => [["first loss", capped(seen.loss[0])], ["ln 10", GUESSING.toFixed(2)], ["votes", seen.votes.reduce((sum, v) => sum + v, 0)]],
  panels: [
    {
      caption: "Training loss", label: "Training loss by step beside the band of three healthy runs",
      options: { axis: ["linear", "log"] },
      plot: (state, { loss, min_loss: low, max_loss: high }, data, { axis }) => ({
        x: steps, y: { ...(axis === "log" ? { log: true, format: power } : { domain: [0, Math.min(HIGHEST, Math.max(4, 1.02 * Math.max(...loss)))], whole: true }), name: "loss (nats)" },
        layers: [
          band({ low, high, from: 1, look: LOOKS[5], name: "three healthy runs" }),
          level({ y: GUESSING, text: "guessing: ln 10" }),
          curve({ values: loss, from: 1, look: LOOP, name: "this loop" }),
        ],
      }),
    },
    {
      caption: "Validation accuracy", tab: "Accuracy", label: "Validation accuracy by step beside the band of three healthy runs",
      plot: (state, { accuracy, min_accuracy: low, max_accuracy: high }) => ({
        x: steps, y: { domain: [0, 1], name: "share that is right" },
        layers: [
          band({ low, high, from: 1, look: LOOKS[5], name: "three healthy runs" }),
          curve({ values: accuracy, from: 1, look: LOOP, name: "this loop" }),
        ],
      }),
    },
    {
      caption: "Which bug is it? Votes of the hall", tab: "Votes", label: "Bars of the votes for each of the four choices",
      plot: (state, seen) => ({
        x: { domain: [0, 2 ** Math.ceil(Math.log2(Math.max(10, ...seen.votes)))], name: "votes" }, y: { domain: [0, 4], hidden: true },
        layers: [voteBars(state, seen)],
      }),
    },
  ],
};
