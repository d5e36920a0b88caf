// Demo D12 on the client: Newton-Schulz on singular values, as in singular_values.py.

const POLYNOMIALS = { "Muon's": [3.4445, -4.775, 2.0315], cubic: [1.5, -0.5, 0] };
const BAND = [0.68, 1.2], LOW = 1e-5, HIGH = 3, BLUE = "#0072b2", GREY = "#ebebeb";
const VALUES = Array.from({ length: 201 }, (_, i) => 10 ** (i / 40 - 5));

function applied(value, { steps, coefficients: [a, b, c] }) {
  for (let count = 0; count < steps; count++) value *= a + value * value * (b + value * value * c);
  return value;
}

function simulateMuon(state, data) {
  const rule = { steps: state.steps, coefficients: POLYNOMIALS[state.coefficients] };
  const before = data.spectra[state.matrix], [after, curve] = [before, VALUES].map((values) => values.map((v) => applied(v, rule)));
  return { before, after, curve };
}

function describeMuon(state, { before, after }) {
  const near = after.filter((value) => value >= BAND[0] && value <= BAND[1]).length;
  return `After ${state.steps} step${state.steps === 1 ? "" : "s"}, ${near} of ${after.length} singular values lie from `
    + `${BAND[0]} to ${BAND[1]} (grey). The smallest is ${digits(Math.min(...after), 2)}, before it was `
    + `${digits(Math.min(...before), 2)}; a step multiplies small values by ${digits(POLYNOMIALS[state.coefficients][0])}.`;
}

function shade({ pen, box }, toY, [low, high]) {
  pen.fillStyle = GREY;
  pen.fillRect(box.x, toY(high), box.w, toY(low) - toY(high));
}

function drawBars(canvas, { before, after }) {
  const entries = [{ name: "after", look: { colour: BLUE, dash: [] } }, { name: "before", look: { colour: ORANGE, dash: [] } }];
  const shown = frame(canvas, legendHeight(entries)), { pen, box } = shown;
  const toX = linear(0, after.length + 1, box.x, box.w), onLog = linear(Math.log10(LOW), Math.log10(HIGH), box.y + box.h, -box.h);
  const toY = (value) => onLog(Math.log10(Math.max(value, LOW)));
  shade(shown, toY, BAND);
  const thick = box.w / (after.length + 1);
  for (const [values, colour, share] of [[after, BLUE, 0.9], [before, ORANGE, 0.4]]) {
    pen.fillStyle = colour;
    values.forEach((value, i) => {
      pen.fillRect(toX(i + 1) - (share * thick) / 2, toY(value), share * thick, box.y + box.h - toY(value));
    });
  }
  legend(pen, entries);
  const powers = Array.from({ length: 6 }, (_, i) => i - 5);
  axes(shown, ticks(0, after.length).slice(1).map((k) => [toX(k), String(k)]), powers.map((k) => [onLog(k), power(k)]),
    "number of the singular value", "singular value");
}

function drawPolynomial(canvas, { before, after, curve }) {
  const dots = { ...LOOKS[1], dash: [0, 99] };
  const entries = [{ name: "any value", look: LOOKS[0] }, { name: "those of the matrix", look: dots, every: 1 }];
  const shown = frame(canvas, legendHeight(entries)), { pen, box } = shown;
  const onLog = linear(Math.log10(LOW), 0.05, box.x, box.w), toY = linear(0, 1.6, box.y + box.h, -box.h);
  const points = (places, values) => places.map((value, i) => [onLog(Math.log10(value)), toY(values[i])]);
  shade(shown, toY, BAND);
  inside(shown, () => {
    stroke(pen, points(VALUES, curve), LOOKS[0], 0, 2);
    stroke(pen, points(before, after), dots, 1, 0.01);
  });
  legend(pen, entries);
  axes(shown, [-5, -4, -3, -2, -1, 0].map((k) => [onLog(k), power(k)]), [0, 0.5, 1, 1.5].map((v) => [toY(v), String(v)]),
    "singular value before", "after");
}

export default mount({
  simulate: simulateMuon,
  describe: describeMuon,
  panels: [
    {
      caption: "Singular values",
      label: "Singular values as bars, before and after the steps",
      draw: (canvas, state, seen) => drawBars(canvas, seen),
    },
    {
      caption: "Before and after",
      label: "What a singular value becomes after the steps, by its value before",
      draw: (canvas, state, seen) => drawPolynomial(canvas, seen),
    },
  ],
});
