// A method on a problem: its iterates, its modified fields and losses, and the starts of flows.

import { Problem } from "./problem.js";
import { curve, flow } from "./flow.js";

const POWERS = (gamma, count) => Array.from({ length: count }, (_, k) => gamma ** k);

export class Model {
  /** `choice` has the places of problem and method and the values of their parameters. */
  constructor(page, choice) {
    const { data, scripts } = page;
    this.page = page;
    this.pair = data.pairs[`${choice.problem},${choice.method}`] ?? {};
    this.record = { ...data.methods[choice.method], ...this.pair };
    this.problem = new Problem(page, data.problems[choice.problem], choice.problemValues);
    this.values = choice.methodValues;
    this.inside = (x, y) => this.problem.inside(x, y);
    const { vectors } = this.record.onTrees ? data.problems[choice.problem] : this.pair;
    this.maxOrder = vectors.length - 1;
    this.step_ = scripts[this.record.step];
    this.weights = this.record.onTrees ? this.weightsOf(data.trees.length) : null;
  }

  weightsOf(count) {
    const found = {};
    const inputs = Float64Array.from(this.values);
    const lengths = { field: count, starts: count, losses: this.page.data.free.length, rest: count, cut: count };
    const names = { field: "weights", starts: "starts", losses: "losses", rest: "rest", cut: "cut" };
    for (const [key, name] of Object.entries(names)) {
      if (this.record[name] === null) continue;
      found[key] = new Float64Array(lengths[key]);
      this.page.scripts[this.record[name]](inputs, found[key]);
    }
    return found;
  }

  // --- iterates -----------------------------------------------------------------------------

  /** The memory at a start: as the method begins, or on the manifold on which it settles. */
  memoryAt(x, y, gamma, settled) {
    const memory = new Float64Array(this.record.memory);
    const { slaved } = this.pair;
    if (settled && slaved) {
      const inputs = [...this.problem.values, ...this.values];
      this.problem.weighted(slaved.script, inputs, POWERS(gamma, slaved.powers))(x, y, memory);
    } else {
      this.page.scripts[this.record.init](Float64Array.of(x, y, gamma, ...this.values), memory, this.problem);
    }
    return memory;
  }

  /** Take steps from a start; `visit(n, x, y)` sees each point. Returns how many were taken. */
  iterate(start, gamma, steps, visit, settled = true) {
    const memory = this.record.memory, size = 2 + memory;
    const at = Float64Array.of(...start, ...this.memoryAt(...start, gamma, settled), gamma, ...this.values);
    const out = new Float64Array(size);
    visit(0, start[0], start[1]);
    for (let n = 1; n <= steps; n++) {
      this.step_(at, out, this.problem);
      if (!this.problem.inside(out[0], out[1])) return n - 1;
      for (let k = 0; k < size; k++) at[k] = out[k];
      visit(n, at[0], at[1]);
    }
    return steps;
  }

  // --- modified fields ----------------------------------------------------------------------

  /** The modified field of an order, as a function (x, y, out).
   *  `drop` leaves the term of that power out; `cut` takes the series in D without f̃ put back. */
  field(order, gamma, { drop = -1, cut = false } = {}) {
    const kept = (k) => (k === drop ? 0 : gamma ** k);
    if (!this.weights) {
      const inputs = [...this.problem.values, ...this.values];
      return this.problem.weighted(this.pair.vectors[order], inputs, POWERS(1, order + 1).map((_, k) => kept(k)));
    }
    const weights = cut && this.weights.cut ? this.weights.cut : this.weights.field;
    return this.problem.onTrees(order, this.byPower(weights, kept));
  }

  /** The term f_k alone, without its power of γ. */
  term(k) {
    if (!this.weights) {
      const inputs = [...this.problem.values, ...this.values];
      const only = Array.from({ length: k + 1 }, (_, j) => (j === k ? 1 : 0));
      return this.problem.weighted(this.pair.vectors[k], inputs, only);
    }
    return this.problem.onTrees(k, this.byPower(this.weights.field, (j) => (j === k ? 1 : 0)));
  }

  /** The part of f_k that no loss explains, or null where trees do not tell it. */
  rest(k) {
    if (!this.weights || this.problem.record.kind !== "loss" || k > this.maxOrder) return null;
    return this.problem.onTrees(k, this.byPower(this.weights.rest, (j) => (j === k ? 1 : 0)));
  }

  /** Where the flow of an order gets from a point in a time; null where it does not. */
  follow(from, order, gamma, time, options = {}) {
    return flow(this.page, this.field(order, gamma, options), from, time, { inside: this.inside, ...options });
  }

