// Contours of a function in a window: levels with about as much of the window between each two,
// light bands, and lines by marching squares.

const COLUMNS = 100, LEVELS = 13;

/** The values of a function on a grid of a window, row by row from the bottom. */
export function sample(value, window, rows) {
  const [[left, right], [bottom, top]] = window;
  const values = new Float64Array(COLUMNS * rows);
  for (let j = 0, n = 0; j < rows; j++) {
    const y = bottom + ((top - bottom) * j) / (rows - 1);
    for (let i = 0; i < COLUMNS; i++, n++) values[n] = value(left + ((right - left) * i) / (COLUMNS - 1), y);
  }
  return { values, columns: COLUMNS, rows };
}

/** Rising levels between which about equally many values lie. */
export function levelsOf(values) {
  const sorted = values.filter(Number.isFinite).sort();
  if (!sorted.length) return [];
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  const found = Array.from({ length: LEVELS }, (_, k) => at((k + 0.6) / LEVELS));
  return found.filter((level, k) => k === 0 || level > found[k - 1]);
}

/** A picture of the bands between levels, in colours from low to high. */
export function bands(grid, levels, low, high) {
  const { values, columns, rows } = grid;
  const shades = Array.from({ length: levels.length + 1 }, (_, k) => mixed(low, high, k / levels.length));
  const image = new ImageData(columns, rows);
  for (let j = 0; j < rows; j++) {
    for (let i = 0; i < columns; i++) {
      const value = values[(rows - 1 - j) * columns + i], place = 4 * (j * columns + i);
      if (!Number.isFinite(value)) continue;
      const shade = shades[band(levels, value)];
      image.data.set(shade, place);
      image.data[place + 3] = 255;
    }
  }
  return image;
}

function band(levels, value) {
  let k = 0;
  while (k < levels.length && value > levels[k]) k++;
  return k;
}

function mixed(low, high, share) {
  const [a, b] = [rgb(low), rgb(high)];
  return a.map((c, k) => Math.round(c + (b[k] - c) * share));
}

function rgb(hex) {
  return [1, 3, 5].map((k) => parseInt(hex.slice(k, k + 2), 16));
}

/** The pieces [x0, y0, x1, y1] of the line of a level, in steps of the grid from its lower left. */
export function line(grid, level) {
  const { values, columns, rows } = grid, pieces = [];
  for (let j = 0; j < rows - 1; j++) {
    for (let i = 0; i < columns - 1; i++) {
      const n = j * columns + i;
      const corners = [values[n], values[n + 1], values[n + columns + 1], values[n + columns]];
      const crossed = crossings(corners, level, i, j);
      for (let k = 0; k + 1 < crossed.length; k += 2) pieces.push([...crossed[k], ...crossed[k + 1]]);
    }
  }
  return pieces;
}

const CORNERS = [[0, 0], [1, 0], [1, 1], [0, 1]];

function crossings(corners, level, i, j) {
  const found = [];
  for (let k = 0; k < 4; k++) {
    const a = corners[k], b = corners[(k + 1) % 4];
    if (a < level === b < level || !Number.isFinite(a) || !Number.isFinite(b)) continue;
    const share = (level - a) / (b - a), [ax, ay] = CORNERS[k], [bx, by] = CORNERS[(k + 1) % 4];
    found.push([i + ax + share * (bx - ax), j + ay + share * (by - ay)]);
  }
  return found;
}
