// Charts: the drift against the step size, both logarithmic, and energies against the time.

import { Canvas, DASHES, ORDER_COLOURS, Plane, ticks } from "./view.js";
import { raised, written } from "./words.js";

const BOX = { left: 52, right: 12, top: 12, bottom: 34 };

class Chart {
  constructor(element) {
    this.canvas = new Canvas(element);
  }

  begin(window) {
    const context = this.canvas.begin(), { width, height } = this.canvas;
    const box = { left: BOX.left, top: BOX.top, width: width - BOX.left - BOX.right, height: height - BOX.top - BOX.bottom };
    this.plane = new Plane(window, box);
    return context;
  }

  frame(context, colours, horizontal, vertical, label) {
    const { plane } = this, { box } = plane;
    context.strokeStyle = colours.faint;
    context.lineWidth = 1;
    context.fillStyle = colours.ink;
    context.font = "12px system-ui, sans-serif";
    context.textAlign = "center";
    context.textBaseline = "top";
    for (const [value, text] of horizontal) {
      rule(context, plane.x(value), box.top, plane.x(value), box.top + box.height);
      context.fillText(text, plane.x(value), box.top + box.height + 4);
    }
    context.textAlign = "right";
    context.textBaseline = "middle";
    for (const [value, text] of vertical) {
      rule(context, box.left, plane.y(value), box.left + box.width, plane.y(value));
      context.fillText(text, box.left - 5, plane.y(value));
    }
    context.font = "italic 14px Georgia, serif";
    context.fillText(label, box.left + box.width, box.top + box.height + 24);
    context.strokeRect(box.left, box.top, box.width, box.height);
  }

  clipped(context, draw) {
    const { box } = this.plane;
    context.save();
    context.beginPath();
    context.rect(box.left, box.top, box.width, box.height);
    context.clip();
    draw();
    context.restore();
  }

  path(context, points, colour, dash, width = 2) {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.setLineDash(dash);
    context.beginPath();
    let pen = false;
    for (const [x, y] of points) {
      const there = Number.isFinite(x) && Number.isFinite(y);
      if (there && pen) context.lineTo(this.plane.x(x), this.plane.y(y));
      else if (there) context.moveTo(this.plane.x(x), this.plane.y(y));
      pen = there;
    }
    context.stroke();
    context.setLineDash([]);
  }
}

export class DriftChart extends Chart {
  /** Draw a study; `shown` is the order that is chosen, `gamma` the step size on the landscape. */
  draw(study, shown, gamma, colours) {
    const lg = Math.log10, gammas = study.gammas.map(lg);
    const all = study.orders.flatMap((row) => row.drifts).filter((d) => d > 0 && d < Infinity);
    const low = lg(Math.max(1e-17, Math.min(...study.floor, ...all))) - 0.5;
    const high = Math.max(low + 3, lg(Math.max(1e-12, ...all)) + 0.5);
    const ends = [gammas.at(-1) - 0.1, gammas[0] + 0.1];
    const context = this.begin([ends, [low, high]]);
    const decades = range(low, high, Math.ceil((high - low) / 7));
    this.frame(context, colours, gammaTicks(ends), decades.map((k) => [k, `10${raised(k)}`]), "γ");
    this.clipped(context, () => {
      this.floor(context, gammas, study.floor.map(lg), low, colours);
      const here = this.plane.x(lg(gamma));
      context.strokeStyle = colours.ink;
      context.setLineDash([2, 4]);
      rule(context, here, this.plane.box.top, here, this.plane.box.top + this.plane.box.height);
      context.setLineDash([]);
      for (const row of study.orders) this.row(context, gammas, row, row.order === shown);
    });
  }

  floor(context, gammas, floor, low, colours) {
    context.fillStyle = colours.shade;
    context.beginPath();
    gammas.forEach((x, k) => context.lineTo(this.plane.x(x), this.plane.y(floor[k])));
    context.lineTo(this.plane.x(gammas.at(-1) - 1), this.plane.y(floor.at(-1)));
    context.lineTo(this.plane.x(gammas.at(-1) - 1), this.plane.y(low - 1));
    context.lineTo(this.plane.x(gammas[0] + 1), this.plane.y(low - 1));
    context.lineTo(this.plane.x(gammas[0] + 1), this.plane.y(floor[0]));
    context.fill();
  }

  row(context, gammas, { order, drifts }, chosen) {
    const points = drifts.map((drift, k) => [gammas[k], drift > 0 ? Math.log10(drift) : NaN]);
    this.path(context, points, ORDER_COLOURS[order], DASHES[order], chosen ? 3 : 1.6);
    context.fillStyle = ORDER_COLOURS[order];
    for (const [x, y] of points) {
      if (Number.isFinite(y)) mark(context, this.plane.x(x), this.plane.y(y), order, chosen ? 5 : 4);
    }
  }
}

export class EnergyChart extends Chart {
  /** Draw rows {order, values} of changes against times; the order −1 is H itself. */
  draw(times, rows, colours) {
    const all = rows.flatMap((row) => row.values).filter(Number.isFinite);
    const low = Math.min(0, ...all), high = Math.max(0, ...all), room = 0.08 * (high - low) || 1e-15;
    const window = [[0, times.at(-1) || 1], [low - room, high + room]];
    const context = this.begin(window);
    const label = (values) => values.map((v) => [v, written(v)]);
    this.frame(context, colours, label(ticks(...window[0], 5)), label(ticks(...window[1], 4)), "t");
    this.clipped(context, () => {
      for (const { order, values } of rows) {
        const points = values.map((v, n) => [times[n], v]);
        this.path(context, points, order < 0 ? colours.ink : ORDER_COLOURS[order], order < 0 ? [] : DASHES[order]);
      }
    });
  }
}

/** The mark of an order: a shape of its own, for who cannot tell the colours. */
export function mark(context, x, y, order, size) {
  context.beginPath();
  if (order === 0) context.arc(x, y, size * 0.8, 0, 7);
  else polygon(context, x, y, size, [0, 3, 4, 4, 5][order], order === 2 ? Math.PI / 4 : 0);
  context.fill();
}

function polygon(context, x, y, size, corners, turn) {
  for (let k = 0; k < corners; k++) {
    const angle = turn - Math.PI / 2 + (2 * Math.PI * k) / corners;
    context.lineTo(x + size * Math.cos(angle), y + size * Math.sin(angle));
  }
}

function rule(context, x0, y0, x1, y1) {
  context.beginPath();
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
  context.stroke();
}

function range(low, high, step) {
  const found = [];
  for (let k = Math.ceil(low / step) * step; k <= high; k += step) found.push(k);
  return found;
}

function gammaTicks([low, high]) {
  const found = [];
  for (let decade = Math.floor(low); decade <= high; decade++) {
    for (const m of [1, 2, 5]) {
      const x = decade + Math.log10(m);
      if (x >= low && x <= high) found.push([x, m === 1 ? `10${raised(decade)}` : ""]);
    }
  }
  const named = found.filter(([, text]) => text);
  return named.length > 1 ? found : found.map(([x]) => [x, written(10 ** x)]);
}
