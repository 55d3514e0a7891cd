"""The weak defect of a few random steps, as an exact power series in gamma, on any finite sum.

E phi(theta_n) - (e^(n gamma L~) phi)(theta_0), which for the generator of order K begins at
gamma^(K+2). Errors at a fixed time are in `bea.measure.weak_errors`.
"""

from __future__ import annotations

from typing import Any

from flint import fmpq

from bea.algebra import Element
from bea.algebra.ring.conversions import to_program
from bea.errors import BeaError
from bea.fields import SeriesField, VectorField
from bea.measure.weak.inputs import checked_steps, exact_number, exact_point, read_observable
from bea.methods import Method
from bea.modified import modified_generator
from bea.modified.memory.character import Character
from bea.modified.random.batches import mean_field, samples_of
from bea.modified.random.generator import ModifiedGenerator
from bea.modified.symbolic_step import missing_symbols
from bea.noise import Noise, independent_noise
from bea.patience import counted, told


@told("measuring weak defects")
def weak_defect(
    method: Method,
    problem: VectorField,
    observable: Any,
    order: int,
    *,
    steps: int = 1,
    point: Any = None,
    batches: Noise | int | None = None,
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
    batches, steps = independent_noise(batches), checked_steps(steps)
    problem = _over_symbols_of(method, problem)
    generator = modified_generator(method, problem, order, batches)
    if Character(method).has_memory:
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


def _over_symbols_of(method: Method, problem: VectorField) -> VectorField:
    missing = missing_symbols(method, problem)
    return problem.with_parameters(missing) if missing else problem


def _mean_of_runs(
    method: Method,
    problem: VectorField,
    phi: Element,
    highest: int,
    steps: int,
    place: list[fmpq] | None,
    batches: Noise,
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
    for _ in counted(range(steps), "step", rounds=True):
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
