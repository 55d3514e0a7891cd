// The page: one state, what is shown of it, and how keys, pointers and links change it.

import { LANGUAGES } from "./words.js";
import { Model } from "./model.js";
import { SCENES } from "./scenes.js";
import { build, showControls } from "./layout.js";
import { rowsOf } from "./readouts.js";
import { fromLink, toLink } from "./link.js";
import { listen } from "./gestures.js";
import { largestDrifts, study } from "./drift.js";
import { theme } from "./view.js";
import { usable } from "./numbers.js";

const MOST_STEPS = 4000;

export class Explorer {
  /** Build the page in an element; `page` has `data` and `scripts`, `linked` whether it keeps its
   *  state in the address. */
  constructor(root, page, linked = true) {
    Object.assign(this, { root, page, linked });
    this.state = { language: "en", scene: 0 };
    build(this);
    this.toProblem(page.data.first.problem, page.data.first.method ?? undefined);
    this.adopt(fromLink(linked ? location.hash : ""));
    listen(this);
    this.paint();
  }

  // --- state --------------------------------------------------------------------------------

  /** Go to a problem with a method that it has, and to what shows it. */
  toProblem(problem, method = this.methodsFor(problem)[0], changes = {}) {
    const record = this.page.data.problems[problem];
    Object.assign(this.state, {
      problem, method, start: [...record.start], window: null, order: 2, all: false, drop: -1,
      cut: false, corrected: true, blend: 0, rest: false, tree: -1, values: {}, scene: 0,
    });
    Object.assign(this.state.values, changes.values);
    this.refresh();
    const speed = this.model.speed;
    const largest = Math.min(1 / (this.rate * speed), this.model.usefulGamma(...record.start));
    this.state.gamma = usable(0.3 * largest, 1e-3);
    this.state.time = record.time / speed;
    Object.assign(this.state, changes);
    this.refresh();
  }

  /** Change parts of the state and show it. */
  set(changes) {
    const { state } = this;
    Object.assign(state, changes);
    if (!("scene" in changes) && ("problem" in changes || "method" in changes)) state.scene = 0;
    this.refresh();
    this.later();
  }

  /** Make the model of the state, if it is another than before. */
  refresh() {
    const { state, page } = this;
    const record = page.data.methods[state.method];
    const own = page.data.pairs[`${state.problem},${state.method}`]?.parameters;
    this.methodParameters = own ?? (record.onTrees ? record.parameters : []);
    this.problemParameters = page.data.problems[state.problem].parameters;
    const value = (p) => state.values[p.name] ?? p.value;
    const choice = {
      problem: state.problem,
      method: state.method,
      problemValues: this.problemParameters.map(value),
      methodValues: this.methodParameters.map(value),
    };
    const key = JSON.stringify(choice);
    if (this.modelKey !== key) {
      this.modelKey = key;
      this.model = new Model(page, choice);
    }
    state.order = Math.max(0, Math.min(state.order, this.model.maxOrder));
  }

  /** Choose a problem, or a method on it, with what shows it. */
  choose(problem, method = this.state.method) {
    const { language } = this.state;
    const kept = problem === this.state.problem ? { start: this.state.start, window: this.state.window } : {};
    this.toProblem(problem, this.methodsFor(problem).includes(method) ? method : undefined, { language, ...kept });
    this.later();
  }

  /** The step sizes of the slider. */
  get gammaRange() {
    const rate = this.rate * this.model.speed;
    return [0.002 / rate, 2.5 / rate];
  }

  /** How fast the field of the problem changes where it begins. */
  get rate() {
    const { problem } = this.model;
    return usable(problem.rate(...problem.record.start), 1);
  }

  /** Show more or less of the plane, about the start. */
  zoom(factor) {
    const { left, right, bottom, top } = this.landscape.plane, [x, y] = this.state.start;
    const around = ([low, high], centre) => [centre + (low - centre) * factor, centre + (high - centre) * factor];
    this.set({ window: [around([left, right], x), around([bottom, top], y)] });
  }

  turnTheme() {
    const dark = getComputedStyle(this.root).getPropertyValue("--dark").trim() === "1";
    this.root.dataset.theme = dark ? "light" : "dark";
    this.recolour();
  }

  /** Read the colours of the style sheet anew, and draw with them. */
  recolour() {
    this.colours = null;
    this.later();
  }

  turnLanguage() {
    this.set({ language: LANGUAGES[1 - LANGUAGES.indexOf(this.state.language)] });
  }

  /** Go where the address says, when somebody else than this page changed it. */
  follow() {
    if (location.hash.slice(1) === this.link()) return;
    this.adopt(fromLink(location.hash));
    this.later();
  }

  methodsFor(problem) {
    const { methods, pairs, problems } = this.page.data, { kind } = problems[problem];
    const suits = (record, k) => `${problem},${k}` in pairs && pairs[`${problem},${k}`].vectors ? true : record.onTrees && (kind === "loss" || !record.gradient || record.id === "own");
    return ownFirst(methods, methods.flatMap((record, k) => (suits(record, k) ? [k] : [])));
  }

  /** All problems, the reader's own first. */
  get problems() {
    const { problems } = this.page.data;
    return ownFirst(problems, problems.map((_, k) => k));
  }

