// The parts of the page and where they stand, and the controls as the state has them.

import { Choice, Slider, Switch } from "./controls.js";
import { DriftChart, EnergyChart } from "./chart.js";
import { Equations, Readouts, chip } from "./readouts.js";
import { Landscape } from "./landscape.js";
import { SCENES } from "./scenes.js";
import { TreePanel } from "./trees.js";
import { make } from "./formula.js";
import { parameterName, pick, say } from "./words.js";

/** Build the page of an explorer in its root. */
export function build(explorer) {
  const { root } = explorer;
  root.classList.add("bea");
  explorer.words = []; // [element, name] of what only changes with the language
  const worded = (element, name) => {
    explorer.words.push([element, name]);
    return element;
  };
  root.replaceChildren(
    heading(explorer, worded),
    scenes(explorer, worded),
    make("main", { className: "stage" }, pictures(explorer, worded), side(explorer, worded)),
    below(explorer, worded),
  );
}

function heading(explorer, worded) {
  explorer.themeButton = worded(make("button", { type: "button", onclick: () => explorer.turnTheme() }), "theme");
  explorer.languageButton = worded(make("button", { type: "button", onclick: () => explorer.turnLanguage() }), "language");
  const title = explorer.page.data.title;
  return make(
    "header",
    {},
    make("div", { className: "buttons" }, explorer.languageButton, explorer.themeButton),
    title ? make("h1", {}, title) : worded(make("h1"), "title"),
    worded(make("p", { className: "lead" }), "lead"),
  );
}

function scenes(explorer, worded) {
  explorer.sceneButtons = SCENES.map((scene, k) =>
    make("button", { type: "button", className: "scene", onclick: () => explorer.toScene(k + 1) }),
  );
  explorer.sceneText = make("p", { className: "scene-text", "aria-live": "polite" });
  explorer.sceneList = make("div", { className: "scenes", role: "group" }, ...explorer.sceneButtons);
  return make("section", {}, worded(make("h2"), "scenes"), explorer.sceneList, explorer.sceneText);
}

function pictures(explorer, worded) {
  const plane = make("canvas", { className: "landscape", tabIndex: 0, role: "application" });
  explorer.plane = plane;
  explorer.landscape = new Landscape(plane);
  explorer.legend = make("p", { className: "legend" });
  const zoom = (factor) => () => explorer.zoom(factor);
  return make(
    "figure",
    { className: "left" },
    worded(make("h2"), "landscape"),
    make(
      "div",
      { className: "plane" },
      plane,
      make(
        "div",
        { className: "zoom" },
        worded(make("button", { type: "button", onclick: zoom(0.6) }, "+"), "@zoomIn"),
        worded(make("button", { type: "button", onclick: zoom(1 / 0.6) }, "−"), "@zoomOut"),
        worded(make("button", { type: "button", onclick: () => explorer.set({ window: null }) }, "⌂"), "@zoomHome"),
      ),
    ),
    explorer.legend,
    controls(explorer),
    worded(make("p", { className: "small" }), "keys"),
  );
}

function controls(explorer) {
  const change = (name) => (value) => explorer.set({ [name]: value });
  explorer.controls = {
    problem: new Choice("problem", (place) => explorer.choose(place)),
    method: new Choice("method", (place) => explorer.choose(explorer.state.problem, place)),
    gamma: new Slider("gamma", change("gamma"), { log: true }),
    order: new Slider("order", change("order"), { whole: true }),
    time: new Slider("time", change("time"), { log: true }),
    blend: new Slider("blend", change("blend")),
    drop: new Slider("drop", (k) => explorer.set({ drop: k - 1 }), { whole: true }),
    all: new Switch("allOrders", change("all")),
    putBack: new Switch("putBack", (on) => explorer.set({ cut: !on })),
    corrected: new Switch("corrected", change("corrected")),
    rest: new Switch("rest", change("rest")),
  };
  explorer.sliders = make("div", { className: "own" });
  const c = explorer.controls;
  const elements = (...names) => names.map((name) => c[name].element);
  explorer.first = make("div", { className: "sliders first" }, ...elements("problem", "method", "gamma", "order"), explorer.sliders);
  return make(
    "div",
    { className: "controls" },
    make("div", { className: "sliders" }, ...elements("time", "blend", "drop")),
    make("div", { className: "switches" }, ...elements("all", "putBack", "corrected", "rest")),
  );
}

function side(explorer, worded) {
  const chart = () => make("canvas", { className: "chart", role: "img" });
  const [drift, energy] = [chart(), chart()];
  explorer.drift = new DriftChart(drift);
  explorer.energy = new EnergyChart(energy);
  explorer.driftLegend = make("p", { className: "legend" });
  explorer.energyBox = make("figure", {}, worded(make("h2"), "energy"), energy);
  worded(drift, "@drift");
  worded(energy, "@energy");
  const readouts = make("section", {}, worded(make("h2"), "readouts"));
  explorer.readouts = new Readouts(readouts);
  return make(
    "div",
    { className: "right" },
    explorer.first,
    make("figure", {}, worded(make("h2"), "drift"), drift, explorer.driftLegend),
    explorer.energyBox,
    readouts,
  );
}

function below(explorer, worded) {
  const equations = make("section", { className: "equations" });
  const trees = make("section", { className: "trees" }, worded(make("h2"), "trees"));
  explorer.equations = new Equations(equations);
  explorer.trees = new TreePanel(trees, explorer.page.data.trees, (tree) => explorer.set({ tree }));
  return make("div", { className: "below" }, equations, trees, worded(make("footer", { className: "small" }), "made"));
}

