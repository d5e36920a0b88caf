// How fast heavy ball converges on a quadratic, as in rates.py.

// The factor per step: the larger root of r^2 - (1 + beta - lr l) r + beta.
export function rate(lr, beta, eigenvalue) {
  const trace = 1 + beta - lr * eigenvalue, under = trace * trace - 4 * beta;
  if (under < 0) return Math.sqrt(beta);
  return (Math.abs(trace) + Math.sqrt(under)) / 2;
}

// The best pair for eigenvalues between two bounds, and the rate that it reaches (Polyak 1964).
export function fastest([smallest, largest]) {
  const low = Math.sqrt(smallest), high = Math.sqrt(largest), best = (high - low) / (high + low);
  return { lr: (2 / (low + high)) ** 2, beta: best * best, rate: best };
}
