// Deep links: the state of the page behind the # of its address, and back.

/** The text of a state, such as loss=himmelblau&method=gradient-descent&gamma=0.01. */
export function toLink(state, names) {
  const parts = new URLSearchParams();
  parts.set("loss", names.problem);
  parts.set("method", names.method);
  parts.set("gamma", short(state.gamma));
  parts.set("order", state.order);
  parts.set("start", state.start.map(short).join(","));
  parts.set("time", short(state.time));
  for (const [name, value] of Object.entries(names.parameters)) parts.set(`p.${name}`, short(value));
  if (state.all) parts.set("all", 1);
  if (state.drop >= 0) parts.set("drop", state.drop);
  if (state.cut) parts.set("cut", 1);
  if (!state.corrected) parts.set("corrected", 0);
  if (state.blend > 0) parts.set("blend", short(state.blend));
  if (state.rest) parts.set("rest", 1);
  if (state.tree >= 0) parts.set("tree", state.tree);
  if (state.scene > 0) parts.set("scene", state.scene);
  if (state.language !== "en") parts.set("lang", state.language);
  return parts.toString();
}

/** What a link says, as plain values; what it does not say, or says wrongly, is missing. */
export function fromLink(text) {
  const parts = new URLSearchParams(text.replace(/^#/, ""));
  const found = { parameters: {} };
  for (const name of ["loss", "method", "lang"]) if (parts.has(name)) found[name] = parts.get(name);
  for (const name of ["gamma", "order", "time", "drop", "blend", "tree", "scene"]) {
    const value = number(parts.get(name));
    if (value !== null) found[name] = value;
  }
  for (const name of ["all", "cut", "corrected", "rest"]) {
    if (parts.has(name)) found[name] = parts.get(name) !== "0";
  }
  const start = (parts.get("start") ?? "").split(",").map(number);
  if (start.length === 2 && !start.includes(null)) found.start = start;
  for (const [name, text] of parts) {
    const value = number(text);
    if (name.startsWith("p.") && value !== null) found.parameters[name.slice(2)] = value;
  }
  return found;
}

function number(text) {
  if (text === null || text.trim() === "") return null;
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}

function short(value) {
  return Number(value.toPrecision(6));
}
