// Numbers that a browser lacks: the error function, small matrices, roots of equations, fits.

/** The error function to a few roundings: its series near 0, a continued fraction beyond. */
export function erf(x) {
  const a = Math.abs(x);
  if (!(a < 6)) return Number.isNaN(x) ? x : Math.sign(x);
  const size = a < 2.5 ? erfSeries(a) : 1 - erfcFraction(a);
  return x < 0 ? -size : size;
}

// 2/√π e^(−x²) Σ 2ⁿ x^(2n+1)/(2n+1)!!, whose terms are all positive.
function erfSeries(x) {
  let term = x, sum = x;
  for (let n = 1; term > 1e-18 * sum; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

// Laplace's continued fraction, from far enough inside.
function erfcFraction(x) {
  let below = x;
  for (let n = 80; n >= 1; n--) below = x + n / 2 / below;
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / below;
}

/** The largest singular value of the matrix [[a, b], [c, d]]. */
export function spectralNorm(a, b, c, d) {
  const square = a * a + b * b + c * c + d * d, determinant = a * d - b * c;
  const inner = Math.max(0, square * square - 4 * determinant * determinant);
  return Math.sqrt((square + Math.sqrt(inner)) / 2);
}

/** The larger eigenvalue of the symmetric part of the matrix. */
export function largestEigenvalue(a, b, c, d) {
  const off = (b + c) / 2;
  return (a + d) / 2 + Math.hypot((a - d) / 2, off);
}

/** The inverse of a small matrix of differences of `residual` at u, where it is e; row by row. */
function inverse(u, e, residual) {
  const n = u.length, width = 2 * n;
  const rows = differences(u, e, residual);
  for (let k = 0; k < n; k++) {
    let p = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(rows[i][k]) > Math.abs(rows[p][k])) p = i;
    [rows[k], rows[p]] = [rows[p], rows[k]];
    const pivot = rows[k][k];
    for (let j = 0; j < width; j++) rows[k][j] /= pivot;
    for (let i = 0; i < n; i++) {
      const factor = i === k ? 0 : rows[i][k];
      if (factor !== 0) for (let j = 0; j < width; j++) rows[i][j] -= factor * rows[k][j];
    }
  }
  return rows.map((row) => row.subarray(n));
}

// The matrix of differences with a unit matrix beside it.
function differences(u, e, residual) {
  const n = u.length, moved = Float64Array.from(u), there = new Float64Array(n);
  const rows = Array.from({ length: n }, (_, i) => new Float64Array(2 * n).fill(1, n + i, n + i + 1));
  for (let j = 0; j < n; j++) {
    moved[j] = u[j] + 1e-7 * (1 + Math.abs(u[j]));
    residual(moved, there);
    for (let i = 0; i < n; i++) rows[i][j] = (there[i] - e[i]) / (moved[j] - u[j]);
    moved[j] = u[j];
  }
  return rows;
}

/** A solver of `residual(u, e)` = 0 from a guess, by Newton's method; NaN where there is no root.
 *  It keeps its matrix from step to step, and makes it anew where it no longer serves. */
export function solver() {
  let kept = null;
  const u = [], e = [];
  return (guess, residual) => {
    const n = guess.length;
    u[n] ??= new Float64Array(n);
    e[n] ??= new Float64Array(n);
    u[n].set(guess);
    if (kept?.length === n && settle(u[n], e[n], residual, kept, 12)) return u[n];
    for (let round = 0; round < 12; round++) {
      if (round === 0) u[n].set(guess);
      residual(u[n], e[n]);
      kept = inverse(u[n], e[n], residual);
      if (settle(u[n], e[n], residual, kept, 4)) return u[n];
    }
    kept = null;
    return u[n].fill(NaN);
  };
}

// Improve u with one matrix; tell whether the corrections came down to rounding.
function settle(u, e, residual, matrix, most) {
  let before = Infinity;
  for (let round = 0; round < most; round++) {
    residual(u, e);
    let size = 0;
    for (let i = 0; i < u.length; i++) {
      let move = 0;
      for (let j = 0; j < u.length; j++) move -= matrix[i][j] * e[j];
      size = Math.max(size, Math.abs(move) / (1 + Math.abs(u[i])));
      u[i] += move;
    }
    if (size < 1e-15 || (size < 1e-12 && size >= 0.5 * before)) return true;
    if (!(size < before)) return false;
    before = size;
  }
  return false;
}

/** A size, or another one where it is no number to divide by. */
export function usable(size, otherwise) {
  return size > 1e-100 && size < 1e100 ? size : otherwise;
}

/** The slope of the line nearest to points, or NaN of fewer than two. */
export function slope(xs, ys) {
  const n = xs.length;
  if (n < 2) return NaN;
  const mx = xs.reduce((s, x) => s + x, 0) / n, my = ys.reduce((s, y) => s + y, 0) / n;
  let above = 0, below = 0;
  for (let k = 0; k < n; k++) {
    above += (xs[k] - mx) * (ys[k] - my);
    below += (xs[k] - mx) ** 2;
  }
  return above / below;
}
