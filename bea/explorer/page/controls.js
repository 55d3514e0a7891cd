// The controls: choices, sliders and switches, each with its label in the language of the page.

import { make } from "./formula.js";
import { say, sayKind, written } from "./words.js";

const POSITIONS = 1000;

/** A slider of a number from low to high, evenly in its logarithm if `log`. */
export class Slider {
  constructor(word, onchange, { log = false, whole = false } = {}) {
    Object.assign(this, { word, log, whole });
    this.input = make("input", { type: "range", min: 0, max: POSITIONS, step: "any" });
    this.label = make("span", { className: "word" });
    this.output = make("output");
    this.element = make("label", { className: "slider" }, this.label, this.input, this.output);
    this.input.addEventListener("input", () => onchange(this.value));
  }

  get value() {
    const share = Number(this.input.value) / (this.whole ? 1 : POSITIONS);
    if (this.whole) return share;
    return this.log ? this.low * (this.high / this.low) ** share : this.low + share * (this.high - this.low);
  }

  /** Show a value between two ends. */
  show(value, low, high, name) {
    Object.assign(this, { low, high });
    if (this.whole) Object.assign(this.input, { min: low, max: high, step: 1, value });
    else {
      const share = this.log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
      this.input.value = Math.min(1, Math.max(0, share)) * POSITIONS;
    }
    this.label.textContent = name;
    this.output.textContent = written(value);
    this.input.setAttribute("aria-valuetext", written(value));
  }
}

/** A choice among records, in groups of a kind. */
export class Choice {
  constructor(word, onchange) {
    this.word = word;
    this.select = make("select");
    this.label = make("span", { className: "word" });
    this.element = make("label", { className: "choice" }, this.label, this.select);
    this.select.addEventListener("change", () => onchange(Number(this.select.value)));
  }

  /** Show the records at some places; `titled(record)` and `grouped(record)` say how. */
  show(records, places, chosen, language, grouped) {
    this.label.textContent = say(language, this.word);
    const key = JSON.stringify([places, language]);
    if (this.key !== key) {
      this.key = key;
      const groups = new Map();
      for (const place of places) {
        const kind = grouped ? grouped(records[place]) : "";
        groups.set(kind, [...(groups.get(kind) ?? []), make("option", { value: String(place) }, records[place].title)]);
      }
      this.select.replaceChildren(
        ...[...groups].flatMap(([kind, options]) =>
          kind ? [make("optgroup", { label: sayKind(language, kind) }, ...options)] : options,
        ),
      );
    }
    this.select.value = String(chosen);
  }
}

/** A switch. */
export class Switch {
  constructor(word, onchange) {
    this.word = word;
    this.input = make("input", { type: "checkbox" });
    this.label = make("span");
    this.element = make("label", { className: "switch" }, this.input, this.label);
    this.input.addEventListener("change", () => onchange(this.input.checked));
  }

  show(checked, language, possible = true) {
    this.input.checked = checked;
    this.element.hidden = !possible;
    this.label.textContent = say(language, this.word);
  }
}
