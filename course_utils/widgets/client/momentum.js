// Demo D2 on the client: learning rate times momentum, as in momentum_map.py.

function simulateMomentum(state, data) {
  const ground = surface(state, data), { values, vectors } = eigen(ground.hessian);
  const [goalX, goalY] = ground.optimum, floor = ground.value(goalX, goalY);
  const { path, lost } = walk("heavy ball", ground, [state.x, state.y], state.steps, state.lr, state);
  const loss = path.map(([x, y]) => ground.value(x, y) - floor);
  const distance = path.map(([x, y]) => vectors.map(([a, b]) => Math.abs((x - goalX) * a + (y - goalY) * b)));
  const factor = Math.max(...values.map((l) => rate(state.lr, state.beta, l)));
  const turns = vectors.map(([a, b]) => turningPoints(path.map(([x, y]) => x * a + y * b)));
  return { path, loss, distance, turns, eigenvalues: values, rate: factor, lost };
}

// How often successive steps have opposite signs; a step shorter than 1e-12 is rounding and is passed over.
function turningPoints(places) {
  const moves = places.slice(1).map((place, t) => place - places[t]).filter((move) => Math.abs(move) > 1e-12);
  return moves.slice(1).filter((move, t) => Math.sign(move) !== Math.sign(moves[t])).length;
}

const DIRECTIONS = ["flattest", "steepest"];

function turning(turns) {
  const times = (count) => ({ 1: "once", 2: "twice" })[count] ?? `${count} times`;
  const said = DIRECTIONS.map((name, i) => [turns[i], name]).filter(([count]) => count > 0).reverse()
    .map(([count, name]) => `${times(count)} along the ${name} direction`);
  return said.length ? `turns back ${said.join(" and ")}` : "never turns back";
}

function describeMomentum(state, seen) {
  const best = optimum(seen.eigenvalues);
  const advice = `the fastest here would be lr ${digits(best.lr)} with momentum ${digits(best.beta)}, `
    + `${best.rate.toFixed(3)} per step`;
  if (seen.lost !== null) {
    return `Diverges: lost at step ${seen.lost} (factor ${seen.rate.toFixed(3)} per step near the minimum); ${advice}.`;
  }
  return `It ${turning(seen.turns)}; loss ${digits(seen.loss.at(-1))} above the minimum after ${state.steps} steps `
    + `(factor ${seen.rate.toFixed(3)}); ${advice}.`;
}

const LR_RANGE = [1e-4, 30];

const onePath = (seen) => [{ points: seen.path, look: PATH, every: 1 }];

const lossPanel = {
  caption: "Learning curve",
  label: "Loss above the minimum by step",
  draw: (canvas, state, seen) => (
    drawCurves(canvas, [{ values: seen.loss, look: PATH }], state.steps, "loss above the minimum", { log: true })),
};

const errorPanel = {
  caption: "Error along each eigenvector",
  label: "Distance along the flattest and the steepest direction by step",
  draw(canvas, state, seen) {
    const curves = DIRECTIONS.map((name, i) => (
      { name, look: LOOKS[i], values: seen.distance.map((pair) => pair[i]) }));
    drawCurves(canvas, curves, state.steps, "distance", { log: true });
  },
};

const mapPanel = {
  caption: "Rate map (yellow: fast, white: diverges; click or arrow keys)",
  label: "Convergence factor by learning rate and momentum; the arrow keys move the point",
  draw(canvas, state, seen) {
    const map = kept(`map ${seen.eigenvalues}`, () => mapImage(seen.eigenvalues, LR_RANGE, rate));
    return drawMap(canvas, map, LR_RANGE, state);
  },
  pick: (hit, px, py) => ({ lr: hit.lrAt(px), beta: hit.betaAt(py) }),
  nudge: (state, dx, dy) => ({ lr: state.lr * 1.05 ** dx, beta: state.beta + 0.01 * dy }),
};

export default mount({
  simulate: simulateMomentum,
  describe: describeMomentum,
  panels: [contourPanel(onePath), lossPanel, errorPanel, mapPanel],
});
