// Flows: DOP853 (Dormand and Prince, order 8(5,3); Hairer, Nørsett and Wanner, Solving ODEs I, II.5
// and II.10) with the coefficients, the error and the step control that bea's own flows have.

const KX = new Float64Array(16), KY = new Float64Array(16), OUT = new Float64Array(2);

function combine(row, slopes) {
  let total = 0;
  for (let k = 0; k < row.length; k += 2) total += row[k + 1] * slopes[row[k]];
  return total;
}

// Try a step; returns its error in units of the tolerances, with the new point in OUT.
function attempt(tableau, field, x, y, h, tolerance) {
  field(x, y, OUT);
  KX[0] = OUT[0];
  KY[0] = OUT[1];
  tableau.stages.forEach((row, s) => {
    field(x + h * combine(row, KX), y + h * combine(row, KY), OUT);
    KX[s + 1] = OUT[0];
    KY[s + 1] = OUT[1];
  });
  const dx = combine(tableau.weights, KX), dy = combine(tableau.weights, KY);
  OUT[0] = x + h * dx;
  OUT[1] = y + h * dy;
  const sx = tolerance * (1 + Math.max(Math.abs(x), Math.abs(OUT[0])));
  const sy = tolerance * (1 + Math.max(Math.abs(y), Math.abs(OUT[1])));
  const fifth = (combine(tableau.fifth, KX) / sx) ** 2 + (combine(tableau.fifth, KY) / sy) ** 2;
  const ex = dx - combine(tableau.third, KX), ey = dy - combine(tableau.third, KY);
  const third = (ex / sx) ** 2 + (ey / sy) ** 2;
  return (Math.abs(h) * fifth) / Math.sqrt(Math.max(2 * (fifth + 0.01 * third), 1e-300));
}

/** Follow a field from a start for a time; returns where it ends, or null where it does not.
 *  `longest` bounds the steps, for curves; `visit(t, x, y, slopeX, slopeY)` sees each step. */
export function flow(page, field, start, time, options = {}) {
  const { tolerance = 1e-13, longest = time, inside = () => true, visit = () => {}, most = 4000 } = options;
  let [x, y] = start, t = 0, h = Math.min(longest, time / 20);
  for (let n = 0; n < most; n++) {
    const left = time - t, step = h >= left ? left : h;
    const error = attempt(page.data.tableau, field, x, y, step, tolerance);
    const factor = Number.isNaN(error) ? 0.2 : Math.min(8, Math.max(0.2, 0.9 / Math.max(error ** 0.125, 0.1)));
    if (error <= 1) {
      const newX = OUT[0], newY = OUT[1];
      visit(t, x, y, KX[0], KY[0]);
      x = newX;
      y = newY;
      t += step;
      if (!inside(x, y)) return null;
      if (step === left) {
        field(x, y, OUT);
        visit(time, x, y, OUT[0], OUT[1]);
        return [x, y];
      }
    }
    h = Math.min(longest, step * factor);
    if (h < 1e-14 * time) return null;
  }
  return null;
}

/** The curve of a flow as rows (t, x, y, slopeX, slopeY); it ends where the flow does. */
export function curve(page, field, start, time, inside, tolerance = 1e-9) {
  const rows = [];
  const visit = (...row) => rows.push(row);
  flow(page, field, start, time, { tolerance, longest: time / 40, inside, visit, most: 600 });
  return rows;
}
