// Formulas: nested lists [tag, attributes, text or children …] as MathML elements.

const MATHML = "http://www.w3.org/1998/Math/MathML";
const TAGS = new Set([
  "math", "mrow", "mi", "mo", "mn", "mtext", "mspace", "msup", "msub", "msubsup", "mfrac", "msqrt",
  "mroot", "mover", "munder", "mtable", "mtr", "mtd", "mstyle",
]);
const ATTRIBUTES = new Set([
  "display", "displaystyle", "form", "fence", "stretchy", "lspace", "rspace", "mathvariant", "width",
  "accent", "columnalign",
]);

/** The element of a formula; what is no mathematics becomes a text. */
export function formula(tree) {
  if (typeof tree === "string") return document.createTextNode(tree);
  const [tag, attributes, ...children] = tree;
  const element = document.createElementNS(MATHML, TAGS.has(tag) ? tag : "mtext");
  for (const [name, value] of Object.entries(attributes)) {
    if (ATTRIBUTES.has(name)) element.setAttribute(name, value);
  }
  element.append(...children.map(formula));
  return element;
}

/** An HTML element with properties and children; texts stay texts. */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name in element) element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}
