"""Weak errors |E phi(theta_n) - E phi(X_(n gamma))|, computed without sampling.

At a fixed time. On sums of quadratic losses: moments of the iterates against moments of a modified
generator or stochastic equation, both exact, so that slopes in gamma are seen to all their digits.
On any other loss of one or two variables: the step's transfer operator against moments about the
drift's path, both in floats with an estimate of what they miss, 1e-10 or less where steps are
small. After a few steps of any finite sum there is `bea.measure.weak.weak_defect`, a series in
gamma.

Conventions: order K is the highest power of gamma that a generator keeps; its weak order is K + 1,
the power of gamma with which weak errors at a fixed time fall. See `bea.modified.diffusion.derive`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import flint
import numpy as np
from flint import arb, fmpq
from numpy.typing import NDArray

from bea.algebra import Element
from bea.algebra.language.makers import either_number
from bea.arrays import Floats
from bea.errors import BeaError, OrderError
from bea.fields import VectorField
from bea.measure.order.findings import WITHIN
from bea.measure.order.order_fit import OrderFit, observed_order
from bea.measure.weak.central_moments import CentralMoments
from bea.measure.weak.inputs import (
    checked_steps,
    exact_number,
    observable_expressions,
    read_observable,
)
from bea.measure.weak.moment_flow import BITS, Generator, MomentFlow
from bea.measure.weak.moments import MomentRecursion
from bea.measure.weak.transfer import expectations_after
from bea.methods import Method
from bea.modified import StochasticEquation, modified_generator, stochastic_equation
from bea.modified.random.batches import samples_of
from bea.modified.random.generator import ModifiedGenerator
from bea.noise import Noise, independent_noise
from bea.patience import counted, told

Equations = Mapping[str, tuple[Generator, int]]

_STEPS = (16, 32, 64, 128, 256)
# Degrees of the moments about a path; by their difference is seen what the higher one leaves out.
_DEGREES = (8, 10)
_SEES_ALL = 3


@dataclass(frozen=True)
class WeakErrors:
    """Weak errors of several equations and observables.

    Attributes
    ----------
    equations : tuple of str
        What was compared with the iterates.
    observables : tuple of str
    expected : (equations, observables)
        The weak order that each should have, or, for a control, to which it must fall. An
        observable of degree 2 does not see the third derivatives that a diffusion lacks.
    gammas : (gammas,)
    errors : (equations, observables, gammas)
        Absolute errors.
    floor : (equations, observables, gammas)
        How far they may be off; 0 where they are good to all digits of a float64.
    values : (observables, gammas)
        E phi(theta_n).
    fits : tuple of tuples of OrderFit
        The observed order for each equation and observable, with its interval.
    """

    equations: tuple[str, ...]
    observables: tuple[str, ...]
    expected: NDArray[np.int64]
    gammas: Floats
    errors: Floats
    floor: Floats
    values: Floats
    fits: tuple[tuple[OrderFit, ...], ...] = field(init=False)

    def __post_init__(self) -> None:
        """Fit the observed orders."""
        fits = tuple(
            tuple(observed_order(self.gammas, *row) for row in zip(*rows, strict=True))
            for rows in zip(self.errors, self.floor, strict=True)
        )
        object.__setattr__(self, "fits", fits)

    @property
    def agree(self) -> NDArray[np.bool_]:
        """Where the observed order is the expected one within 0.1, or all errors are 0."""
        exact = (self.errors == 0).all(axis=-1)
        return exact | (np.abs(self.observed - self.expected) <= WITHIN)

    @property
    def observed(self) -> Floats:
        """The observed orders, (equations, observables); nan where none could be fitted."""
        return np.array([[fit.order for fit in row] for row in self.fits])

    def __repr__(self) -> str:
        lines = []
        for name, fits, wanted in zip(self.equations, self.fits, self.expected, strict=True):
            found = zip(self.observables, fits, wanted, strict=True)
            cells = "".join(f"  {phi}: {_order_text(fit)} ({must})" for phi, fit, must in found)
            lines.append(f"{name:<40}{cells}")
        return "\n".join(lines)

    def as_json(self) -> dict[str, Any]:
        """Return the machine-readable object: for each equation its errors, orders, intervals."""
        return {
            "gammas": self.gammas.tolist(),
            "observables": list(self.observables),
            "equations": [
                {
                    "name": name,
                    "expected": expected.tolist(),
                    "errors": errors.tolist(),
                    "floor": floor.tolist(),
                    "observed": [None if fit.reason else fit.order for fit in fits],
                    "intervals": [None if fit.reason else list(fit.interval) for fit in fits],
                }
                for name, expected, errors, floor, fits in zip(
                    self.equations, self.expected, self.errors, self.floor, self.fits, strict=True
                )
            ],
        }


@told("measuring weak errors")
@either_number
def weak_errors(
    method: Method,
    problem: VectorField,
    observables: Any = None,
    *,
    start: Any,
    time: Any = 1,
    steps: Sequence[int] = _STEPS,
    weak_orders: Sequence[int] = (1, 2, 3),
    batches: Noise | int | None = None,
    equations: Equations | None = None,
) -> WeakErrors:
    """Compare the iterates with their stochastic modified equations at a fixed time, unsampled.

    Parameters
    ----------
    method, problem, batches
        The method, a finite sum, and how batches are drawn. Where gradients are not linear, a
        method of one step and one or two variables.
    observables
        Functions of the problem's variables, with L for the loss: a text with commas between
        them, or a sequence; by default the first two powers of each variable.
    start, time
        The start and the time, exact numbers. With memory, runs begin at zero memory, and the
        equations where such a run belongs.
    steps
        The numbers of steps in which the time is covered: gamma = time/n.
    weak_orders
        For each w, the modified generator of order w - 1 and, if it is not the same or w = 1, the
        stochastic equation; and from w = 2 on a control without the last correction of the drift,
        which must fall to w - 1.
    equations
        In place of these: names, and (generator or equation, the weak order expected).

    Raises
    ------
    BeaError
        If a number is not exact; where slopes are not linear or an observable is no polynomial,
        also if there are more than two variables, or the method has memory.

    Examples
    --------
    >>> import bea
    >>> skew = bea.problems.finite_sum(["x**2/2", "x**2", "(x - 1)**2/2"])
    >>> weak_errors(bea.methods.gradient_descent(), skew, "x**2", start=[1], weak_orders=[2])
    generator of order 1                      x**2: 2.00 (2)
    without its last drift correction         x**2: 1.00 (1)
    """
    duration = exact_number(time, "the time")
    names = _observables(observables, problem)
    steps = [checked_steps(n, least=1) for n in steps]
    for asked, what in ((names, "observables"), (steps, "steps"), (weak_orders, "weak orders")):
        if not len(asked):
            raise BeaError(f"there are no {what}: give at least one")
    elements = [read_observable(name, problem) for name in names]
    batches = independent_noise(batches)
    compared = equations or _equations(method, problem, weak_orders, batches)
    closes = _is_linear(problem) and all(map(_is_polynomial, elements))
    gammas = [duration / n for n in steps]
    run = _Run(method, problem, batches, start, duration, steps, gammas, elements)
    values, errors, floor = (run.exactly if closes else run.on_a_grid)(compared)
    degrees = [_degree(v) if closes else _SEES_ALL for v in elements]
    expected = np.array([[_expected(*one, n) for n in degrees] for one in compared.values()])
    sizes = np.array([float(gamma) for gamma in gammas])
    return WeakErrors(tuple(compared), tuple(names), expected, sizes, errors, floor, values)


# --- private helpers ----------------------------------------------------------------------------


@dataclass(frozen=True)
class _Run:
    """What is the same for all equations."""

    method: Method
    problem: VectorField
    batches: Noise
    start: Any
    duration: fmpq
    steps: Sequence[int]
    gammas: Sequence[fmpq]
    elements: Sequence[Element]

    def exactly(self, compared: Equations) -> tuple[Floats, Floats, Floats]:
        """Return values (observables, gammas), errors (equations, …) and their floor."""
        degree = max(1, *map(_degree, self.elements))
        values, errors = self._blank(compared)
        for column, (n, gamma) in enumerate(self._sizes()):
            recursion = MomentRecursion(self.method, self.problem, gamma, degree, self.batches)
            moments = recursion.after(self.start, n)
            exact = [moments.expectation(v) for v in self.elements]
            values[:, column] = [float(value) for value in exact]
            for row, (source, _) in enumerate(compared.values()):
                flowed = MomentFlow(source, gamma, degree).after(self.start, self.duration)
                found = [flowed.expectation(v) for v in self.elements]
                errors[row, :, column] = [
                    _distance(a, b) for a, b in zip(exact, found, strict=True)
                ]
        return values, errors, np.zeros_like(errors)

    def _sizes(self) -> Iterator[tuple[int, fmpq]]:
        """Yield the numbers of steps with their step sizes."""
        pairs = list(zip(self.steps, self.gammas, strict=True))
        return counted(pairs, "step size", rounds=True)

    def on_a_grid(self, compared: Equations) -> tuple[Floats, Floats, Floats]:
        """Return the same where moments do not close."""
        values, errors = self._blank(compared)
        off, floor = np.empty_like(values), np.empty_like(errors)
        for column, (n, gamma) in enumerate(self._sizes()):
            values[:, column], off[:, column] = expectations_after(
                self.method, self.problem, gamma, n, self.start, self.elements, self.batches
            )
        sizes = [float(gamma) for gamma in self.gammas]
        for row, (source, _) in enumerate(compared.values()):
            less, found = (
                CentralMoments(source, degree).after(
                    self.start, self.duration, sizes, self.elements
                )
                for degree in _DEGREES
            )
            errors[row], floor[row] = np.abs(values - found), off + np.abs(found - less)
        return values, errors, floor

    def _blank(self, compared: Equations) -> tuple[Floats, Floats]:
        values = np.empty((len(self.elements), len(self.steps)))
        return values, np.empty((len(compared), *values.shape))


def _is_linear(problem: VectorField) -> bool:
    slopes = [c for sample in samples_of(problem) for c in sample.components]
    return all(_is_polynomial(c) and _degree(c) <= 1 for c in slopes)


def _is_polynomial(value: Element) -> bool:
    symbols = len(value.ring.symbols)
    return not any(any(exponents[symbols:]) for exponents in value.terms())


def _observables(given: Any, problem: VectorField) -> list[str]:
    if given is None:
        return [text for name in problem.variables for text in (name, f"{name}**2")]
    return list(map(str, observable_expressions(given, problem)))


def _order_text(fit: OrderFit) -> str:
    return "no fit" if fit.reason else f"{fit.order:.2f}"


def _degree(value: Element) -> int:
    return max((int(sum(e)) for e in value.terms()), default=0)


def _expected(source: Generator, order: int, degree: int) -> int:
    """Return the weak order for observables of a degree: up to 2, no third derivative is seen.

    That is so where slopes are linear.
    """
    if isinstance(source, StochasticEquation) and degree <= 2:
        return source.weak_order
    return order


def _equations(
    method: Method, problem: VectorField, weak_orders: Sequence[int], batches: Noise
) -> dict[str, tuple[Generator, int]]:
    found: dict[str, tuple[Generator, int]] = {}
    if 0 in weak_orders:
        raise OrderError("weak order 0 is not possible: give 1 or more")
    generator = modified_generator(method, problem, max(weak_orders) - 1, batches)
    for w in weak_orders:
        equation = stochastic_equation(method, problem, w, batches)
        assert isinstance(equation, StochasticEquation)
        found[f"generator of order {w - 1}"] = generator.truncate(w - 1), w
        if w != 2:  # there the two are the same
            found[f"stochastic equation of weak order {w}"] = equation, equation.attained
        if w > 1:
            label = "without its last drift correction" + (f" ({w})" if w > 2 else "")
            found[label] = _Blunted(generator.truncate(w - 1)), w - 1
    return found


class _Blunted:
    """A generator without the last term of its drift: a negative control."""

    def __init__(self, generator: ModifiedGenerator) -> None:
        last = generator.terms[-1]
        self.terms = (*generator.terms[:-1], last - last.part(1))
        self.problem, self.start = generator.problem, generator.start


def _distance(one: Any, other: Any) -> float:
    """Return |one - other|, in which no digit is lost by cancellation."""
    with flint.ctx.workprec(BITS):
        return abs(float((arb(one) - other).mid()))
