// The readouts: what the frame is in numbers, and the equation for every field.

import { formula, make } from "./formula.js";
import { raised, say, written } from "./words.js";

/** The rows [word, fillings, value] of a frame. */
export function rowsOf({ model, state, run, frame }) {
  const { kind } = model.problem.record, rows = [];
  const rate = model.problem.rate(...state.start), end = frame.end;
  rows.push([kind === "loss" ? "gammaLambda" : "gammaRate", [], written(state.gamma * rate)]);
  const taken = run.length / 2 - 1;
  rows.push(taken < frame.steps ? ["stopped", [taken], ""] : ["steps", [], String(taken)]);
  if (kind === "loss") {
    rows.push(["sharpness", [], written(model.problem.sharpness(...end))]);
    rows.push(["lossEnd", [], written(model.problem.value(...end))]);
    const order = Math.min(model.potentialOrder, state.order);
    if (order > 0) rows.push(["modifiedHere", [], written(model.potential(order, state.gamma)(...state.start), 5)]);
  }
  if (kind === "hamiltonian") rows.push(...energies(model, state, end));
  rows.push(["distance", [], frame.distances.map((d, k) => [k, written(d)])]);
  const finite = frame.distances.map((d) => (Number.isFinite(d) ? d : Infinity));
  rows.push(["best", [], `K = ${finite.indexOf(Math.min(...finite))}`]);
  if (kind === "loss" && model.rest(2)) rows.push(["restShare", [], share(model, state.start)]);
  return rows;
}

function energies(model, state, end) {
  const { start, gamma } = state;
  const rows = [["energyChange", [], written(model.problem.value(...end) - model.problem.value(...start))]];
  const order = Math.min(model.potentialOrder, state.order);
  if (order > 0) {
    const modified = model.potential(order, gamma);
    rows.push(["modifiedChange", [order], written(modified(...end) - modified(...start))]);
  }
  return rows;
}

function share(model, start) {
  const rest = new Float64Array(2), all = new Float64Array(2);
  model.rest(2)(...start, rest);
  model.term(2)(...start, all);
  return written(Math.hypot(...rest) / Math.hypot(...all));
}

/** The number of an order in its colour, and what is said of it. */
export function chip(order, content) {
  const dot = make("span", { className: `dot order-${order}` }, String(order));
  return make("span", { className: "chip" }, dot, content);
}

export class Readouts {
  constructor(root, colours) {
    this.list = make("dl", { className: "numbers" });
    this.colours = colours;
    this.equation = make("div", { className: "equation" });
    root.append(this.list);
  }

  show(rows, language) {
    const shape = JSON.stringify([rows.map(([word, fillings, value]) => [word, fillings, Array.isArray(value) && value.length]), language]);
    if (this.shape !== shape) {
      this.shape = shape;
      this.values = rows.map(([, , value]) => this.cell(value));
      this.list.replaceChildren(
        ...rows.flatMap(([word, fillings], k) => [make("dt", {}, say(language, word, ...fillings)), this.values[k]]),
      );
    }
    rows.forEach(([, , value], k) => {
      const texts = Array.isArray(value) ? value.map(([, text]) => text) : [value];
      texts.forEach((text, n) => {
        const node = this.values[k].texts[n];
        if (node.data !== text) node.data = text;
      });
    });
  }

  // A cell whose texts are changed where they are.
  cell(value) {
    const cell = make("dd"), orders = Array.isArray(value) ? value.map(([order]) => order) : null;
    cell.texts = (orders ?? [0]).map(() => document.createTextNode(""));
    if (!orders) cell.append(...cell.texts);
    else cell.append(...orders.map((order, n) => chip(order, cell.texts[n])));
    return cell;
  }
}

/** What is known of a method for every field: its step, its equation, its modified loss. */
export class Equations {
  constructor(root) {
    this.root = root;
  }

  show(record, kind, language) {
    const key = JSON.stringify([record.id, record.title, kind, language]);
    if (this.key === key) return;
    this.key = key;
    const parts = [make("p", {}, make("span", { className: "word" }, say(language, "formula")), " ", record.formula || record.title)];
    if (record.equation) parts.push(titled(say(language, "equation"), formula(record.equation)));
    if (record.gradient && record.onTrees) parts.push(titled(say(language, "modifiedLoss"), loss(record)));
    const wrong = record.gradients?.indexOf(false) ?? -1;
    if (record.gradient && wrong > 0) {
      parts.push(make("p", { className: "small" }, say(language, "noModifiedLoss", raised(wrong))));
    }
    this.root.replaceChildren(...parts);
  }
}

function titled(title, content) {
  return make("div", { className: "equation" }, make("span", { className: "word" }, title), content);
}

function loss(record) {
  return record.modifiedLoss ? formula(record.modifiedLoss) : "–";
}
