// Demo D7 on the client: Adam's first steps, as in adam_start.py.

const KINDS = ["both corrected", "only the first", "only the second", "none corrected"];

const GRADIENTS = {
  constant: () => 1,
  noisy: (t, noise) => 1 + noise[t],
  alternating: (t) => (t % 2 === 0 ? 1 : -1),
  rare: (t) => (t % 10 === 0 ? 1 : 0),
};

function simulateAdamStart({ beta1, beta2, steps, gradient, seed }) {
  const noise = normals(seed, steps), gradients = [], excess = [];
  const lengths = Object.fromEntries(KINDS.map((kind) => [kind, []]));
  let m = 0, v = 0;
  for (let t = 1; t <= steps; t++) {
    const g = GRADIENTS[gradient](t - 1, noise), [share1, share2] = [1 - beta1 ** t, 1 - beta2 ** t];
    gradients.push(g);
    m = beta1 * m + (1 - beta1) * g;
    v = beta2 * v + (1 - beta2) * g * g;
    const pairs = [[m / share1, v / share2], [m / share1, v], [m, v / share2], [m, v]];
    pairs.forEach(([first, second], i) => lengths[KINDS[i]].push(first / (Math.sqrt(second) + 1e-12)));
    excess.push(share1 / Math.sqrt(share2));
  }
  return { steps: lengths, excess, gradients };
}

function describeAdamStart(state, { excess }) {
  const off = excess.map((factor) => Math.abs(Math.log(factor))), worst = off.indexOf(Math.max(...off));
  const times = (t) => `${excess[t].toFixed(2)} times`;
  return `Without correction the step is ${times(0)} the right one at t = 1, ${times(worst)} at t = ${worst + 1}, `
    + `${times(excess.length - 1)} at t = ${excess.length}.`;
}

const everyFew = (state) => Math.max(1, Math.floor(state.steps / 20));

export default mount({
  simulate: simulateAdamStart,
  describe: describeAdamStart,
  panels: [
    {
      caption: "Length of each step",
      label: "Step divided by the learning rate, with and without the corrections",
      draw: (canvas, state, seen) => drawCurves(
        canvas,
        KINDS.map((name, i) => ({ name, values: seen.steps[name], look: LOOKS[i], every: everyFew(state), from: 1 })),
        state.steps, "step / learning rate"),
    },
    {
      caption: "Excess of the uncorrected step",
      label: "Uncorrected step over corrected step",
      draw: (canvas, state, seen) => drawCurves(
        canvas, [{ values: seen.excess, look: LOOKS[3], every: everyFew(state), from: 1 }],
        state.steps, "uncorrected / corrected", { level: 1 }),
    },
  ],
});
