// The drift: how far iterates are from the flow of each order after one time, by step size.

import { slope, usable } from "./numbers.js";

const LEVELS = 8, SAMPLES = 12, EPSILON = 2 ** -52;

/** Which step sizes and which time tell the orders of a model at a start. */
export function plan(model, start) {
  const largest = usable(0.25 * model.usefulGamma(...start), 1e-3);
  // Memory that does not begin settled has to have settled when distances are taken.
  const forgets = model.pair.slaved ? 0 : model.forgets;
  const settled = forgets > 0 ? Math.ceil(Math.log(1e-15) / Math.log(forgets)) : 0;
  const steps = Math.min(Math.max(6, settled), 4000);
  // A field of roots and quotients is smooth for a while only: no longer than the problem's own time.
  const longest = model.weights ? Infinity : model.problem.record.time;
  const time = Math.min(steps * largest, longest);
  const counts = Array.from({ length: LEVELS }, (_, k) => steps * 2 ** k);
  return { time, counts, gammas: counts.map((n) => time / n) };
}

/** Measure the distances; `options` are those of the fields, and `corrected` of the starts.
 *  Returns rows by order, with the floor of rounding and the observed slopes. */
export function study(model, start, options = {}) {
  const { time, counts, gammas } = plan(model, start);
  const ends = gammas.map((gamma, k) => endOf(model, start, gamma, counts[k], options));
  const floor = gammas.map((_, k) => floorOf(ends[k], start, counts[k]));
  const orders = Array.from({ length: model.maxOrder + 1 }, (_, order) => {
    const drifts = gammas.map((gamma, k) => distance(model, start, order, gamma, time, ends[k], options));
    return { order, drifts, slope: observed(gammas, drifts, floor) };
  });
  return { time, gammas, orders, floor };
}

/** The largest distances of a run, as points after one another, from the flow of each order. */
export function largestDrifts(model, start, gamma, run, options = {}) {
  const taken = run.length / 2 - 1, samples = Math.min(taken, SAMPLES);
  const shares = Array.from({ length: samples }, (_, k) => (k + 1) / samples);
  // Memory that begins unsettled is looked at when it has settled.
  const first = model.record.memory && !model.pair.slaved ? 0.5 : 0;
  const counts = shares.filter((share) => share > first).map((share) => Math.round(share * taken));
  return Array.from({ length: model.maxOrder + 1 }, (_, order) => {
    let at = options.corrected === false ? start : model.correctedStart(start, order, gamma);
    let largest = 0, before = 0;
    for (const n of counts) {
      at = model.follow(at, order, gamma, (n - before) * gamma, { ...options, tolerance: 1e-11, most: 200 });
      if (!at) return NaN;
      largest = Math.max(largest, Math.hypot(at[0] - run[2 * n], at[1] - run[2 * n + 1]));
      before = n;
    }
    return largest;
  });
}

function endOf(model, start, gamma, steps, { corrected = true }) {
  let end = null;
  const taken = model.iterate(start, gamma, steps, (n, x, y) => {
    end = [x, y];
  }, corrected);
  return taken === steps ? end : null;
}

function distance(model, start, order, gamma, time, end, options) {
  if (!end) return NaN;
  const from = options.corrected === false ? start : model.correctedStart(start, order, gamma);
  const there = model.follow(from, order, gamma, time, { ...options, most: 400 });
  return there ? Math.hypot(there[0] - end[0], there[1] - end[1]) : NaN;
}

// Rounding of the steps, which adds up like a random walk or worse, and of the flow's tolerance.
function floorOf(end, start, steps) {
  const size = 1 + Math.max(...[...start, ...(end ?? [])].map(Math.abs));
  return size * EPSILON * (8 + 2 * Math.sqrt(steps));
}

// The smallest step sizes that stand clear of the floor.
function observed(gammas, drifts, floor) {
  const clear = gammas.map((_, k) => k).filter((k) => drifts[k] > 200 * floor[k]);
  const chosen = clear.slice(-3);
  return slope(chosen.map((k) => Math.log(gammas[k])), chosen.map((k) => Math.log(drifts[k])));
}
