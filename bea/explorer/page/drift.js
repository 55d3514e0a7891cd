// The drift: how far iterates are from the flow of each order after one time, by step size.

import { flow } from "./flow.js";
import { slope } from "./numbers.js";

const LEVELS = 8, EPSILON = 2 ** -52;

/** Which step sizes and which time tell the orders of a model at a start. */
export function plan(model, start) {
  const largest = 0.35 * model.usefulGamma(...start);
  // Memory that does not begin settled has to have settled when distances are taken.
  const forgets = model.pair.slaved ? 0 : model.forgets;
  const settled = forgets > 0 ? Math.ceil(Math.log(1e-15) / Math.log(forgets)) : 0;
  const steps = Math.min(Math.max(6, settled), 4000);
  const time = steps * largest;
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

/** The distance of iterates and flow after one time at one step size, for each order. */
export function driftsAt(model, start, gamma, steps, options = {}) {
  const end = endOf(model, start, gamma, steps, options);
  return Array.from({ length: model.maxOrder + 1 }, (_, order) =>
    distance(model, start, order, gamma, steps * gamma, end, options),
  );
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
  const inside = (x, y) => model.problem.inside(x, y);
  const there = flow(model.page, model.field(order, gamma, options), from, time, { inside, most: 400 });
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
  const chosen = clear.slice(-4);
  return slope(chosen.map((k) => Math.log(gammas[k])), chosen.map((k) => Math.log(drifts[k])));
}