/** Show the controls, legends and words of the state. */
export function showControls(explorer, study) {
  showLegends(explorer, study);
  const { start, ...others } = explorer.state;
  const key = JSON.stringify(others);
  if (explorer.controlKey === key) return; // only the start was moved
  explorer.controlKey = key;
  showChosen(explorer);
  showSliders(explorer);
  showScenes(explorer);
  showWords(explorer);
}

function showChosen(explorer) {
  const { state, model, page, controls: c } = explorer, { data } = page, { language } = state;
  const { record } = model.problem;
  c.problem.show(data.problems, explorer.problems, state.problem, language, (r) => r.kind);
  c.method.show(data.methods, explorer.methodsFor(state.problem), state.method, language);
  const [lowest, highest] = explorer.gammaRange;
  c.gamma.show(state.gamma, Math.min(lowest, state.gamma), Math.max(highest, state.gamma), say(language, "gamma"));
  c.order.show(state.order, 0, model.maxOrder, say(language, "order"));
  const unit = record.time / model.speed;
  c.time.show(state.time, Math.min(unit / 50, state.time), Math.max(unit * 50, state.time), say(language, "time"));
  c.blend.show(state.blend, 0, 1, say(language, "blend"));
  c.blend.element.hidden = !(model.potentialOrder > 0);
  c.drop.show(state.drop + 1, 0, model.maxOrder + 1, say(language, "drop"));
  c.drop.output.textContent = state.drop < 0 ? say(language, "none") : `γ${["⁰", "¹", "²", "³", "⁴"][state.drop]}`;
  c.all.show(state.all, language);
  c.putBack.show(!state.cut, language, Boolean(model.weights?.cut));
  const memory = model.record.memory > 0;
  c.corrected.word = model.weights?.starts ? "corrected" : "settledStart";
  c.corrected.show(state.corrected, language, memory && model.startIsKnown);
  c.rest.show(state.rest, language, Boolean(model.rest(2)));
  explorer.energyBox.hidden = record.kind !== "hamiltonian";
}

/** The sliders of hyperparameters and of the problem's parameters. */
function showSliders(explorer) {
  const { state } = explorer;
  const parameters = [...explorer.methodParameters, ...explorer.problemParameters];
  const key = JSON.stringify(parameters);
  if (explorer.sliderKey !== key) {
    explorer.sliderKey = key;
    explorer.ownSliders = parameters.map((p) => {
      const log = p.value > 0 && p.value < 0.02 && p.low === 0;
      return new Slider(p.name, (value) => explorer.set({ values: { ...state.values, [p.name]: value } }), { log });
    });
    explorer.sliders.replaceChildren(...explorer.ownSliders.map((slider) => slider.element));
  }
  parameters.forEach((p, k) => {
    const slider = explorer.ownSliders[k];
    slider.show(state.values[p.name] ?? p.value, slider.log ? p.value / 1000 : p.low, p.high, parameterName(p.name));
  });
}

function showLegends(explorer, study) {
  const { state, model } = explorer, { language } = state;
  const shown = study.orders.map((row) => row.order);
  const drawn = shown.filter((k) => k <= state.order && (state.all || k === 0 || k === state.order));
  const texts = [
    [language, drawn, study.orders.map((row) => row.slope.toFixed(1)), model.problem.record.minima.length],
  ];
  const key = JSON.stringify(texts);
  if (explorer.legendKey === key) return;
  explorer.legendKey = key;
  const stars = model.problem.record.minima.length ? [make("span", { className: "chip" }, `☆ ${say(language, "minimum")}`)] : [];
  explorer.legend.replaceChildren(
    make("span", { className: "chip" }, `● ${say(language, "iterates")}`),
    ...drawn.map((k) => chip(k, say(language, "flowK", k))),
    ...stars,
  );
  explorer.driftLegend.replaceChildren(
    ...study.orders.map((row) => chip(row.order, say(language, "slope", Number.isFinite(row.slope) ? row.slope.toFixed(1) : "–"))),
    make("span", { className: "chip" }, make("span", { className: "swatch" }), say(language, "floor")),
  );
}

function showScenes(explorer) {
  const { state } = explorer;
  explorer.sceneButtons.forEach((button, k) => {
    button.setAttribute("aria-pressed", String(state.scene === k + 1));
    button.textContent = `${k + 1} ${pick(state.language, SCENES[k].title)}`;
  });
  const scene = SCENES[state.scene - 1];
  const text = scene ? pick(state.language, scene.text) : say(state.language, "landscapeHelp");
  if (explorer.sceneText.textContent === text) return;
  explorer.sceneText.textContent = text;
}

function showWords(explorer) {
  const { language } = explorer.state;
  if (explorer.worded === language) return;
  explorer.worded = language;
  explorer.root.lang = language === "zh" ? "zh-Hans" : "en";
  if (explorer.linked) document.documentElement.lang = explorer.root.lang;
  for (const [element, name] of explorer.words) {
    if (name.startsWith("@")) element.setAttribute("aria-label", say(language, name.slice(1)));
    else element.textContent = say(language, name);
  }
  explorer.sceneList.setAttribute("aria-label", say(language, "scenes"));
  explorer.plane.setAttribute("aria-label", say(language, "landscapeHelp"));
}
