// Where the page begins: its data are in it, as text that no browser runs.

import { Explorer } from "./explorer.js";

/** Open the explorer of this very page, with the functions that bea wrote for it. */
export function openPage(scripts) {
  const data = JSON.parse(document.getElementById("bea-data").textContent);
  const root = document.getElementById("bea");
  window.bea = new Explorer(root, { data, scripts });
}
