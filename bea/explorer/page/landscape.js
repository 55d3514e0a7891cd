// The plane: contours or arrows behind, then flows, iterates and the start that is dragged.

import { bands, levelsOf, line, sample } from "./contours.js";
import { Canvas, DASHES, ORDER_COLOURS, Plane, ticks } from "./view.js";
import { written } from "./words.js";

const MARGIN = { left: 44, right: 10, top: 10, bottom: 30 };
const MOST_DOTS = 600;

export class Landscape {
  constructor(element) {
    this.canvas = new Canvas(element);
    this.known = { key: null };
  }

  /** Draw everything of a frame; see `Explorer.frame` for what it holds. */
  draw(frame, colours) {
    const context = this.canvas.begin(), { width, height } = this.canvas;
    const box = {
      left: MARGIN.left,
      top: MARGIN.top,
      width: Math.max(10, width - MARGIN.left - MARGIN.right),
      height: Math.max(10, height - MARGIN.top - MARGIN.bottom),
    };
    this.plane = new Plane(truly(frame.window, box), box);
    context.save();
    context.beginPath();
    context.rect(box.left, box.top, box.width, box.height);
    context.clip();
    this.background(context, frame, colours);
    if (frame.rest) this.arrows(context, frame.rest, colours.ink, 13);
    this.minima(context, frame, colours);
    frame.curves.forEach((flow) => this.curve(context, flow));
    this.iterates(context, frame, colours);
    this.start(context, frame.start, colours);
    context.restore();
    this.axes(context, frame, colours);
  }

  // --- behind -------------------------------------------------------------------------------

  background(context, frame, colours) {
    if (!frame.value) {
      this.arrows(context, frame.field, colours.line, 17);
      return;
    }
    const { box } = this.plane, window = [[this.plane.left, this.plane.right], [this.plane.bottom, this.plane.top]];
    const key = JSON.stringify([frame.key, window, colours.low, box.width, box.height]);
    if (this.known.key !== key) this.known = { key, ...this.layers(frame, window, colours) };
    const { picture, lines, grid } = this.known;
    context.imageSmoothingEnabled = true;
    context.drawImage(picture, box.left, box.top, box.width, box.height);
    const sx = box.width / (grid.columns - 1), sy = box.height / (grid.rows - 1);
    context.strokeStyle = colours.line;
    context.lineWidth = 0.8;
    context.beginPath();
    for (const [x0, y0, x1, y1] of lines) {
      context.moveTo(box.left + x0 * sx, box.top + box.height - y0 * sy);
      context.lineTo(box.left + x1 * sx, box.top + box.height - y1 * sy);
    }
    context.stroke();
  }

  // The levels are those of the function without corrections, so that one sees what they change.
  layers(frame, window, colours) {
    const { box } = this.plane;
    const rows = Math.max(20, Math.round((100 * box.height) / box.width));
    const grid = sample(frame.value, window, rows), levels = levelsOf(sample(frame.plain, window, rows).values);
    const picture = document.createElement("canvas");
    Object.assign(picture, { width: grid.columns, height: grid.rows });
    picture.getContext("2d").putImageData(bands(grid, levels, colours.low, colours.high), 0, 0);
    return { grid, picture, lines: levels.flatMap((level) => line(grid, level)) };
  }

  /** Arrows of a field: their directions, and by their lengths the fourth roots of its sizes. */
  arrows(context, field, colour, count) {
    const { plane } = this, out = new Float64Array(2), found = [];
    const space = Math.max(plane.box.width / count, plane.box.height / count);
    for (let px = plane.box.left + space / 2; px < plane.box.left + plane.box.width; px += space) {
      for (let py = plane.box.top + space / 2; py < plane.box.top + plane.box.height; py += space) {
        field(...plane.point(px, py), out);
        const size = Math.hypot(out[0], out[1]);
        if (size > 0 && size < Infinity) found.push([px, py, out[0] / size, -out[1] / size, size]);
      }
    }
    const largest = Math.max(...found.map((arrow) => arrow[4]));
    context.strokeStyle = context.fillStyle = colour;
    context.lineWidth = 1.2;
    for (const [px, py, dx, dy, size] of found) {
      arrow(context, px, py, dx, dy, 0.75 * space * (size / largest) ** 0.25);
    }
  }

  minima(context, frame, colours) {
    context.fillStyle = colours.paper;
    context.strokeStyle = colours.ink;
    context.lineWidth = 1;
    for (const [x, y] of frame.minima) star(context, this.plane.x(x), this.plane.y(y), 7);
  }

  // --- in front -----------------------------------------------------------------------------