  /** The curve of the flow of an order that meets a run from a start; see `curve`. */
  curve(start, order, gamma, time, options) {
    const from = options.corrected ? this.correctedStart(start, order, gamma) : start;
    return curve(this.page, this.field(order, gamma, options), from, time, this.inside);
  }

  byPower(weights, factor) {
    return weights.map((w, t) => w * factor(this.problem.trees[t].nodes - 1));
  }

  /** Where the flow of an order begins, to meet a run that begins at a start with its own memory. */
  correctedStart(start, order, gamma) {
    if (!this.weights?.starts || order === 0) return start;
    const weights = this.weights.starts.map((a, t) => {
      const { nodes } = this.problem.trees[t];
      return nodes <= order ? a * gamma ** nodes : 0;
    });
    const moved = new Float64Array(2);
    this.problem.onTrees(order - 1, weights)(start[0], start[1], moved);
    return [start[0] + moved[0], start[1] + moved[1]];
  }

  /** Whether a run with the method's own memory is met by a corrected start, or begins settled. */
  get startIsKnown() {
    return !this.record.memory || Boolean(this.weights?.starts || this.pair.slaved);
  }

  // --- modified functions -------------------------------------------------------------------

  /** The highest order of a modified loss or energy that this method has here; −1 for none. */
  get potentialOrder() {
    if (this.pair.potential) return this.pair.potential.length - 1;
    if (!this.weights || this.problem.record.kind !== "loss") return -1;
    const wrong = this.record.gradients.indexOf(false), known = this.problem.record.contractions.length;
    return (wrong < 0 ? known : Math.min(wrong, known)) - 1;
  }

  /** The modified loss, or the modified energy, of an order; `share` blends its corrections in. */
  potential(order, gamma, share = 1) {
    const factor = (k) => (k === 0 ? 1 : share * gamma ** k);
    const one = new Float64Array(1);
    const run = this.pair.potential ? this.ownPotential(order, factor) : this.treePotential(order, factor);
    return (x, y) => {
      run(x, y, one);
      return one[0];
    };
  }

  ownPotential(order, factor) {
    const inputs = this.pair.vectors ? [...this.problem.values, ...this.values] : this.problem.values;
    const weights = Array.from({ length: order + 1 }, (_, k) => factor(k));
    return this.problem.weighted(this.pair.potential[order], inputs, weights);
  }

  treePotential(order, factor) {
    const free = this.page.data.free.filter((nodes) => nodes <= order + 1);
    const weights = free.map((nodes, t) => this.weights.losses[t] * factor(nodes - 1));
    return this.problem.weighted(this.problem.record.contractions[order], this.problem.values, weights);
  }

  // --- sizes --------------------------------------------------------------------------------

  /** |f_k| at a point, for all powers. */
  termSizes(x, y) {
    const out = new Float64Array(2);
    return Array.from({ length: this.maxOrder + 1 }, (_, k) => {
      this.term(k)(x, y, out);
      return Math.hypot(out[0], out[1]);
    });
  }

  /** The step size up to which the terms shrink from one power to the next, by the root test. */
  usefulGamma(x, y) {
    const [first, ...others] = this.termSizes(x, y);
    const roots = others.map((size, k) => (size / first) ** (1 / (k + 1))).filter(Number.isFinite);
    const worst = Math.max(0, ...roots);
    return worst > 0 ? 1 / worst : 1 / (this.problem.rate(x, y) || 1);
  }

  /** How many times faster than f the method moves in the end, by its memory. */
  get speed() {
    if (!this.weights) return 1;
    return Math.abs(this.weights.field[0]) || 1;
  }

  /** The factor per step by which the memory forgets, seen on a field that does not change. */
  get forgets() {
    const { memory } = this.record;
    if (!memory) return 0;
    const still = { r: new Float64Array(4), f() { this.r.fill(1e-3); }, J() { this.r.fill(0); }, solve: this.problem.solve };
    const at = Float64Array.of(0, 0, ...new Float64Array(memory).fill(1e-3), 0, ...this.values);
    const out = new Float64Array(2 + memory), moves = [];
    for (let n = 0; n < 80; n++) {
      this.step_(at, out, still);
      let change = 0;
      for (let k = 0; k < 2 + memory; k++) {
        change = Math.max(change, Math.abs(out[k] - at[k]));
        at[k] = out[k];
      }
      moves.push(change);
    }
    const last = moves.findLastIndex((move) => move > 1e-9 * moves[0]);
    const rate = last > 0 ? (moves[last] / moves[0]) ** (1 / last) : 0;
    return rate < 1 ? rate : 0;
  }
}