  /** Take over what a link says, as far as it is possible. */
  adopt(link) {
    const { data } = this.page;
    if (link.lang && LANGUAGES.includes(link.lang)) this.state.language = link.lang;
    if (SCENES[link.scene - 1] && !link.loss) return this.toScene(link.scene);
    const problem = data.problems.findIndex((record) => record.id === link.loss);
    if (problem >= 0) {
      const method = data.methods.findIndex((record) => record.id === link.method);
      this.toProblem(problem, this.methodsFor(problem).includes(method) ? method : undefined);
    }
    const { state } = this;
    for (const p of [...this.methodParameters, ...this.problemParameters]) {
      const value = link.parameters[p.name];
      if (value >= p.low && value <= p.high) state.values[p.name] = value;
    }
    if (link.gamma > 0) state.gamma = link.gamma;
    if (link.time > 0) state.time = link.time;
    if (link.order >= 0) state.order = Math.round(link.order);
    if (link.start) state.start = link.start;
    for (const name of ["all", "cut", "corrected", "rest"]) if (name in link) state[name] = link[name];
    if (link.drop >= 0 && link.drop <= data.order) state.drop = Math.round(link.drop);
    if (link.blend >= 0) state.blend = Math.min(1, link.blend);
    if (data.trees[link.tree]) state.tree = link.tree;
    if (SCENES[link.scene - 1]) state.scene = link.scene;
    this.refresh();
  }

  /** Show a scene, counted from 1. */
  toScene(number) {
    const { state } = SCENES[number - 1], { problems, methods } = this.page.data;
    const place = (list, id) => list.findIndex((record) => record.id === id);
    const { problem, method, ...others } = state;
    this.toProblem(place(problems, problem), place(methods, method), structuredClone(others));
    this.state.scene = number;
    this.later();
  }

  // --- what is shown ------------------------------------------------------------------------

  /** Compute what the state shows. */
  frame() {
    const { state, model } = this, { gamma, time, start } = state;
    const steps = Math.max(1, Math.min(MOST_STEPS, Math.round(time / gamma)));
    const run = [];
    model.iterate(start, gamma, steps, (n, x, y) => run.push(x, y), state.corrected);
    const options = { drop: state.drop, cut: state.cut, corrected: state.corrected };
    const orders = Array.from({ length: state.order + 1 }, (_, k) => k).filter((k) => state.all || k === 0 || k === state.order);
    const curves = orders.map((order) => ({ order, rows: model.curve(start, order, gamma, steps * gamma, options) }));
    const frame = { steps, run, curves, start, end: run.slice(-2), options, ...this.behind() };
    frame.distances = largestDrifts(model, start, gamma, run, options);
    return frame;
  }

  /** What lies behind the paths: a function, or a field. */
  behind() {
    const { state, model } = this, record = model.problem.record;
    const order = Math.min(model.potentialOrder, Math.max(1, state.order));
    const blended = state.blend > 0 && order > 0;
    const value = blended ? model.potential(order, state.gamma, state.blend) : (x, y) => model.problem.value(x, y);
    const field = (x, y, out) => {
      model.problem.f(x, y);
      out.set(model.problem.r.subarray(0, 2));
    };
    const inside = (x, y) => (model.problem.inside(x, y) ? value(x, y) : NaN);
    return {
      key: [state.problem, model.problem.values, blended ? [state.blend, state.gamma, order, this.modelKey] : 0],
      value: record.value === null ? null : inside,
      plain: (x, y) => (model.problem.inside(x, y) ? model.problem.value(x, y) : NaN),
      field,
      rest: state.rest ? model.rest(2) : null,
      window: state.window ?? record.window,
      minima: record.minima,
      variables: record.variables,
    };
  }

  later() {
    if (this.waiting) return;
    this.waiting = requestAnimationFrame(() => {
      this.waiting = 0;
      this.paint();
    });
  }

  /** Compute and draw a frame. */
  paint() {
    const { state, model } = this, colours = this.colours ??= theme(this.root), frame = this.frame();
    this.landscape.draw(frame, colours);
    const measured = study(model, state.start, frame.options);
    this.drift.draw(measured, state.order, state.gamma, colours);
    const energies = model.problem.record.kind === "hamiltonian" ? this.paintEnergy(frame, colours) : [];
    this.shown = { frame, study: measured, energies };
    this.readouts.show(rowsOf({ model, state, run: frame.run, frame }), state.language);
    showControls(this, measured);
    this.trees.show(state.tree, model, state.language);
    this.equations.show(model.record, model.problem.record.kind, state.language);
    if (this.linked) this.keepLink();
  }

  paintEnergy({ run }, colours) {
    const { model, state } = this, count = run.length / 2, rows = [];
    const functions = [[-1, (x, y) => model.problem.value(x, y)]];
    const order = Math.min(model.potentialOrder, state.order);
    if (order > 0) functions.push([order, model.potential(order, state.gamma)]);
    for (const [which, value] of functions) {
      const first = value(run[0], run[1]);
      rows.push({ order: which, values: Array.from({ length: count }, (_, n) => value(run[2 * n], run[2 * n + 1]) - first) });
    }
    this.energy.draw(Array.from({ length: count }, (_, n) => n * state.gamma), rows, colours);
    return rows;
  }

  keepLink() {
    clearTimeout(this.linking);
    this.linking = setTimeout(() => history.replaceState(null, "", `#${this.link()}`), 250);
  }

  /** The link to the state. */
  link() {
    const { data } = this.page, { state } = this;
    const parameters = {};
    for (const p of [...this.methodParameters, ...this.problemParameters]) parameters[p.name] = state.values[p.name] ?? p.value;
    return toLink(state, { problem: data.problems[state.problem].id, method: data.methods[state.method].id, parameters });
  }
}

function ownFirst(records, places) {
  const own = (place) => records[place].id === "own";
  return [...places.filter(own), ...places.filter((place) => !own(place))];
}
