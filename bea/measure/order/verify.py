"""Verifying: the iterates of a rule against its modified flows, and against wrong ones.

The rule is run once, and again for a shorter time where that tells nothing. Its iterates are
compared with the flows of orders 0 ... K, and with controls that are wrong in one place each: see
`bea.measure.order.certificate`, which judges. Nothing here depends on how the equation was derived,
so that any `ModifiedEquation` can be put to the test.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from bea.algebra.language.makers import either_number
from bea.algebra.language.reals import real_number
from bea.errors import BeaError, MethodError, OrderError
from bea.fields import VectorField
from bea.flows import iterate
from bea.measure.order.certificate import Certificate
from bea.measure.order.comparison import Progress, Start, compare, starting_points
from bea.measure.order.controls import as_control, changed, doubled, lowered_orders
from bea.measure.order.expected import derive_for, expected_orders
from bea.measure.order.runs import Plan, Run
from bea.measure.order.study import DriftStudy
from bea.measure.order.verify_piecewise import verify_by_pieces
from bea.measure.steps.suiting import suiting_starts
from bea.methods import Method, Scheduled
from bea.modified import ModifiedEquation
from bea.modified.checks import require_equation, require_method, require_problem
from bea.modified.memory.character import Character
from bea.modified.memory.variables import in_own_variables
from bea.patience import told


@told("verifying")
@either_number
def verify(
    method: Method,
    problem: VectorField,
    order: int = 2,
    gammas: ArrayLike | None = None,
    starts: ArrayLike | None = None,
    time: Any = None,
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
        The time at which to compare, in the units of gamma; by default one in which something
        happens and nothing comes to rest, or 0.6 or 0.4 of it where nothing can be told there.
        With a schedule that jumps an exact number, by default the schedule's end, or earlier where
        the runs would be at rest by then.
    equation : ModifiedEquation, optional
        The equation to test; by default it is derived. Only its terms are taken from it: what is
        iterated, and from which memory, is the method's. For somebody else's step, such as
        `bea.adapters.TorchOptimizer`, give the one of `as_bea_method`. Of a `step_equation` the
        terms are fed to explicit Euler's method, whose steps are compared in place of a flow.
    progress : callable(what, done, total), optional
        Told how far the work is.

    Returns
    -------
    Certificate
        With a `verdict`: "confirmed" if all observed orders are within 0.1 of the expected ones,
        each term does what the iterates show (its `sizes`, mostly to a millionth and better), and
        every control falls; "refuted" if the order of a flow is lower, or a term, such as the last
        one, is known to be off; "undecided" if runs that stop, the error floor or the step sizes
        do not allow a judgement, for the `reason` that is given with its remedy. How sharp it is:
        see `bea.measure.order.certificate`.

    A schedule that jumps is verified from break to break; see `bea.measure.order.piecewise`.

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
    require_method(method)
    require_problem(problem)
    highest = _checked(order)
    if isinstance(method, Scheduled) and method.in_pieces:
        _require_none(equation)
        return verify_by_pieces(
            method, problem, order, gammas, starts, time, gamma_count=gamma_count, progress=progress
        )
    modelled = _modelled(method, equation)
    modelled.check_field(problem)
    character = in_own_variables(Character(modelled, problem))
    assert character.problem is not None
    method, problem = _stepped(method, character), character.problem
    tested, expected = _tested(character, highest, equation)
    plan = Plan(method, character, tested, expected, gammas, gamma_count, progress)
    count = _FEW_STARTS if method.numbers_only else _STARTS
    placed = hasattr(character.method, "placed")  # beside what else there is than theta
    given = suiting_starts(character, count) if starts is None and not placed else starts
    points = starting_points(problem, given, character.method)
    source = "derived" if equation is None else "given"
    runs = plan.runs(points, None if time is None else real_number(time, "the time"))
    return _decided(_certified(plan, run, source) for run in runs)


# --- private helpers ----------------------------------------------------------------------------

_STARTS, _FEW_STARTS = 9, 4  # somebody else's step is taken run by run, which is slow


def _certified(plan: Plan, run: Run, source: str) -> Certificate:
    """Put the controls beside a run."""
    control = as_control(plan.progress)

    def measured(wrong: Sequence[ModifiedEquation], power: int) -> DriftStudy:
        return compare("drift", wrong[0], [power], run.iterates, run.start, control)

    return Certificate(
        study=run.study,
        doubled=doubled([plan.tested], plan.orders, measured),
        uncorrected=_uncorrected(plan, run, control),
        coefficients=run.coefficients,
        start=run.start.kind,
        source=source,
    )


def _decided(certificates: Iterable[Certificate]) -> Certificate:
    """Return the first that tells something, else the first; a doubt is not tried away."""
    first = None
    for certificate in certificates:
        if certificate.verdict != "undecided" or certificate.doubtful:
            return certificate
        first = first or certificate
    assert first is not None
    return first


def _checked(order: Any) -> int:
    if isinstance(order, bool) or not isinstance(order, int | np.integer) or order < 1:
        raise OrderError(
            f"order {order!r} cannot be verified: give a whole number, 1 or more, so that there is "
            "a term to take away as a control"
        )
    return int(order)


def _modelled(method: Method, equation: ModifiedEquation | None) -> Method:
    """Return the method of which memory and pace are known: the equation's for a foreign step."""
    return equation.method if method.numbers_only and equation is not None else method


