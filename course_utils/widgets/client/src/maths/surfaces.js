// The functions of two variables, as in surfaces.py and mnist_slice.py: value, gradient, the window that is drawn, the
// minimum, and the Hessian there as [xx, xy, yy].

function quadratic(condition, angle) {
  const turn = (angle * Math.PI) / 180, c = Math.cos(turn), s = Math.sin(turn), flat = 1 / condition;
  const a = flat * c * c + s * s, b = flat * c * s - c * s, d = flat * s * s + c * c;
  return {
    key: `quadratic ${condition} ${angle}`,
    value: (x, y) => (a * x * x + 2 * b * x * y + d * y * y) / 2,
    gradient: (x, y) => [a * x + b * y, b * x + d * y],
    window: [-3, 3, -2, 2], optimum: [0, 0], hessian: [a, b, d],
  };
}

const WELLS = [[-0.5, -0.5, 1.0], [0.6, 0.4, 0.6], [0.5, -0.6, 0.4]], WIDTH2 = 0.04;
const well = (x, y, [cx, cy, depth]) => -depth * Math.exp(-((x - cx) ** 2 + (y - cy) ** 2) / (2 * WIDTH2));

const FIXED = {
  "three minima": {
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

// A slice through the loss of a softmax model on real digits: one weight and one bias are free. A row per image: [log
// of the summed exp of the other logits, logit of the class with the weight, its pixel, logit of the class with the
// bias, logit of the label, whether the label is the first class, or the second]. Images with the same pixel stand
// together, as they share exp(u * pixel); of a few sums together one logarithm is taken.
const TOGETHER = 8;
function slice({ rows: sent, window, optimum, hessian }) {
  const rows = sent.toSorted((one, other) => one[2] - other[2]), n = rows.length, mean = (part) => rows.reduce((sum, row) => sum + part(row), 0) / n;
  const column = (part) => Float64Array.from(rows, part);
  const others = column((row) => Math.exp(row[0])), first = column((row) => Math.exp(row[1])), pixel = column((row) => row[2]);
  const second = column((row) => Math.exp(row[3])), label = mean((row) => row[4]);
  const labelPixel = mean((row) => row[5] * row[2]), labelBias = mean((row) => row[6]);
  return {
    key: "slice", coarse: true, window, optimum, hessian,
    value(u, v) {
      const share = Math.exp(v);
      let sum = 0, product = 1, seen = NaN, factor = 0;
      for (let i = 0; i < n; i++) {
        if (pixel[i] !== seen) { seen = pixel[i]; factor = Math.exp(u * seen); }
        product *= others[i] + first[i] * factor + second[i] * share;
        if (i % TOGETHER === TOGETHER - 1) { sum += Math.log(product); product = 1; }
      }
      sum += Math.log(product);
      return sum / n - label - u * labelPixel - v * labelBias;
    },
    gradient(u, v) {
      const share = Math.exp(v);
      let gu = 0, gv = 0, seen = NaN, factor = 0;
      for (let i = 0; i < n; i++) {
        if (pixel[i] !== seen) { seen = pixel[i]; factor = Math.exp(u * seen); }
        const one = first[i] * factor, other = second[i] * share, total = others[i] + one + other;
        gu += (one / total) * pixel[i];
        gv += other / total;
      }
      return [gu / n - labelPixel, gv / n - labelBias];
    },
  };
}

const slices = new WeakMap();
function sliceOf(record) {
  if (!slices.has(record)) slices.set(record, slice(record));
  return slices.get(record);
}

// The surface of a state; `data` holds what Python sent along, such as the slice.
export function surface(state, data) {
  if (state.surface === "quadratic") return quadratic(state.condition ?? 10, state.angle ?? 0);
  if (FIXED[state.surface]) return { key: state.surface, ...FIXED[state.surface] };
  return sliceOf(data[state.surface]);
}

// Eigenvalues, ascending, and unit eigenvectors of [[a, b], [b, d]].
export function eigen([a, b, d]) {
  const mean = (a + d) / 2, spread = Math.hypot((a - d) / 2, b);
  const high = mean + spread, low = mean - spread;
  const v = Math.abs(b) > 1e-15 ? [b, high - a] : a > d ? [1, 0] : [0, 1];
  const length = Math.hypot(...v), steep = [v[0] / length, v[1] / length];
  return { values: [low, high], vectors: [[-steep[1], steep[0]], steep] };
}
