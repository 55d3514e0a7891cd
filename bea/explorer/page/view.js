// A canvas at the pixels of its screen, and the plane or axes on it.

/** Colours of the orders 0 … 4: Okabe and Ito's, told apart by the colour-blind; and dashes. */
export const ORDER_COLOURS = ["#e69f00", "#56b4e9", "#009e73", "#d55e00", "#cc79a7"];
export const DASHES = [[9, 5], [2, 3], [], [9, 3, 2, 3], [5, 3]];

export class Canvas {
  constructor(element) {
    this.element = element;
    this.context = element.getContext("2d");
    this.width = element.clientWidth;
    this.height = element.clientHeight;
    // Asking for the size in every frame would make the browser lay out the page each time.
    new ResizeObserver(([{ contentRect }]) => {
      this.width = contentRect.width;
      this.height = contentRect.height;
    }).observe(element);
  }

  /** Fit the pixels to the size on the screen, and begin anew. */
  begin() {
    const scale = window.devicePixelRatio || 1;
    const [w, h] = [Math.round(this.width * scale), Math.round(this.height * scale)];
    if (this.element.width !== w || this.element.height !== h) Object.assign(this.element, { width: w, height: h });
    this.context.setTransform(scale, 0, 0, scale, 0, 0);
    this.context.clearRect(0, 0, this.width, this.height);
    return this.context;
  }
}

/** The colours of the theme, as the style sheet has them. */
export function theme(element) {
  const style = getComputedStyle(element);
  const names = ["ink", "paper", "faint", "line", "shade", "low", "high"];
  return Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
}

/** A map of a window (x and y from low to high) to a rectangle of the screen. */
export class Plane {
  constructor(window, box) {
    [[this.left, this.right], [this.bottom, this.top]] = window;
    this.box = box;
    this.sx = box.width / (this.right - this.left);
    this.sy = box.height / (this.top - this.bottom);
  }

  x(value) {
    return this.box.left + (value - this.left) * this.sx;
  }

  y(value) {
    return this.box.top + (this.top - value) * this.sy;
  }

  /** The point of the window at a place on the screen. */
  point(px, py) {
    return [this.left + (px - this.box.left) / this.sx, this.top - (py - this.box.top) / this.sy];
  }
}

/** Round numbers for the ticks of an axis. */
export function ticks(low, high, wanted = 5) {
  const raw = (high - low) / wanted, power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((s) => s * power).find((s) => s >= raw);
  const found = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; k++) found.push(k * step);
  return found;
}
