// Demo D3 on the client: a race of optimizers, as in optimizer_race.py.

function simulateRace(state, data) {
  const ground = surface(state, data), floor = ground.value(...ground.optimum), paths = {}, losses = {}, lost = [];
  const nudge = state.surface === "saddle" && state.off_axis && state.y === 0 ? 0.01 : 0;
  for (const rule of Object.keys(RULES)) {
    const walked = walk(rule, ground, [state.x, state.y + nudge], state.steps, state.lr, { beta: state.beta });
    paths[rule] = walked.path;
    losses[rule] = walked.path.map(([x, y]) => ground.value(x, y) - floor);
    if (walked.lost !== null) lost.push(rule);
  }
  return { paths, losses, lost };
}

function describeRace(state, { losses, lost }) {
  const ends = Object.entries(losses).filter(([rule]) => !lost.includes(rule)).map(([rule, loss]) => [rule, loss.at(-1)]);
  const ranking = ends.sort((one, other) => one[1] - other[1]).map(([rule, end]) => `${rule} ${digits(end, 2)}`).join(", ");
  const diverged = lost.length ? ` Diverged: ${lost.join(", ")}.` : "";
  return `Loss above the minimum after ${state.steps} steps at lr ${digits(state.lr)}: ${ranking}.${diverged}`;
}

const runners = (state) => Object.keys(RULES).map(
  (rule, i) => ({ rule, look: LOOKS[i], every: Math.max(1, Math.floor(state.steps / 15)) }));

export default mount({
  simulate: simulateRace,
  describe: describeRace,
  panels: [
    contourPanel((seen, state) => runners(state).map((runner) => ({ ...runner, points: seen.paths[runner.rule] }))),
    {
      caption: "Learning curves",
      label: "Loss above the minimum by step, one curve per optimizer",
      draw: (canvas, state, seen) => drawCurves(
        canvas,
        runners(state).map((runner) => ({ ...runner, name: runner.rule, values: seen.losses[runner.rule] })),
        state.steps, "loss above the minimum", { log: true }),
    },
  ],
});
