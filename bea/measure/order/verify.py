"""Verifying: the iterates of a rule against its modified flows, and against wrong ones.

The rule is run once. Its iterates are compared with the flows of orders 0 ... K, and with controls
that are wrong in one place each: see `bea.measure.order.certificate`, which judges. Nothing here
depends on how the equation was derived, so that any `ModifiedEquation` can be put to the test.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from bea.algebra.language.makers import either_number
from bea.algebra.language.reals import real_number
from bea.arrays import Floats
from bea.errors import BeaError, MethodError, OrderError
from bea.fields import VectorField
from bea.flows import Trajectory, iterate
from bea.flows.deterministic.times import check_gammas
from bea.measure.order.certificate import Certificate
from bea.measure.order.coefficients import Coefficients, coefficients_of
from bea.measure.order.comparison import (
    Progress,
    Start,
    compare,
    drift_study,
    follow,
    labelled,
    start_of,
    starting_points,
)
from bea.measure.order.controls import as_control, changed, doubled, lowered_orders
from bea.measure.order.expected import derive_for, expected_orders
from bea.measure.order.study import DriftStudy, gammas_that_stand_clear
from bea.measure.order.verify_piecewise import verify_by_pieces
from bea.measure.steps.settled import settled_runs, settling_gammas, steps_to_settle
from bea.measure.steps.suiting import (
    check_room,
    check_time,
    comparing_time,
    has_room,
    suiting_gammas,
    suiting_starts,
)
from bea.methods import Method, Scheduled
from bea.modified import ModifiedEquation
from bea.modified.checks import require_equation, require_method, require_problem
from bea.modified.memory.character import Character
from bea.modified.memory.variables import in_own_variables


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
        happens and nothing comes to rest. With a schedule that jumps an exact number, by default
        the schedule's end, or earlier where the runs would be at rest by then.
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
    plan = _Plan(method, character, tested, expected, gammas, gamma_count, progress)
    count = _FEW_STARTS if method.numbers_only else _STARTS
    placed = hasattr(character.method, "placed")  # beside what else there is than theta
    given = suiting_starts(character, count) if starts is None and not placed else starts
    points = starting_points(problem, given, character.method)
    run = plan.run(points, None if time is None else real_number(time, "the time"))
    control = as_control(progress)

    def measured(wrong: Sequence[ModifiedEquation], power: int) -> DriftStudy:
        return compare("drift", wrong[0], [power], run.iterates, run.start, control)

    return Certificate(
        study=run.study,
        doubled=doubled([tested], plan.orders, measured),
        uncorrected=_uncorrected(tested, problem, expected, run, control),
        coefficients=run.coefficients,
        start=run.start.kind,
        source="derived" if equation is None else "given",
    )


# --- private helpers ----------------------------------------------------------------------------

_STARTS, _FEW_STARTS = 9, 4  # somebody else's step is taken run by run, which is slow
# So many times a default time is cut into halves where runs stop early.
_SHORTER = 8


class _Run(NamedTuple):
    """Where runs and flows begin, the iterates, and how far the flows of all orders are."""

    start: Start
    iterates: Trajectory
    study: DriftStudy
    coefficients: Coefficients | None


@dataclass(frozen=True)
class _Plan:
    """An equation with what is expected of its orders, and how it is to be measured."""

    method: Method
    character: Character
    tested: ModifiedEquation
    expected: dict[int, int | None]
    gammas: ArrayLike | None
    count: int
    progress: Progress | None

    @property
    def orders(self) -> list[int]:
        """The orders whose flows are followed."""
        return list(self.expected)

    def run(self, points: Floats, time: float | None) -> _Run:
        """Measure at the time and the step sizes that were given, or at default ones that do."""
        if time is not None:
            check_time(self.character, points, time)
            return self._at_time(points, time)
        length = comparing_time(self.character, points) / (2 if self._settles else 1)
        if self.gammas is not None:
            check_room(self.gammas, length)
        run = self._at_time(points, length)
        for _ in range(_SHORTER):
            length /= 2
            no_room = self.gammas is not None and not has_room(self.gammas, length)
            if no_room or not run.study.failures:
                break
            run = self._at_time(points, length, run.start)
        return run

    def _at_time(self, points: Floats, time: float, before: Start | None = None) -> _Run:
        if self.gammas is not None:
            return self._at(points, time, self.gammas, before)
        chosen = suiting_gammas(self.character, points, time, count=self.count)
        if self._settles:
            settling = steps_to_settle(self.character.slowest_rate_at(points))
            fewest = round(time / chosen[0])
            return self._at(points, time, settling_gammas(time, settling, fewest, self.count))
        first = self._at(points, time, chosen, before)
        more = gammas_that_stand_clear(first.study)
        return first if more is None else self._at(points, time, more, first.start)

    @property
    def _settles(self) -> bool:
        """Whether the runs have to settle first: half of the way is gone by then."""
        if not self.method.numbers_only:
            return False
        return start_of(self.tested, self.orders).kind == "manifold"

    def _at(
        self, points: Floats, time: float, gammas: ArrayLike, before: Start | None = None
    ) -> _Run:
        tested, orders, progress = self.tested, self.orders, self.progress
        start = start_of(tested, orders, int(time / check_gammas(gammas).max()), before)
        told, problem = labelled(progress, "iterates"), self.character.problem
        assert problem is not None
        if self.method.numbers_only:
            start, iterates = self._foreign(start, points, check_gammas(gammas), time)
        else:
            iterates = iterate(start.method, problem, points, gammas, time=time, progress=told)
        runs = follow(tested, orders, iterates, start, progress)
        expected = [self.expected[k] for k in orders]
        study = drift_study(tested, orders, expected, iterates, runs, method=self.method)
        nonzero = [k for k in orders if not tested.vanishes(k)]
        return _Run(start, iterates, study, coefficients_of(study, nonzero, iterates, runs))

    def _foreign(
        self, start: Start, points: Floats, gammas: Floats, time: float
    ) -> tuple[Start, Trajectory]:
        """Iterate somebody else's step: where nothing corrects the start, until it has settled."""
        told, problem = (
            labelled(self.progress, f"iterates of {self.method}"),
            self.character.problem,
        )
        assert problem is not None
        if start.kind != "manifold":
            run = iterate(self.method, problem, points, gammas, time=time, progress=told)
            return start._replace(method=self.method), run
        settling = steps_to_settle(self.character.slowest_rate_at(points))
        run, begins = settled_runs(self.method, problem, points, gammas, time, settling, told)
        return Start("settled", self.method, begins=begins), run


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


