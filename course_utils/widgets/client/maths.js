// The simulation of the demo "learning rate and momentum", in the same steps as momentum_map.py.
// A test compares both to 1e-6.

const FAR_AWAY = 1e6;

function quadratic(condition, angle) {
  const turn = (angle * Math.PI) / 180, c = Math.cos(turn), s = Math.sin(turn), flat = 1 / condition;
  const a = flat * c * c + s * s, b = flat * c * s - c * s, d = flat * s * s + c * c;
  return {
    value: (x, y) => (a * x * x + 2 * b * x * y + d * y * y) / 2,
    gradient: (x, y) => [a * x + b * y, b * x + d * y],
    window: [-3, 3, -2, 2], optimum: [0, 0], hessian: [a, b, d],
  };
}

const WELLS = [[-0.5, -0.5, 1.0], [0.6, 0.4, 0.6], [0.5, -0.6, 0.4]], WIDTH2 = 0.04;
const well = (x, y, [cx, cy, depth]) => -depth * Math.exp(-((x - cx) ** 2 + (y - cy) ** 2) / (2 * WIDTH2));

const FIXED = {
  "two minima": {
    value: (x, y) => x * x + y * y + x * (y + 2) + Math.cos(3 * x),
    gradient: (x, y) => [2 * x - 3 * Math.sin(3 * x) + y + 2, x + 2 * y],
    window: [-5, 5, -5, 5], optimum: [-1.08816, 0.54408],
    hessian: [2 - 9 * Math.cos(3 * -1.08816), 1, 2],
  },
  Rosenbrock: {
    value: (x, y) => (1 - x) ** 2 + 100 * (y - x * x) ** 2,
    gradient: (x, y) => [-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)],
    window: [-2, 2, -1, 3], optimum: [1, 1], hessian: [802, -400, 200],
  },
  saddle: {
    value: (x, y) => (x * x - y * y) / 2 + y ** 4 / 16,
    gradient: (x, y) => [x, -y + y ** 3 / 4],
    window: [-3, 3, -3, 3], optimum: [0, 2], hessian: [1, 0, 2],
  },
  "steep optimum": {
    value: (x, y) => WELLS.reduce((sum, w) => sum + well(x, y, w), 0),
    gradient: (x, y) => WELLS.reduce(
      ([gx, gy], w) => {
        const pull = -well(x, y, w) / WIDTH2;
        return [gx + pull * (x - w[0]), gy + pull * (y - w[1])];
      }, [0, 0]),
    window: [-1.2, 1.2, -1.2, 1.2], optimum: [-0.5, -0.5], hessian: [1 / WIDTH2, 0, 1 / WIDTH2],
  },
};

// A slice through the loss of a softmax model on real digits: one weight and one bias are free. `data` has one row
// per image: [log of the summed exp of the other logits, logit of the class with the weight, its pixel, logit of the
// class with the bias, logit of the label before, whether the label is the first class, or the second].
function slice(data) {
  const each = (u, v, visit) => {
    for (const [others, zw, pixel, zb, label, isW, isB] of data.rows) {
      const ew = Math.exp(zw + u * pixel), eb = Math.exp(zb + v), total = Math.exp(others) + ew + eb;
      visit(ew / total, eb / total, Math.log(total), label + isW * u * pixel + isB * v, pixel, isW, isB);
    }
  };
  const n = data.rows.length;
  return {
    value: (u, v) => { let s = 0; each(u, v, (pw, pb, log, label) => { s += log - label; }); return s / n; },
    gradient: (u, v) => {
      let gu = 0, gv = 0;
      each(u, v, (pw, pb, log, label, pixel, isW, isB) => { gu += (pw - isW) * pixel; gv += pb - isB; });
      return [gu / n, gv / n];
    },
    window: data.window, optimum: data.optimum, hessian: data.hessian,
  };
}

export function surface(state, data) {
  if (state.surface === "quadratic") return quadratic(state.condition, state.angle);
  return FIXED[state.surface] ?? slice(data[state.surface]);
}

// Eigenvalues, ascending, and unit eigenvectors of [[a, b], [b, d]].
export function eigen([a, b, d]) {
  const mean = (a + d) / 2, spread = Math.hypot((a - d) / 2, b);
  const high = mean + spread, low = mean - spread;
  const v = Math.abs(b) > 1e-15 ? [b, high - a] : a >= d ? [1, 0] : [0, 1];
  const length = Math.hypot(...v), steep = [v[0] / length, v[1] / length];
  return { values: [low, high], vectors: [[-steep[1], steep[0]], steep] };
}

// The factor per step of heavy ball: the larger root of r^2 - (1 + beta - lr l) r + beta.
export function rate(lr, beta, eigenvalue) {
  const trace = 1 + beta - lr * eigenvalue, under = trace * trace - 4 * beta;
  if (under < 0) return Math.sqrt(beta);
  return (Math.abs(trace) + Math.sqrt(under)) / 2;
}

export function optimum([smallest, largest]) {
  const low = Math.sqrt(smallest), high = Math.sqrt(largest), best = (high - low) / (high + low);
  return { lr: (2 / (low + high)) ** 2, beta: best * best, rate: best };
}

export function simulateMomentum(state, data) {
  const ground = surface(state, data), { values, vectors } = eigen(ground.hessian);
  const [goalX, goalY] = ground.optimum, floor = ground.value(goalX, goalY);
  let { x, y } = state, vx = 0, vy = 0, lost = null;
  const path = [], loss = [], distance = [];
  for (let t = 0; t <= state.steps; t++) {
    if (!(Math.abs(x) + Math.abs(y) < FAR_AWAY)) { lost = t; break; }
    path.push([x, y]);
    loss.push(ground.value(x, y) - floor);
    distance.push(vectors.map(([a, b]) => Math.abs((x - goalX) * a + (y - goalY) * b)));
    const [gx, gy] = ground.gradient(x, y);
    vx = state.beta * vx + gx;
    vy = state.beta * vy + gy;
    x -= state.lr * vx;
    y -= state.lr * vy;
  }
  const factor = Math.max(...values.map((l) => rate(state.lr, state.beta, l)));
  return { path, loss, distance, eigenvalues: values, rate: factor, lost };
}

export function describeMomentum(state, seen) {
  const digits = (number) => Number(number.toPrecision(3)).toString();
  const best = optimum(seen.eigenvalues);
  const advice = `the fastest here would be lr ${digits(best.lr)} with momentum ${digits(best.beta)}, `
    + `${best.rate.toFixed(3)} per step`;
  if (seen.lost !== null) {
    return `Diverges: lost at step ${seen.lost} (factor ${seen.rate.toFixed(3)} per step near the minimum); ${advice}.`;
  }
  let turns = 0;
  for (let t = 2; t < seen.path.length; t++) {
    const [[ax, ay], [bx, by], [cx, cy]] = [seen.path[t - 2], seen.path[t - 1], seen.path[t]];
    if ((bx - ax) * (cx - bx) + (by - ay) * (cy - by) < 0) turns += 1;
  }
  const how = turns > state.steps / 10 ? "oscillates" : "goes without turning back";
  return `It ${how}; loss ${digits(seen.loss.at(-1))} above the minimum after ${state.steps} steps `
    + `(factor ${seen.rate.toFixed(3)}); ${advice}.`;
}
