// How lines look: colour, dash and marker together, so that colour never stands alone.

// Markers of radius 1 or so.
const polygon = (...points) => (pen) => points.forEach(([x, y], k) => (k ? pen.lineTo(x, y) : pen.moveTo(x, y)));
const MARKERS = {
  circle: (pen) => pen.arc(0, 0, 1, 0, 7),
  square: polygon([-0.9, -0.9], [0.9, -0.9], [0.9, 0.9], [-0.9, 0.9]),
  diamond: polygon([0, -1.3], [1.3, 0], [0, 1.3], [-1.3, 0]),
  up: polygon([0, -1.25], [1.2, 1], [-1.2, 1]),
  down: polygon([0, 1.25], [1.2, -1], [-1.2, -1]),
  cross: (pen) => { pen.rotate(Math.PI / 4); pen.rect(-1.25, -0.45, 2.5, 0.9); pen.rect(-0.45, -1.25, 0.9, 2.5); },
  pentagon: polygon(...Array.from({ length: 5 }, (_, k) => [1.15 * Math.sin(1.2566 * k), -1.15 * Math.cos(1.2566 * k)])),
  plus: (pen) => { pen.rect(-1.25, -0.45, 2.5, 0.9); pen.rect(-0.45, -1.25, 0.9, 2.5); },
};

// Colours are numbers in the palette of the theme.
export const LOOKS = [
  { colour: 0, dash: [], marker: "circle" },
  { colour: 1, dash: [7, 4], marker: "square" },
  { colour: 2, dash: [8, 3, 2, 3], marker: "up" },
  { colour: 3, dash: [2, 3], marker: "diamond" },
  { colour: 4, dash: [12, 3], marker: "down" },
  { colour: 5, dash: [5, 2, 2, 2, 2, 2], marker: "plus" },
  { colour: 6, dash: [1, 4], marker: "cross" },
];

// One look per method, as in course_utils/look/palette.py.
const [BLUE, VERMILLION, GREEN, PINK, ORANGE, SKY, GREY] = LOOKS;
export const METHODS = {
  "gradient descent": BLUE, sgd: BLUE, momentum: VERMILLION, "heavy ball": VERMILLION,
  "ema momentum": { colour: 7, dash: [1, 4], marker: "plus" }, nesterov: PINK, rmsprop: GREEN, adam: ORANGE, adamw: SKY,
  adagrad: GREY, lion: { colour: 8, dash: [6, 3], marker: "pentagon" }, muon: { colour: 9, dash: [10, 3], marker: "cross" },
  newton: { colour: 9, dash: [10, 3], marker: "cross" }, plain: BLUE, "batch norm": VERMILLION, "layer norm": GREEN,
  residual: ORANGE, "residual + layer norm": PINK, "batch norm, then noise": GREEN,
};

// The look of the method that a line is named after: "Adam" and "AdamOptimizer" look alike everywhere. "Adam, lr 0.01" has
// the colour of Adam and the rest of its number; all others have the look of their number.
export function lookOf(label, index = 0) {
  const series = LOOKS[index % LOOKS.length], name = label.toLowerCase().replace(/optimizer\b/, "").trim();
  if (METHODS[name]) return METHODS[name];
  const method = METHODS[name.split(",")[0].trim()];
  return method ? { ...series, colour: method.colour } : series;
}
export const PATH = { colour: 1, dash: [], marker: "circle" };

export const colourOf = (look, theme) => (typeof look.colour === "number" ? theme.palette[look.colour] : look.colour);

// Draw the marker of a look around a point.
export function mark(pen, look, x, y, radius = 3.4) {
  pen.save();
  pen.translate(x, y);
  pen.scale(radius, radius);
  pen.beginPath();
  MARKERS[look.marker ?? "circle"](pen);
  pen.fill();
  pen.restore();
}

// A line through points in pixels; one that is not finite leaves a gap.
export function trace(pen, points) {
  let drawing = false;
  for (const [x, y] of points) {
    const finite = Number.isFinite(x) && Number.isFinite(y);
    if (finite && drawing) pen.lineTo(x, y); else if (finite) pen.moveTo(x, y);
    drawing = finite;
  }
}
