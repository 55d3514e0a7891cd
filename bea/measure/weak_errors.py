"""Weak errors |E phi(theta_n) - E phi(X_(n gamma))|, computed without sampling.

At a fixed time, on sums of quadratic losses: moments of the iterates against moments of a modified
generator or stochastic equation, both exact, so that slopes in gamma are seen to all their digits.
On any finite sum, after a few steps: `weak_defect` gives the difference as an exact power series in
gamma, which for the generator of order K begins at gamma^(K+2).

Conventions: order K is the highest power of gamma that a generator keeps; its weak order is K + 1,
the power of gamma with which weak errors at a fixed time fall. See `bea.modified.stochastic`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import flint
import numpy as np
from flint import arb, fmpq
from numpy.typing import NDArray

from bea.errors import BeaError, OrderError
from bea.fields import Element, SeriesField, VectorField
from bea.fields.conversions import to_program
from bea.measure.certificate import WITHIN
from bea.measure.exact_inputs import (
    checked_steps,
    exact_number,
    exact_point,
    observable_expressions,
    read_observable,
)
from bea.measure.moment_flow import BITS, Generator, MomentFlow
from bea.measure.moments import MomentRecursion
from bea.measure.order_fit import OrderFit, observed_order
from bea.methods import Batches, Method
from bea.modified import StochasticEquation, modified_generator, stochastic_equation
from bea.modified.generator import ModifiedGenerator
from bea.modified.memory import has_memory
from bea.modified.random_batches import checked_batches, mean_field, samples_of
from bea.modified.stepping import open_symbols

__all__ = ["WeakErrors", "weak_defect", "weak_errors"]

Floats = NDArray[np.float64]

_STEPS = (16, 32, 64, 128, 256)


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
        Absolute errors, good to all digits of a float64.
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
    values: Floats
    fits: tuple[tuple[OrderFit, ...], ...] = field(init=False)

    def __post_init__(self) -> None:
        """Fit the observed orders."""
        none = np.zeros_like(self.gammas)
        fits = tuple(
            tuple(observed_order(self.gammas, row, none) for row in rows) for rows in self.errors
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
                    "observed": [None if fit.reason else fit.order for fit in fits],
                    "intervals": [None if fit.reason else list(fit.interval) for fit in fits],
                }
                for name, expected, errors, fits in zip(
                    self.equations, self.expected, self.errors, self.fits, strict=True
                )
            ],
        }


def weak_errors(
    method: Method,
    problem: VectorField,
    observables: Any = None,
    *,
    start: Any,
    time: Any = 1,
    steps: Sequence[int] = _STEPS,
    weak_orders: Sequence[int] = (1, 2, 3),
    batches: Batches | int | None = None,
    equations: Mapping[str, tuple[Generator, int]] | None = None,
) -> WeakErrors:
    """Compare the iterates with their stochastic modified equations at a fixed time, exactly.

    Parameters
    ----------
    method, problem, batches
        The method, a finite sum of losses with linear gradients, and how batches are drawn.
    observables
        Polynomials in the problem's variables, with L for the loss: a text with commas between
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
        If slopes are not linear, an observable is no polynomial, or a number is not exact.

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
    degree = max(1, *map(_degree, elements))
    batches = checked_batches(batches)
    compared = equations or _equations(method, problem, weak_orders, batches)
    shape = len(compared), len(names), len(steps)
    errors, values = np.empty(shape), np.empty(shape[1:])
    for column, n in enumerate(steps):
        recursion = MomentRecursion(method, problem, duration / n, degree, batches)
        moments = recursion.after(start, n)
        exact = [moments.expectation(v) for v in elements]
        values[:, column] = [float(value) for value in exact]
        for row, (source, _) in enumerate(compared.values()):
            flowed = MomentFlow(source, duration / n, degree).after(start, duration)
            found = [flowed.expectation(v) for v in elements]
            errors[row, :, column] = [_distance(a, b) for a, b in zip(exact, found, strict=True)]
    gammas = np.array([float(duration / n) for n in steps])
    degrees = [_degree(v) for v in elements]
    expected = np.array([[_expected(*one, n) for n in degrees] for one in compared.values()])
    return WeakErrors(tuple(compared), tuple(names), expected, gammas, errors, values)


