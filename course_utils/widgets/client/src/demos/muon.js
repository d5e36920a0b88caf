// Demo D12: Newton-Schulz on singular values, as in singular_values.py.

import { bars, dots, line, stripe } from "../core/layers.js";
import { LOOKS } from "../core/looks.js";
import { digits } from "../core/words.js";

const POLYNOMIALS = { "Muon's": [3.4445, -4.775, 2.0315], cubic: [1.5, -0.5, 0] };
const BAND = [0.68, 1.2], LOW = 1e-5;
const VALUES = Array.from({ length: 201 }, (_, i) => 10 ** (i / 40 - 5));

function applied(value, { steps, coefficients: [a, b, c] }) {
  for (let count = 0; count < steps; count++) value *= a + value * value * (b + value * value * c);
  return value;
}

function simulate(state, data) {
  const rule = { steps: state.steps, coefficients: POLYNOMIALS[state.coefficients] };
  const before = data.spectra[state.matrix], [after, curve] = [before, VALUES].map((values) => values.map((v) => applied(v, rule)));
  return { before, after, curve };
}

function describe(state, { before, after }) {
  const near = after.filter((value) => value >= BAND[0] && value <= BAND[1]).length;
  return `After ${state.steps} step${state.steps === 1 ? "" : "s"}, ${near} of ${after.length} singular values lie from `
    + `${BAND[0]} to ${BAND[1]} (grey). The smallest is ${digits(Math.min(...after), 2)}, before it was `
    + `${digits(Math.min(...before), 2)}; a step multiplies small values by ${digits(POLYNOMIALS[state.coefficients][0])}.`;
}

const grey = () => stripe({ low: BAND[0], high: BAND[1], name: "0.68 to 1.2" });

export const demo = {
  name: "muon",
  simulate,
  describe,
  values: (state, { before, after }) => [["smallest before", digits(Math.min(...before), 2)], ["smallest after", digits(Math.min(...after), 2)]],
  panels: [
    {
      caption: "Singular values", tab: "Values",
      label: "Singular values as bars, before and after the steps",
      plot(state, { before, after }) {
        const places = after.map((_, i) => i + 1);
        return {
          x: { domain: [0, after.length + 1], name: "number of the singular value", whole: true },
          y: { domain: [LOW, 3], log: true, name: "singular value" },
          layers: [
            grey(), bars({ places, values: after, look: LOOKS[0], name: "after", thick: 0.9 }),
            bars({ places, values: before, look: LOOKS[1], name: "before", thick: 0.4 }),
          ],
        };
      },
    },
    {
      caption: "Before and after", tab: "Map",
      label: "What a singular value becomes after the steps, by its value before",
      plot: (state, { before, after, curve }) => ({
        x: { domain: [LOW, 1.1], log: true, name: "singular value before" }, y: { domain: [0, 1.6], name: "after" },
        layers: [
          grey(), line({ points: VALUES.map((v, i) => [v, curve[i]]), look: LOOKS[0], name: "any value" }),
          dots({ points: before.map((v, i) => [v, after[i]]), look: LOOKS[1], name: "those of the matrix" }),
        ],
      }),
    },
  ],
};