def _check_fits(equation: ModifiedEquation, problem: VectorField | None) -> None:
    if equation.problem is None or problem is None:
        raise BeaError(
            "the equation is for every field at once: derive it on the problem that is verified"
        )
    if equation.variables != problem.variables:
        raise BeaError(
            f"the equation is in {', '.join(equation.variables)} and the problem in "
            f"{', '.join(problem.variables)}: derive it on the problem that is verified"
        )


def _uncorrected(
    equation: ModifiedEquation,
    problem: VectorField,
    expected: dict[int, int | None],
    run: _Run,
    progress: Progress | None,
) -> DriftStudy | None:
    """Measure from the runs' own starts the orders that the lack of a correction must lower.

    Runs that were begun on the slow manifold are made again from their own memory.
    """
    start, iterates = run.start, run.iterates
    exact = start.correction or equation.truncate(max(expected))
    if start.kind in ("own", "settled") or not exact.has_start_correction:
        return None
    first = exact.first_correction(iterates.starts)
    lowered = lowered_orders(expected, first)
    if first is None or not lowered:
        return None
    if start.kind == "manifold":
        points, gammas = iterates.starts, iterates.gammas
        time = float(iterates.times.max())
        iterates = iterate(equation.method, problem, points, gammas, time=time)
    plain = Start("own", equation.method)
    study = compare("drift", equation, lowered, iterates, plain, progress)
    return replace(study, expected=(first,) * len(lowered))
