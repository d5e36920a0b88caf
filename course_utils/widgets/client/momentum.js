// Demo D2 on the client: learning rate times momentum.

const LR_RANGE = [1e-4, 10];
const behind = { key: null, bands: null, map: null };

// The two images under the lines depend on the surface only, so they are kept while the sliders move.
function prepare(state, seen, data) {
  const key = `${state.surface} ${state.condition} ${state.angle}`;
  if (behind.key === key) return;
  behind.key = key;
  behind.bands = bandsImage(surface(state, data));
  behind.map = mapImage(seen.eigenvalues, LR_RANGE, rate);
}

const contourPanel = {
  caption: "Path on the contours (click or arrow keys: start there)",
  label: "Path of heavy ball on the contours; the arrow keys move its start",
  draw(canvas, state, seen, data) {
    prepare(state, seen, data);
    const ground = surface(state, data);
    return { ...drawPath(canvas, ground, behind.bands, seen.path), window: ground.window };
  },
  pick: (hit, px, py) => ({ x: hit.fromX(px), y: hit.fromY(py) }),
  nudge: (state, dx, dy, { window: [left, right, low, high] }) => (
    { x: state.x + (dx * (right - left)) / 60, y: state.y + (dy * (high - low)) / 60 }),
};

const lossPanel = {
  caption: "Learning curve",
  label: "Loss above the minimum by step",
  draw: (canvas, state, seen) => drawCurves(canvas, [{ values: seen.loss }], state.steps, "loss above the minimum"),
};

const errorPanel = {
  caption: "Error along each eigenvector",
  label: "Distance along the flattest and the steepest direction by step",
  draw(canvas, state, seen) {
    const curves = ["flattest", "steepest"].map((name, i) => ({ name, values: seen.distance.map((pair) => pair[i]) }));
    drawCurves(canvas, curves.reverse(), state.steps, "distance");
  },
};

const mapPanel = {
  caption: "Rate map (white: diverges; yellow: fast; click or arrow keys: go there)",
  label: "Convergence factor by learning rate and momentum; the arrow keys move the point",
  draw(canvas, state, seen, data) {
    prepare(state, seen, data);
    return drawMap(canvas, behind.map, LR_RANGE, state);
  },
  pick: (hit, px, py) => ({ lr: hit.lrAt(px), beta: hit.betaAt(py) }),
  nudge: (state, dx, dy) => ({ lr: state.lr * 1.05 ** dx, beta: state.beta + 0.01 * dy }),
};

export default mount({
  simulate: simulateMomentum,
  describe: describeMomentum,
  panels: [contourPanel, lossPanel, errorPanel, mapPanel],
});
