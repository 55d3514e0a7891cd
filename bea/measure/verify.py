"""Verifying: the iterates of a rule against its modified flows, and against wrong ones.

The rule is run once. Its iterates are compared with the flows of orders 0 ... K, and with controls
that are wrong in one place each: see `bea.measure.certificate`, which judges. Nothing here depends
on how the equation was derived, so that any `ModifiedEquation` can be put to the test.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
from flint import fmpq
from numpy.typing import ArrayLike

from bea.errors import BeaError, MethodError, OrderError
from bea.fields import VectorField
from bea.fields.reals import real_number
from bea.flows import Trajectory, iterate
from bea.measure.certificate import Certificate
from bea.measure.comparison import (
    Progress,
    Start,
    compare,
    labelled,
    start_of,
    starting_points,
)
from bea.measure.drift import default_time, gammas_for
from bea.measure.expected import derive_for, expected_orders
from bea.measure.study import DriftStudy
from bea.methods import Method
from bea.modified import ModifiedEquation
from bea.modified.checks import require_equation

__all__ = ["verify"]


def verify(
    method: Method,
    problem: VectorField,
    order: int = 2,
    gammas: ArrayLike | None = None,
    starts: ArrayLike | None = None,
    time: float | None = None,
    *,
    equation: ModifiedEquation | None = None,
    gamma_count: int = 12,
    progress: Progress | None = None,
) -> Certificate:
    """Put a modified equation to the test of the method's own iterates, with negative controls.

    Parameters
    ----------
    method, problem
        What to iterate, and on what.
    order
        The highest order K of truncation, 1 or more.
    gammas : (gammas,), optional
        Step sizes; by default `gamma_count` that suit the problem.
    starts : (starts, d) or (d,), optional
        Starting points; by default nine around the problem's own.
    time : float, optional
        The time at which to compare, in the units of gamma; by default one that suits both.
    equation : ModifiedEquation, optional
        The equation to test; by default it is derived. Only its terms are taken from it: what is
        iterated, and from which memory, is the method's.
    progress : callable(what, done, total), optional
        Told how far the work is.

    Returns
    -------
    Certificate
        With a `verdict`: "confirmed" if all observed orders are within 0.1 of the expected ones
        and every control falls to the order to which it must; "refuted" if the order of a flow is
        lower; "undecided" if the error floor or the step sizes do not allow a judgement, for the
        `reason` that is given with its remedy.

    Raises
    ------
    BeaError
        If order, step sizes, starts, equation or the problem's domain do not fit, or the method
        has no modified equation.

    Examples
    --------
    >>> import bea
    >>> loss = bea.problems.loss("x**2*y**2/2 + x**2 + y**2/2")
    >>> certificate = bea.verify(bea.methods.heavy_ball(beta="1/2"), loss, order=1)
    >>> certificate.verdict
    'confirmed'
    >>> [(f.kind, f.order, f.expected) for f in certificate.controls]
    [('dropped', 1, 1), ('doubled', 1, 1), ('uncorrected', 1, 1)]
    """
    chosen = range(_checked(order) + 1)
    tested, expected = _tested(method, problem, order, equation)
    length = default_time(method, problem) if time is None else real_number(time, "the time")
    points = starting_points(problem, starts)
    if gammas is None:
        gammas = gammas_for(method, problem, points, length, count=gamma_count)
    start = start_of(tested, chosen)
    iterates = iterate(
        start.method,
        problem,
        points,
        gammas,
        time=length,
        progress=labelled(progress, "iterates"),
    )
    study = compare("drift", tested, chosen, iterates, start, progress)
    return Certificate(
        study=replace(study, expected=tuple(expected)),
        doubled=_doubled(tested, chosen, iterates, start, progress),
        uncorrected=_uncorrected(tested, expected, iterates, start, progress),
        start=start.kind,
        source="derived" if equation is None else "given",
    )


# --- private helpers ----------------------------------------------------------------------------


def _checked(order: Any) -> int:
    if isinstance(order, bool) or not isinstance(order, int | np.integer) or order < 1:
        raise OrderError(
            f"order {order!r} cannot be verified: give a whole number, 1 or more, so that there is "
            "a term to take away as a control"
        )
    return int(order)


def _tested(
    method: Method, problem: VectorField, order: int, equation: ModifiedEquation | None
) -> tuple[ModifiedEquation, list[int | None]]:
    """Return the equation to test, of this method, and the expected orders of 0 ... order.

    Where a given equation ends, the first term that it leaves out is the derived one; of a method
    that cannot be derived it is taken not to vanish.
    """
    if equation is None:
        derived = derive_for(method, problem, order)
        return derived, expected_orders(derived, range(order + 1))
    require_equation(equation)
    equation.truncate(order)  # refuses an order that it does not have
    _check_fits(equation, problem)
    try:
        after = expected_orders(derive_for(method, problem, equation.order), [equation.order])[0]
    except MethodError:
        after = equation.order + 1
    found = expected_orders(equation, range(order + 1))
    tested = _changed(equation, equation.order, method=method)
    return tested, [after if power is None else power for power in found]


def _check_fits(equation: ModifiedEquation, problem: VectorField) -> None:
    if equation.problem is None:
        raise BeaError(
            "the equation is for every field at once: derive it on the problem that is verified"
        )
    if equation.variables != problem.variables:
        raise BeaError(
            f"the equation is in {', '.join(equation.variables)} and the problem in "
            f"{', '.join(problem.variables)}: derive it on the problem that is verified"
        )


def _changed(
    equation: ModifiedEquation, order: int, *, method: Method | None = None, factor: int = 1
) -> ModifiedEquation:
    """Return the equation to that order with its last term multiplied, of another method if any."""
    return ModifiedEquation(
        method or equation.method,
        order,
        equation.problem,
        route=equation.route,
        kind=equation.kind,
        coefficients=lambda k: {
            tree: b * factor if tree.order == order + 1 else b
            for tree, b in equation.truncate(k).coefficients.items()
        },
        components=lambda: [
            *equation.components[:order],
            tuple(c * fmpq(factor) for c in equation.components[order]),
        ],
    )


def _doubled(
    equation: ModifiedEquation,
    orders: Iterable[int],
    iterates: Trajectory,
    start: Start,
    progress: Progress | None,
) -> DriftStudy | None:
    """Measure each order K whose last term does not vanish with it doubled: the order must be K."""
    studies = []
    for order in orders:
        if order and not equation.vanishes(order):
            wrong = _changed(equation, order, factor=2)
            study = compare("drift", wrong, [order], iterates, start, _as_control(progress))
            studies.append(replace(study, expected=(order,)))
    return _joined(studies) if studies else None


def _uncorrected(
    equation: ModifiedEquation,
    expected: list[int | None],
    iterates: Trajectory,
    start: Start,
    progress: Progress | None,
) -> DriftStudy | None:
    """Measure from the runs' own starts the orders that the lack of a correction must lower."""
    if start.correction is None:
        return None
    first = start.correction.first_correction(iterates.starts)
    lowered = [
        order
        for order, power in enumerate(expected)
        if order and first is not None and (power is None or first < power)
    ]
    if not lowered:
        return None
    control = _as_control(progress)
    return compare("drift", equation, lowered, iterates, start, control, corrected=False)


def _joined(studies: list[DriftStudy]) -> DriftStudy:
    """Return one study of all orders of several with the same iterates."""
    return replace(
        studies[0],
        orders=np.concatenate([study.orders for study in studies]),
        expected=tuple(power for study in studies for power in study.expected),
        distances=np.concatenate([study.distances for study in studies]),
        floors=np.concatenate([study.floors for study in studies]),
        failures=tuple(dict.fromkeys(line for study in studies for line in study.failures)),
    )


def _as_control(progress: Progress | None) -> Progress | None:
    if progress is None:
        return None
    report = progress
    return lambda what, done, total: report(f"control: {what}", done, total)
