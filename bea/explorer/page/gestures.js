// Keys, mouse and fingers.

import { SCENES } from "./scenes.js";

/** Let an explorer hear its page. */
export function listen(explorer) {
  const { plane, root } = explorer;
  plane.addEventListener("pointerdown", (event) => {
    plane.setPointerCapture(event.pointerId);
    drag(explorer, event);
  });
  plane.addEventListener("pointermove", (event) => {
    if (event.buttons & 1) drag(explorer, event);
  });
  plane.addEventListener("wheel", (event) => wheel(explorer, event), { passive: false });
  plane.addEventListener("keydown", (event) => move(explorer, event));
  // A page hears its keys wherever the focus is; in a notebook they are the notebook's elsewhere.
  const heard = explorer.linked ? document : root;
  heard.addEventListener("keydown", (event) => key(explorer, event));
  new ResizeObserver(() => explorer.later()).observe(root);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => explorer.recolour());
  if (explorer.linked) window.addEventListener("hashchange", () => explorer.follow());
}

function drag(explorer, event) {
  const box = explorer.plane.getBoundingClientRect();
  explorer.set({ start: explorer.landscape.plane.point(event.clientX - box.left, event.clientY - box.top) });
}

function wheel(explorer, event) {
  if (!event.ctrlKey && !event.shiftKey) return; // the page scrolls
  event.preventDefault();
  explorer.zoom(event.deltaY < 0 ? 0.8 : 1.25);
}

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

function move(explorer, event) {
  const arrow = ARROWS[event.key];
  if (!arrow || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  const { plane } = explorer.landscape, by = event.shiftKey ? 0.05 : 0.01;
  const [x, y] = explorer.state.start, width = plane.right - plane.left;
  explorer.set({ start: [x + arrow[0] * by * width, y + arrow[1] * by * width] });
}

function key(explorer, event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.tagName === "SELECT") return;
  const { state } = explorer, [low, high] = explorer.gammaRange;
  const clipped = (gamma) => Math.min(high, Math.max(low, gamma));
  const scene = "1234567890".indexOf(event.key) + 1;
  if (scene > 0 && SCENES[scene - 1]) explorer.toScene(scene);
  else if (event.key === "+" || event.key === "=") explorer.set({ gamma: clipped(state.gamma * 1.1) });
  else if (event.key === "-" || event.key === "−") explorer.set({ gamma: clipped(state.gamma / 1.1) });
  else if (event.key === "]") explorer.set({ order: state.order + 1 });
  else if (event.key === "[") explorer.set({ order: state.order - 1 });
  else return;
  event.preventDefault();
}
