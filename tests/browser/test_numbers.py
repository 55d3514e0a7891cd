"""The numbers on the page are bea's: fields, starts, losses and iterates at random states.

They agree to 1e-12 of the size of what is summed: where terms cancel, as those of sharpness-aware
minimisation do by a factor of a thousand, NumPy's own rounding errors are as much larger.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import bea
from bea.explorer import Page

from .conftest import Browser

Open = Callable[..., Browser]
TOLERANCE = 1e-12
STATES = 1000
PAIRS = [
    ("himmelblau", "gradient-descent"), ("himmelblau", "heavy-ball"), ("booth", "nesterov"),
    ("rosenbrock", "rk4"), ("linear-network", "implicit-midpoint"),
    ("double-well", "adams-bashforth"), ("sigmoid-sine", "nesterov-torch"),
    ("styblinski-tang", "extragradient"), ("quadratic", "optimistic-gradient"),
    ("pendulum", "explicit-euler"), ("lotka-volterra", "implicit-euler"),
    ("dirac-gan", "explicit-midpoint"), ("pendulum", "symplectic-euler"),
    ("harmonic-oscillator", "stormer-verlet"), ("lotka-volterra", "symplectic-euler"),
    ("dirac-gan", "alternating"), ("linear-network", "sam"), ("booth", "adam"),
    ("himmelblau", "ema-momentum"), ("bilinear-game", "alternating"),
]  # fmt: skip

MODEL = """
const [problem, method, values, task] = arguments, { data } = bea.page;
const place = (list, id) => list.findIndex((r) => r.id === id);
const p = place(data.problems, problem), m = place(data.methods, method);
const own = data.pairs[`${p},${m}`]?.parameters;
const parameters = own ?? (data.methods[m].onTrees ? data.methods[m].parameters : []);
const model = new bea.model.constructor(bea.page, {
  problem: p, method: m, problemValues: data.problems[p].parameters.map((q) => q.value),
  methodValues: parameters.map((q) => values[q.name] ?? q.value),
});
const out = new Float64Array(2);
"""
FIELDS = "return task.map(([x, y, g, k]) => { model.field(k, g)(x, y, out); return [...out]; });"
STARTS = "return task.map(([x, y, g, k]) => model.correctedStart([x, y], k, g));"
RUN = """
const found = [];
model.iterate(task.start, task.gamma, task.steps, (n, x, y) => found.push([x, y]), task.settled);
return found;
"""


def chosen(page: Page, problem: str, method: str, rng: np.random.Generator) -> dict[str, Fraction]:
    """Return short exact values for the sliders of a method."""
    data = page.data
    p, m = (
        next(k for k, record in enumerate(data[kind]) if record["id"] == name)
        for kind, name in (("problems", problem), ("methods", method))
    )
    own = data["pairs"].get(f"{p},{m}", {}).get("parameters")
    sliders = own if own is not None else data["methods"][m]["parameters"]
    return {s["name"]: Fraction(int(rng.integers(5, 90)), 100) for s in sliders}


@dataclass(frozen=True)
class Sized:
    """A number with the size of what was summed up to it: a few roundings of that are its error."""

    value: float
    size: float

    def __add__(self, other: Any) -> Sized:
        other = sized(other)
        return Sized(self.value + other.value, self.size + other.size)

    def __sub__(self, other: Any) -> Sized:
        return self + -sized(other)

    def __rsub__(self, other: Any) -> Sized:
        return sized(other) - self

    def __neg__(self) -> Sized:
        return Sized(-self.value, self.size)

    def __mul__(self, other: Any) -> Sized:
        other = sized(other)
        return Sized(self.value * other.value, self.size * other.size)

    def __pow__(self, exponent: Any) -> Sized:
        value = self.value ** float(exponent)
        return Sized(value, abs(value) * self.size / abs(self.value))

    def __getattr__(self, name: str) -> Any:  # exp, sin and the like
        value = float(getattr(np, name)(self.value))
        return lambda: Sized(value, max(1.0, abs(value)) * self.size / (abs(self.value) or 1.0))

    __radd__, __rmul__ = __add__, __mul__


def sized(value: Any) -> Sized:
    return value if isinstance(value, Sized) else Sized(float(value), abs(float(value)))


def summed(program: Any, inputs: list[float]) -> float:
    """Return the size of what a program sums, which tells how far its rounding errors go."""
    found = program.run([sized(x) for x in inputs], sized)
    return max(sized(value).size for value in found)


def derived(problem: str, method: str, order: int, values: dict[str, Fraction]) -> Any:
    given = {name: f"{v.numerator}/{v.denominator}" for name, v in values.items()}
    return bea.modified_equation(
        bea.methods.get(method, **given), bea.problems.get(problem), order=order
    )


@pytest.mark.parametrize(("problem", "method"), PAIRS)
def test_fields_agree_with_numpy(
    page: Open, standard_page: Page, problem: str, method: str
) -> None:
    rng = np.random.default_rng(zlib.crc32(f"{problem} {method}".encode()))
    values = chosen(standard_page, problem, method, rng)
    window = np.array(bea.problems.get(problem).about.window)
    count = STATES // len(PAIRS)
    theta = rng.uniform(*window.T, size=(count, 2))
    gammas = rng.uniform(0, 0.3, count)
    browser = page()
    top = browser.run(MODEL + "return model.maxOrder;", problem, method, {}, None)
    orders = rng.integers(0, top + 1, count)
    states = [
        [*map(float, t), float(g), int(k)] for t, g, k in zip(theta, gammas, orders, strict=True)
    ]
    given = {name: float(value) for name, value in values.items()}
    there = np.array(browser.run(MODEL + FIELDS, problem, method, given, states), dtype=float)
    equation = derived(problem, method, top, values)
    for (x, y, gamma, order), found in zip(states, there, strict=True):
        expected = equation.truncate(order)(np.array([x, y]), gamma)
        size = summed(equation.truncate(order).program, [x, y, gamma])
        assert np.abs(found - expected).max() <= TOLERANCE * size, (x, y, gamma, order)


@pytest.mark.parametrize("method", ["heavy-ball", "nesterov", "nesterov-torch", "ema-momentum"])
def test_corrected_starts_agree(page: Open, method: str) -> None:
    rng = np.random.default_rng(3)
    points = rng.uniform(-3, 3, (40, 2))
    browser = page()
    for order in range(5):
        equation = derived("himmelblau", method, order, {"beta": Fraction(3, 10)})
        expected = equation.corrected_starts(points, 0.01)[0]
        task = [[*map(float, p), 0.01, order] for p in points]
        found = np.array(browser.run(MODEL + STARTS, "himmelblau", method, {"beta": 0.3}, task))
        size = np.abs(expected - points).max() + np.abs(points).max()
        assert np.abs(found - expected).max() <= TOLERANCE * size


@pytest.mark.parametrize(("problem", "method"), PAIRS)
def test_iterates_agree(page: Open, standard_page: Page, problem: str, method: str) -> None:
    about = bea.problems.get(problem).about
    gamma, steps = 0.02 * about.time, 20
    values = chosen(standard_page, problem, method, np.random.default_rng(7))
    given = {name: float(value) for name, value in values.items()}
    task = {"start": list(about.start), "gamma": gamma, "steps": steps, "settled": False}
    found = np.array(page().run(MODEL + RUN, problem, method, given, task), dtype=float)
    texts = {name: f"{v.numerator}/{v.denominator}" for name, v in values.items()}
    runs = bea.iterate(
        bea.methods.get(method, **texts), bea.problems.get(problem), about.start, gamma,
        steps=steps, include_start=True,
    )  # fmt: skip
    expected = runs.values.reshape(-1, 2)
    expected = expected[np.isfinite(expected).all(axis=1)]  # up to where a run leaves for infinity
    assert np.abs(found - expected).max() <= 1e-11 * (1 + np.abs(expected).max())


def test_flows_agree(page: Open) -> None:
    browser = page()
    equation = bea.modified_equation(bea.methods.gradient_descent(), bea.problems.himmelblau(), 3)
    expected = bea.flow(equation, [[0.0, 1.0]], 0.01, time=0.1).values.reshape(-1)
    script = "return model.follow([0, 1], 3, 0.01, 0.1);"
    found = browser.run(MODEL + script, "himmelblau", "gradient-descent", {}, None)
    assert np.abs(np.array(found) - expected).max() < 1e-11


def test_modified_losses_and_energies_agree(page: Open) -> None:
    browser = page()
    points = np.random.default_rng(5).uniform(-2, 2, (30, 2))
    for problem, method, order in (("himmelblau", "gradient-descent", 1),
                                   ("pendulum", "symplectic-euler", 3),
                                   ("pendulum", "implicit-midpoint", 2)):  # fmt: skip
        equation = derived(problem, method, order, {})
        known = equation.modified_loss() if method == "gradient-descent" else (
            equation.modified_hamiltonian())  # fmt: skip
        script = "return task.map(([x, y]) => model.potential(arguments[4], 0.1)(x, y));"
        found = browser.run(MODEL + script, problem, method, {}, points.tolist(), order)
        expected = known(points, 0.1)
        assert np.abs(np.array(found) - expected).max() <= TOLERANCE * (1 + np.abs(expected).max())
