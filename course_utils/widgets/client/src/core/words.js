// Numbers in words, and elements of the page.

// A number with so many significant digits; very large and very small ones by their power of ten.
export function digits(number, count = 3) {
  const rounded = Number(number.toPrecision(count)), size = Math.abs(rounded);
  return size >= 1e6 || (size > 0 && size < 1e-4) ? rounded.toExponential() : String(rounded);
}

const RAISED = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };

// A power of ten, or another tick of a logarithmic axis, in few letters.
export function power(value) {
  if (value >= 1e-3 && value <= 1e4) return String(Number(value.toPrecision(3)));
  const exponent = Math.floor(Math.log10(value) + 1e-9), first = Number((value / 10 ** exponent).toPrecision(2));
  const raised = [...String(exponent)].map((letter) => RAISED[letter]).join("");
  return first === 1 ? `10${raised}` : `${first}·10${raised}`;
}

export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

// Write into the page only what differs: whatever is written is laid out again.
export function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export function mark(node, name, value) {
  if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
}

export function button(text, attributes, act) {
  const made = element("button", { type: "button", ...attributes }, text);
  made.addEventListener("click", act);
  return made;
}