def _stepped(method: Method, character: Character) -> Method:
    """Return what is iterated: somebody else's step itself, or the method in its own variables."""
    return method if method.numbers_only else character.method


def _tested(
    character: Character, order: int, equation: ModifiedEquation | None
) -> tuple[ModifiedEquation, dict[int, int | None]]:
    """Return the equation to test, of this method, and the expected orders of 0 ... order.

    Where a given equation ends, the first term that it leaves out is the derived one; of a method
    that cannot be derived it is taken not to vanish.
    """
    orders = range(order + 1)
    if equation is None:
        return _derived(character, order)
    require_equation(equation)
    equation.truncate(order)  # refuses an order that it does not have
    assert character.problem is not None
    _check_fits(equation, character.problem)
    try:
        further = derive_for(character, equation.order)
        further = further.step_equation() if equation.kind == "step" else further
        after = expected_orders(further, [equation.order])[0]
    except MethodError:
        after = equation.order + 1
    found = expected_orders(equation, orders)
    tested = changed(equation, equation.order, character=character)
    return tested, {k: after if p is None else p for k, p in zip(orders, found, strict=True)}


def _derived(character: Character, order: int) -> tuple[ModifiedEquation, dict[int, int | None]]:
    """Derive the equation; where all terms but f_0 vanish, the first after them is tested, too.

    There is nothing else that could be taken away or doubled as a control.
    """
    # Below the order of accuracy there is no term, so that nothing need be derived twice.
    least = max(order, character.method.order_of_accuracy or 0)
    derived, orders = derive_for(character, least), list(range(order + 1))
    (first,) = expected_orders(derived, [0])
    if first is not None and first > order:
        derived = derive_for(character, first)
        orders.append(first)
    return derived, dict(zip(orders, expected_orders(derived, orders), strict=True))


def _require_none(equation: ModifiedEquation | None) -> None:
    if equation is not None:
        raise BeaError(
            "an equation is given and the schedule is in pieces, each with one of its own: "
            "verify each smooth piece, schedule.piece(index), or leave the equation out"
        )


def _check_fits(equation: ModifiedEquation, problem: VectorField) -> None:
    if equation.variables != problem.variables:
        raise BeaError(
            f"the equation is in {', '.join(equation.variables)} and the problem in "
            f"{', '.join(problem.variables)}: derive it on the problem that is verified"
        )


def _uncorrected(plan: Plan, run: Run, progress: Progress | None) -> DriftStudy | None:
    """Measure from the runs' own starts the orders that the lack of a correction must lower.

    Runs that were begun on the slow manifold are made again from their own memory.
    """
    start, iterates, equation = run.start, run.iterates, plan.tested
    exact = start.correction or equation.truncate(max(plan.orders))
    if start.kind in ("own", "settled") or not exact.has_start_correction:
        return None
    first = exact.first_correction(iterates.starts)
    lowered = lowered_orders(plan.expected, first)
    if first is None or not lowered:
        return None
    if start.kind == "manifold":
        points, gammas = iterates.starts, iterates.gammas
        time = float(iterates.times.max())
        problem = plan.character.problem
        assert problem is not None
        iterates = iterate(equation.method, problem, points, gammas, time=time)
    plain = Start("own", equation.method)
    study = compare("drift", equation, lowered, iterates, plain, progress)
    return replace(study, expected=(first,) * len(lowered))
