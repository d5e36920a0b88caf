// Update rules and walks, in the same steps as walks.py.

const FAR_AWAY = 1e6, EPS = 1e-8, STILL = 1e-12;

// Each rule returns the step of one coordinate and keeps its averages in `s`; c is { beta, beta2 }, t counts from 1.
export const RULES = {
  SGD: (s, g, lr) => -lr * g,
  "heavy ball": (s, g, lr, t, c) => { s[0] = c.beta * s[0] + g; return -lr * s[0]; },
  "EMA momentum": (s, g, lr, t, c) => { s[0] = c.beta * s[0] + (1 - c.beta) * g; return -lr * s[0]; },
  Nesterov: (s, g, lr, t, c) => { s[0] = c.beta * s[0] + g; return -lr * (g + c.beta * s[0]); },
  RMSProp: (s, g, lr, t, c) => { s[1] = c.beta * s[1] + (1 - c.beta) * g * g; return (-lr * g) / Math.sqrt(s[1] + EPS); },
  Adam: (s, g, lr, t, { beta, beta2 = 0.999 }) => {
    s[0] = beta * s[0] + (1 - beta) * g;
    s[1] = beta2 * s[1] + (1 - beta2) * g * g;
    return (-lr * (s[0] / (1 - beta ** t))) / (Math.sqrt(s[1] / (1 - beta2 ** t)) + EPS);
  },
  AdaGrad: (s, g, lr) => { s[1] += g * g; return (-lr * g) / (Math.sqrt(s[1]) + EPS); },
  Lion: (s, g, lr, t, { beta, beta2 = 0.999 }) => {
    const ahead = beta * s[0] + (1 - beta) * g;
    s[0] = beta2 * s[0] + (1 - beta2) * g;
    return ahead ? -Math.sign(ahead) * lr : 0;
  },
};
export const COURSE = ["SGD", "heavy ball", "EMA momentum", "Nesterov", "RMSProp", "Adam"];

// The points of a walk, and the step at which it was lost (or null).
export function walk(rule, ground, [x, y], steps, lr, constants = {}, decay = 1) {
  const update = RULES[rule], path = [[x, y]], stateX = [0, 0], stateY = [0, 0], c = { beta: 0.9, ...constants };
  let rate = lr;
  for (let t = 1; t <= steps; t++) {
    const [gx, gy] = ground.gradient(x, y);
    x += update(stateX, gx, rate, t, c);
    y += update(stateY, gy, rate, t, c);
    rate *= decay;
    if (!(Math.abs(x) + Math.abs(y) < FAR_AWAY)) return { path, lost: t };
    path.push([x, y]);
  }
  return { path, lost: null };
}

// How often successive steps have opposite signs; a step shorter than 1e-12 is rounding and is passed over.
export function turningPoints(places) {
  const moves = places.slice(1).map((place, t) => place - places[t]).filter((move) => Math.abs(move) > STILL);
  return moves.slice(1).filter((move, t) => Math.sign(move) !== Math.sign(moves[t])).length;
}
