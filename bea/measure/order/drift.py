"""The two measurements: drift at the times n gamma, and the defect of one step.

    drift   | theta_n - phi~_K(n gamma; theta_0) |        O(gamma^p) at a fixed time
    defect  | theta_1 - phi~_K(gamma; theta_0) |          O(gamma^(p+1))

with p the power of the first nonzero term that the order K leaves out. Source: Hairer, Lubich and
Wanner, Geometric Numerical Integration, section IX.1, theorem 1.2 and section IX.7.
"""

from __future__ import annotations

from collections.abc import Iterable

from numpy.typing import ArrayLike

from bea.algebra.language.makers import either_number
from bea.algebra.language.reals import real_number
from bea.fields import VectorField
from bea.flows import iterate
from bea.measure.order.comparison import (
    Progress,
    checked_orders,
    compare,
    labelled,
    start_of,
    starting_points,
)
from bea.measure.order.expected import derive_for
from bea.measure.order.study import DriftStudy
from bea.measure.steps.suiting import check_room, check_time, suiting_gammas, suiting_time
from bea.methods import Method
from bea.modified import ModifiedEquation
from bea.modified.checks import require_method, require_problem
from bea.modified.memory.character import Character
from bea.modified.memory.variables import in_own_variables
from bea.patience import told


@told("measuring drift")
@either_number
def discretization_drift(
    method: Method,
    problem: VectorField,
    orders: Iterable[int] = range(5),
    gammas: ArrayLike | None = None,
    starts: ArrayLike | None = None,
    time: float | None = None,
    samples: int = 1,
    corrected: bool = True,
    progress: Progress | None = None,
    *,
    equation: ModifiedEquation | None = None,
) -> DriftStudy:
    """Measure the distance between iterates and the flows of order 0 ... K at the times n gamma.

    Parameters
    ----------
    method, problem
        What to iterate, and on what.
    orders
        The orders K of truncation.
    gammas : (gammas,), optional
        Step sizes; by default a dozen that suit the problem (see `default_gammas`).
    starts : (starts, d) or (d,), optional
        Starting points; by default nine around the problem's own.
    time : float, optional
        The time at which to compare, in the units of gamma; by default the problem's own.
    samples : int
        At how many times, evenly spaced up to `time`.
    corrected : bool
        Whether the flows start where a run from zero memory belongs on the slow manifold (see
        `ModifiedEquation.start_correction`) or at the start itself, from where every flow of a
        method with memory is accurate to the first order only.
    progress : callable(what, done, total), optional
        Told how far the work is.
    equation : ModifiedEquation, optional
        The equation whose flows are followed, such as a wrong one as a control (see
        `bea.modified.cut_series`); by default the derived one, whose orders are expected anyway.

    Raises
    ------
    OrderError, StepSizeError, DimensionError, DomainError
        If orders, step sizes, starts or the problem's domain do not fit.

    Examples
    --------
    >>> import bea
    >>> import numpy as np
    >>> loss = bea.problems.loss("x**2*y**2/2 + x**2 + y**2/2")
    >>> descent = bea.methods.gradient_descent()
    >>> study = discretization_drift(descent, loss, orders=range(2), time=0.5)
    >>> study.expected, np.round(study.observed_orders(), 1)
    ((1, 2), array([1., 2.]))
    """
    require_method(method)
    require_problem(problem)
    chosen = checked_orders(orders)
    method, problem, character = _followed(method, problem)
    time = None if time is None else real_number(time, "the time")
    points = starting_points(problem, starts, method)
    derived = derive_for(character, max(chosen))  # of which times and steps need the first terms
    if time is None:
        time = suiting_time(character, points)
        if gammas is not None:
            check_room(gammas, time)
    else:
        check_time(character, points, time)
    if gammas is None:
        gammas = suiting_gammas(character, points, time, samples=samples)
    start = start_of(derived, chosen)
    followed = derived if equation is None else equation
    iterates = iterate(
        start.method,
        problem,
        points,
        gammas,
        time=time,
        samples=samples,
        progress=labelled(progress, "iterates"),
    )
    return compare("drift", followed, chosen, iterates, start, progress, corrected, derived)


@told("measuring defects")
@either_number
def one_step_defect(
    method: Method,
    problem: VectorField,
    orders: Iterable[int] = range(5),
    gammas: ArrayLike | None = None,
    starts: ArrayLike | None = None,
    progress: Progress | None = None,
) -> DriftStudy:
    """Measure the distance between one step and the flows over the time gamma.

    Its order is one higher than the drift's; parameters and errors are those of
    `discretization_drift`.

    Examples
    --------
    >>> import bea
    >>> import numpy as np
    >>> loss = bea.problems.loss("x**2*y**2/2 + x**2 + y**2/2")
    >>> study = one_step_defect(bea.methods.gradient_descent(), loss, orders=range(2))
    >>> study.expected, np.round(study.observed_orders(), 1)
    ((2, 3), array([2., 3.]))
    """
    require_method(method)
    require_problem(problem)
    chosen = checked_orders(orders)
    method, problem, character = _followed(method, problem)
    points = starting_points(problem, starts, method)
    equation = derive_for(character, max(chosen))
    if gammas is None:
        gammas = suiting_gammas(character, points, suiting_time(character))
    start = start_of(equation, chosen)
    iterates = iterate(start.method, problem, points, gammas, steps=1)
    return compare("defect", equation, chosen, iterates, start, progress)


# --- private helpers ----------------------------------------------------------------------------


def _followed(method: Method, problem: VectorField) -> tuple[Method, VectorField, Character]:
    """Return what is iterated, in the variables that its equation has."""
    character = in_own_variables(Character(method, problem))
    assert character.problem is not None
    return character.method, character.problem, character
