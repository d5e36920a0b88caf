// Surfaces, update rules and random numbers, in the same steps as surfaces.py, walks.py, rates.py and noise.py.
// A test compares both to 1e-6.

const FAR_AWAY = 1e6, EPS = 1e-8;

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
    window: [-5, 5, -5, 5], optimum: [-1.08816240984, 0.54408120492],
    hessian: [2 - 9 * Math.cos(3 * -1.08816240984), 1, 2],
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
    window: [-1.2, 1.2, -1.2, 1.2], optimum: [-0.499998684447, -0.500000131549], hessian: [1 / WIDTH2, 0, 1 / WIDTH2],
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
    coarse: true, window: data.window, optimum: data.optimum, hessian: data.hessian,
  };
}

function surface(state, data) {
  if (state.surface === "quadratic") return quadratic(state.condition ?? 10, state.angle ?? 0);
  return FIXED[state.surface] ?? slice(data[state.surface]);
}

// Eigenvalues, ascending, and unit eigenvectors of [[a, b], [b, d]].
function eigen([a, b, d]) {
  const mean = (a + d) / 2, spread = Math.hypot((a - d) / 2, b);
  const high = mean + spread, low = mean - spread;
  const v = Math.abs(b) > 1e-15 ? [b, high - a] : a > d ? [1, 0] : [0, 1];
  const length = Math.hypot(...v), steep = [v[0] / length, v[1] / length];
  return { values: [low, high], vectors: [[-steep[1], steep[0]], steep] };
}

// The factor per step of heavy ball: the larger root of r^2 - (1 + beta - lr l) r + beta.
function rate(lr, beta, eigenvalue) {
  const trace = 1 + beta - lr * eigenvalue, under = trace * trace - 4 * beta;
  if (under < 0) return Math.sqrt(beta);
  return (Math.abs(trace) + Math.sqrt(under)) / 2;
}

function optimum([smallest, largest]) {
  const low = Math.sqrt(smallest), high = Math.sqrt(largest), best = (high - low) / (high + low);
  return { lr: (2 / (low + high)) ** 2, beta: best * best, rate: best };
}

// Each rule returns the step of one coordinate and keeps its averages in `s`; c is { beta, beta2 }, t counts from 1.
const RULES = {
  SGD: (s, g, lr) => -lr * g,
  "heavy ball": (s, g, lr, t, c) => { s[0] = c.beta * s[0] + g; return -lr * s[0]; },
  "EMA momentum": (s, g, lr, t, c) => { s[0] = c.beta * s[0] + (1 - c.beta) * g; return -lr * s[0]; },
  Nesterov: (s, g, lr, t, c) => { s[0] = c.beta * s[0] + g; return -lr * (g + c.beta * s[0]); },
  RMSProp: (s, g, lr, t, c) => { s[1] = c.beta * s[1] + (1 - c.beta) * g * g; return -lr * g / Math.sqrt(s[1] + EPS); },
  Adam: (s, g, lr, t, { beta, beta2 = 0.999 }) => {
    s[0] = beta * s[0] + (1 - beta) * g;
    s[1] = beta2 * s[1] + (1 - beta2) * g * g;
    return -lr * (s[0] / (1 - beta ** t)) / (Math.sqrt(s[1] / (1 - beta2 ** t)) + EPS);
  },
};

// The points of a walk, and the step at which it was lost (or null).
function walk(rule, ground, [x, y], steps, lr, constants = {}, decay = 1) {
  const update = RULES[rule], path = [[x, y]], stateX = [0, 0], stateY = [0, 0];
  for (let t = 1; t <= steps; t++) {
    const [gx, gy] = ground.gradient(x, y), rateNow = lr * decay ** (t - 1);
    x += update(stateX, gx, rateNow, t, constants);
    y += update(stateY, gy, rateNow, t, constants);
    if (!(Math.abs(x) + Math.abs(y) < FAR_AWAY)) return { path, lost: t };
    path.push([x, y]);
  }
  return { path, lost: null };
}

function mix(x) {
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
}

// The number at a place of a seed, uniform strictly between 0 and 1.
function uniform(seed, place) {
  return (mix((mix(place) + mix(seed + 1)) >>> 0) + 0.5) / 2 ** 32;
}

const drawn = new Map();

// The first `count` standard normal numbers of a seed.
function normals(seed, count) {
  const kept = `${seed} ${count}`;
  if (drawn.has(kept)) return drawn.get(kept);
  const made = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    made[i] = Math.sqrt(-2 * Math.log(uniform(seed, 2 * i))) * Math.cos(2 * Math.PI * uniform(seed, 2 * i + 1));
  }
  if (drawn.size > 16) drawn.clear();
  drawn.set(kept, made);
  return made;
}

const digits = (number, count = 3) => Number(number.toPrecision(count)).toString();
