// A problem with numbers for its parameters: the field, its matrix, its function, and on trees
// the sum of weights times elementary differentials. All are scripts that bea wrote.

import { solver, largestEigenvalue, spectralNorm } from "./numbers.js";

export class Problem {
  /** `page` has the scripts; `values` are those of the problem's parameters, in order. */
  constructor(page, record, values) {
    this.record = record;
    this.scripts = page.scripts;
    this.trees = page.data.trees;
    this.values = values;
    this.at = Float64Array.of(0, 0, ...values);
    this.r = new Float64Array(4); // what the field answered last
    this.one = new Float64Array(1);
    this.solve = solver();
    this.field = this.scripts[record.field];
    this.matrix = this.scripts[record.jacobian];
  }

  /** Put the field at a point into `r`. */
  f(x, y) {
    this.at[0] = x;
    this.at[1] = y;
    this.field(this.at, this.r);
  }

  /** Put the matrix of the field at a point into `r`, row by row. */
  J(x, y) {
    this.at[0] = x;
    this.at[1] = y;
    this.matrix(this.at, this.r);
  }

  /** The loss, or the energy, at a point; NaN where there is none. */
  value(x, y) {
    if (this.record.value === null) return NaN;
    this.at[0] = x;
    this.at[1] = y;
    this.scripts[this.record.value](this.at, this.one);
    return this.one[0];
  }

  /** Whether the problem is defined at a point. */
  inside(x, y) {
    if (!(Math.abs(x) < 1e12 && Math.abs(y) < 1e12)) return false;
    if (this.record.inside === null) return true;
    const { needs } = this.record, found = new Float64Array(needs.length);
    this.at[0] = x;
    this.at[1] = y;
    this.scripts[this.record.inside](this.at, found);
    return needs.every((need, k) => (need === "positive" ? found[k] > 0 : found[k] !== 0 && found[k] === found[k]));
  }

  /** How fast the field changes at a point: the norm of its matrix. */
  rate(x, y) {
    this.J(x, y);
    return spectralNorm(...this.r);
  }

  /** The largest eigenvalue of the Hessian of the loss: its sharpness. */
  sharpness(x, y) {
    this.J(x, y);
    const [a, b, c, d] = this.r;
    return largestEigenvalue(-a, -b, -c, -d);
  }

  /** The function (x, y, out) of a script with weights behind the symbols. */
  weighted(script, values, weights) {
    const at = Float64Array.of(0, 0, ...values, ...weights), run = this.scripts[script];
    return (x, y, out) => {
      at[0] = x;
      at[1] = y;
      run(at, out);
    };
  }

  /** The sum of weights times F(tree), over the trees of an order. */
  onTrees(order, weights) {
    const count = this.trees.filter((t) => t.nodes <= order + 1).length;
    return this.weighted(this.record.vectors[order], this.values, Array.from(weights).slice(0, count));
  }
}