  curve(context, { order, rows }) {
    if (rows.length < 2) return;
    const { plane } = this;
    context.strokeStyle = ORDER_COLOURS[order];
    context.lineWidth = 2.4;
    context.setLineDash(DASHES[order]);
    context.beginPath();
    context.moveTo(plane.x(rows[0][1]), plane.y(rows[0][2]));
    for (let k = 1; k < rows.length; k++) {
      // A cubic with the slopes of both ends is a Bézier curve.
      const [t0, x0, y0, u0, v0] = rows[k - 1], [t1, x1, y1, u1, v1] = rows[k], h = (t1 - t0) / 3;
      context.bezierCurveTo(
        plane.x(x0 + h * u0), plane.y(y0 + h * v0), plane.x(x1 - h * u1), plane.y(y1 - h * v1), plane.x(x1), plane.y(y1),
      );
    }
    context.stroke();
    context.setLineDash([]);
  }

  iterates(context, { run }, colours) {
    const { plane } = this, count = run.length / 2;
    context.strokeStyle = colours.ink;
    context.lineWidth = 0.7;
    context.beginPath();
    for (let n = 0; n < count; n++) context.lineTo(plane.x(run[2 * n]), plane.y(run[2 * n + 1]));
    context.stroke();
    context.fillStyle = colours.ink;
    const radius = count > MOST_DOTS ? 1.1 : count > 150 ? 1.8 : 2.8;
    context.beginPath();
    for (let n = 0; n < count; n++) {
      const px = plane.x(run[2 * n]), py = plane.y(run[2 * n + 1]);
      context.moveTo(px + radius, py);
      context.arc(px, py, radius, 0, 7);
    }
    context.fill();
  }

  start(context, [x, y], colours) {
    const px = this.plane.x(x), py = this.plane.y(y);
    context.lineWidth = 2.5;
    context.strokeStyle = colours.ink;
    context.fillStyle = colours.paper;
    context.beginPath();
    context.arc(px, py, 8, 0, 7);
    context.fill();
    context.stroke();
    context.fillStyle = colours.ink;
    context.beginPath();
    context.arc(px, py, 2.5, 0, 7);
    context.fill();
  }

  axes(context, { variables }, colours) {
    const { plane } = this, { box } = plane;
    context.strokeStyle = colours.faint;
    context.fillStyle = colours.ink;
    context.lineWidth = 1;
    context.strokeRect(box.left, box.top, box.width, box.height);
    context.font = "12px system-ui, sans-serif";
    context.textAlign = "center";
    context.textBaseline = "top";
    for (const x of ticks(plane.left, plane.right, box.width / 90)) {
      context.fillText(written(x), plane.x(x), box.top + box.height + 4);
    }
    context.textAlign = "right";
    context.textBaseline = "middle";
    for (const y of ticks(plane.bottom, plane.top, box.height / 60)) context.fillText(written(y), box.left - 5, plane.y(y));
    context.font = "italic 14px Georgia, serif";
    context.fillText(variables[0], box.left + box.width, box.top + box.height + 21);
    context.textAlign = "left";
    context.fillText(variables[1], 4, box.top + 8);
  }
}

/** A window widened so that both axes have one scale. */
function truly([[left, right], [bottom, top]], box) {
  const scale = Math.max((right - left) / box.width, (top - bottom) / box.height) / 2;
  const [x, y] = [(left + right) / 2, (bottom + top) / 2];
  return [[x - scale * box.width, x + scale * box.width], [y - scale * box.height, y + scale * box.height]];
}

function arrow(context, px, py, dx, dy, length) {
  const [x, y] = [px + (dx * length) / 2, py + (dy * length) / 2], head = Math.min(5, length / 2);
  context.beginPath();
  context.moveTo(px - (dx * length) / 2, py - (dy * length) / 2);
  context.lineTo(x, y);
  context.stroke();
  context.beginPath();
  context.moveTo(x + dx * 2, y + dy * 2);
  context.lineTo(x - dx * head - dy * head * 0.6, y - dy * head + dx * head * 0.6);
  context.lineTo(x - dx * head + dy * head * 0.6, y - dy * head - dx * head * 0.6);
  context.fill();
}

function star(context, px, py, radius) {
  context.beginPath();
  for (let k = 0; k < 10; k++) {
    const r = k % 2 ? radius * 0.42 : radius, angle = (k * Math.PI) / 5 - Math.PI / 2;
    context.lineTo(px + r * Math.cos(angle), py + r * Math.sin(angle));
  }
  context.closePath();
  context.fill();
  context.stroke();
}