def weak_defect(
    method: Method,
    problem: VectorField,
    observable: Any,
    order: int,
    *,
    steps: int = 1,
    point: Any = None,
    batches: Batches | int | None = None,
) -> list[Any]:
    """Return E phi(theta_n) - (e^(n gamma L~) phi)(theta_0) as a series in gamma, to order + 2.

    The iterates are run in series on every sequence of batches, without the generator's averages.
    For the generator of order K the coefficients to gamma^(K+1) are 0.

    Parameters
    ----------
    method, problem, batches
        A method of one step, any finite sum, and how batches are drawn.
    observable
        A text in the problem's variables, with L for the loss, or a ring element.
    order
        The order K of the generator.
    steps
        n, a few.
    point
        An exact point; by default the general point, with ring elements as coefficients.

    Raises
    ------
    BeaError
        If the method has memory: its runs are in the steady state only after many steps.

    Examples
    --------
    >>> import bea
    >>> pair = bea.problems.finite_sum(["x**4/4 - x", "x**4/4 + x"])
    >>> weak_defect(bea.methods.gradient_descent(), pair, "x**2", order=1)
    [0, 0, 0, -7*x**8 + 6*x**2]
    """
    batches, steps = checked_batches(batches), checked_steps(steps)
    problem = _over_symbols_of(method, problem)
    generator = modified_generator(method, problem, order, batches)
    if has_memory(method):
        raise BeaError(
            "a run with memory is in the steady state only after many steps: compare it at a fixed "
            "time, by weak_errors"
        )
    highest = order + 2
    phi = generator.observable(read_observable(observable, problem))
    place = None if point is None else exact_point(point, problem)
    iterated = _mean_of_runs(method, problem, phi, highest, steps, place, batches)
    flowed = _flowed(generator, phi, highest, steps)
    at = [f if place is None else to_program([f]).run(place)[0] for f in flowed]
    return [a - b for a, b in zip(iterated, at, strict=True)]


# --- private helpers ----------------------------------------------------------------------------


def _observables(given: Any, problem: VectorField) -> list[str]:
    if given is None:
        return [text for name in problem.variables for text in (name, f"{name}**2")]
    return list(map(str, observable_expressions(given, problem)))


def _order_text(fit: OrderFit) -> str:
    return "no fit" if fit.reason else f"{fit.order:.2f}"


def _degree(value: Element) -> int:
    return max((int(sum(e)) for e in value.terms()), default=0)


def _expected(source: Generator, order: int, degree: int) -> int:
    """Return the weak order for observables of a degree: up to 2, no third derivative is seen."""
    if isinstance(source, StochasticEquation) and degree <= 2:
        return source.weak_order
    return order


def _equations(
    method: Method, problem: VectorField, weak_orders: Sequence[int], batches: Batches
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


def _over_symbols_of(method: Method, problem: VectorField) -> VectorField:
    missing = [name for name in open_symbols(method) if name not in problem.parameters]
    return problem.with_parameters(missing) if missing else problem


def _mean_of_runs(
    method: Method,
    problem: VectorField,
    phi: Element,
    highest: int,
    steps: int,
    place: list[fmpq] | None,
    batches: Batches,
) -> list[Any]:
    """Return the coefficients of E phi(theta_n), over all sequences of batches."""
    losses = samples_of(problem)
    fields = [
        (SeriesField(mean_field([losses[i] for i in indices]), highest, place), weight)
        for indices, weight in batches.choices(len(losses))
    ]
    f = fields[0][0]
    bound = method.bind(f.constant if place is None else lambda e: exact_number(e, str(e)))
    runs: list[tuple[Any, fmpq]] = [(f.identity, fmpq(1))]
    for _ in range(steps):
        runs = [
            (bound.step(f, theta, (), f.gamma)[0], share * weight)
            for theta, share in runs
            for f, weight in fields
        ]
    program = to_program([phi])
    parameters = [phi.ring.symbol(name) for name in phi.ring.parameters]
    one = f.gamma * 0 + 1
    total = one * 0
    for theta, share in runs:
        found = program.run([*theta, *parameters], lift=lambda c: one * c, scale=lambda c: c)
        total = total + found[0] * share
    return list(total.coefficients)


def _flowed(generator: ModifiedGenerator, phi: Element, highest: int, steps: int) -> list[Element]:
    """Return the coefficients of e^(n gamma L~) phi in gamma."""
    zero = phi * 0
    level = [phi, *[zero] * highest]
    total = list(level)
    for m in range(1, highest + 1):
        raised = [zero] * (highest + 1)
        for i, value in enumerate(level):
            for k, term in enumerate(generator.terms[: highest - i]):
                raised[i + k + 1] = raised[i + k + 1] + term(value) * fmpq(steps, m)
        level = raised
        total = [a + b for a, b in zip(total, level, strict=True)]
    return total
