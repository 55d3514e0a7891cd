// Rooted trees to be clicked: what each stands for, and how it is cut.

import { formula, make } from "./formula.js";
import { say, written } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";
const SPACE = 16, RADIUS = 4;

/** A picture of a nested list of children, root below. */
export function drawn(nested, label) {
  const nodes = [], edges = [];
  const width = place(nested, 0, 0, nodes, edges);
  const depth = Math.max(...nodes.map(([, y]) => y));
  const w = Math.max(1, width) * SPACE, h = (depth + 1) * SPACE;
  const picture = shape("svg", { width: w, height: h, viewBox: `0 0 ${w} ${h}`, role: "img", "aria-label": label });
  const at = ([x, y]) => [(x + 0.5) * SPACE, h - (y + 0.5) * SPACE];
  for (const [a, b] of edges) {
    const [[x1, y1], [x2, y2]] = [at(nodes[a]), at(nodes[b])];
    picture.append(shape("line", { x1, y1, x2, y2, class: "edge" }));
  }
  nodes.forEach((node, k) => {
    const [cx, cy] = at(node);
    picture.append(shape("circle", { cx, cy, r: RADIUS, class: k === nodes.length - 1 ? "root" : "node" }));
  });
  return picture;
}

// Place a subtree from a left edge on; parents stand amid their children. Returns its width.
function place(nested, left, depth, nodes, edges) {
  let width = 0;
  const tops = nested.map((child) => {
    width += place(child, left + width, depth + 1, nodes, edges);
    return nodes.length - 1;
  });
  const xs = tops.map((k) => nodes[k][0]);
  nodes.push([xs.length ? (xs[0] + xs.at(-1)) / 2 : left, depth]);
  tops.forEach((k) => edges.push([nodes.length - 1, k]));
  return Math.max(1, width);
}

function shape(tag, attributes) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

export class TreePanel {
  /** `choose(k)` is called when a tree is clicked. */
  constructor(root, trees, choose) {
    this.trees = trees;
    this.list = make("div", { className: "forest", role: "group" });
    this.buttons = trees.map((tree, k) =>
      make("button", { type: "button", className: "tree", "aria-label": name(tree), onclick: () => choose(k) }, drawn(tree.nested, name(tree))),
    );
    this.list.append(...this.buttons);
    this.about = make("div", { className: "about-tree" });
    root.append(this.list, this.about);
  }

  /** Show a tree, as the method of a model has it. */
  show(k, model, language) {
    this.list.setAttribute("aria-label", say(language, "treeHelp"));
    this.buttons.forEach((button, n) => button.setAttribute("aria-pressed", String(n === k)));
    const key = JSON.stringify([k, model.record.id, model.values, language]);
    if (this.key === key) return;
    this.key = key;
    this.about.replaceChildren();
    const tree = this.trees[k];
    if (!tree) return;
    const rows = [
      ["differential", formula(tree.differential)],
      ["nodes", String(tree.nodes)],
      ["symmetry", String(tree.symmetry)],
      ["density", String(tree.density)],
      ...this.weights(k, model),
    ];
    const list = make("dl", { className: "numbers" });
    for (const [word, value] of rows) list.append(make("dt", {}, say(language, word)), make("dd", {}, value));
    if (!model.weights) list.append(make("dd", { className: "wide" }, say(language, "noTrees")));
    this.about.append(list, this.cuts(tree, language));
  }

  weights(k, model) {
    if (!model.weights) return [];
    const { symmetry } = this.trees[k], found = [["coefficient", formula(model.record.exact[k])]];
    if (model.values.length) found.push(["value", written(model.weights.field[k] * symmetry, 5)]);
    const cut = model.weights.cut?.[k] * symmetry, full = model.weights.field[k] * symmetry;
    if (Math.abs(cut - full) > 1e-12) found.push(["cutCoefficient", written(cut, 5)]);
    return found;
  }

  cuts(tree, language) {
    const box = make("div", { className: "cuts" }, make("p", {}, say(language, tree.cuts.length ? "cuts" : "noCuts")));
    for (const cut of tree.cuts) {
      const [branch, trunk] = [this.trees[cut.branch], this.trees[cut.trunk]];
      const times = cut.edges > 1 ? make("span", {}, `${cut.edges} ×`) : "";
      box.append(make("span", { className: "cut" }, times, drawn(branch.nested, name(branch)), "|", drawn(trunk.nested, name(trunk))));
    }
    return box;
  }
}

// A tree in brackets, for who cannot see it.
function name(tree) {
  return JSON.stringify(tree.nested);
}
