"""The two measurements: drift at the times n gamma, and the defect of one step.

    drift   | theta_n - phi~_K(n gamma; theta_0) |        O(gamma^p) at a fixed time
    defect  | theta_1 - phi~_K(gamma; theta_0) |          O(gamma^(p+1))

with p the power of the first nonzero term that the order K leaves out. Source: Hairer, Lubich and
Wanner, Geometric Numerical Integration, section IX.1, theorem 1.2 and section IX.7.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bea.algebra.language.reals import real_number
from bea.errors import MethodError
from bea.fields import VectorField
from bea.flows import flow, iterate
from bea.measure.order.comparison import (
    Progress,
    checked_orders,
    compare,
    labelled,
    start_of,
    starting_points,
)
from bea.measure.order.defaults import (
    affordable_time,
    default_gammas,
    default_starts,
    spread_gammas,
    stiffness,
)
from bea.measure.order.expected import derive_for
from bea.measure.order.study import DriftStudy
from bea.methods import Method, Scheduled
from bea.modified import modified_equation
from bea.modified.checks import require_method, require_problem
from bea.modified.memory.character import effective_rate, has_memory, is_on_trees, useful_limit
from bea.modified.memory.leading_field import followed_field
from bea.modified.memory.time_scale import pace_of

__all__ = ["default_time", "discretization_drift", "gammas_for", "one_step_defect"]

Floats = NDArray[np.float64]

# By how much of itself the field may change in a default time, where it is no multiple of f.
_CHANGE = 0.5


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

    Raises
    ------
    OrderError, StepSizeError, DimensionError, DomainError
        If orders, step sizes, starts or the problem's domain do not fit.

    Examples
    --------
    >>> import bea
    >>> loss = bea.problems.loss("x**2*y**2/2 + x**2 + y**2/2")
    >>> descent = bea.methods.gradient_descent()
    >>> study = discretization_drift(descent, loss, orders=range(2), time=0.5)
    >>> study.expected, np.round(study.observed_orders(), 1)
    ((1, 2), array([1., 2.]))
    """
    require_method(method)
    require_problem(problem)
    chosen = checked_orders(orders)
    time = default_time(method, problem) if time is None else real_number(time, "the time")
    points = starting_points(problem, starts)
    if gammas is None:
        gammas = gammas_for(method, problem, points, time, samples=samples)
    equation = derive_for(method, problem, max(chosen))
    start = start_of(equation, chosen)
    iterates = iterate(
        start.method,
        problem,
        points,
        gammas,
        time=time,
        samples=samples,
        progress=labelled(progress, "iterates"),
    )
    return compare("drift", equation, chosen, iterates, start, progress, corrected)


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
    >>> loss = bea.problems.loss("x**2*y**2/2 + x**2 + y**2/2")
    >>> study = one_step_defect(bea.methods.gradient_descent(), loss, orders=range(2))
    >>> study.expected, np.round(study.observed_orders(), 1)
    ((2, 3), array([2., 3.]))
    """
    require_method(method)
    require_problem(problem)
    chosen = checked_orders(orders)
    points = starting_points(problem, starts)
    if gammas is None:
        gammas = gammas_for(method, problem, points, default_time(method, problem))
    equation = derive_for(method, problem, max(chosen))
    start = start_of(equation, chosen)
    iterates = iterate(start.method, problem, points, gammas, steps=1)
    return compare("defect", equation, chosen, iterates, start, progress)


def default_time(method: Method, problem: VectorField) -> float:
    """Return the problem's own time over the effective rate: as long a way for every method.

    Where no tree expresses the method there is no such rate. Without memory it may be given longer,
    if it is slower than f, but not so long that its field may change by more than a half; with
    memory, whose runs then begin on the slow manifold, no longer than that, nor than runs of
    seconds last.

    >>> from bea.methods import get, heavy_ball
    >>> bowl = VectorField.read("-x, -10*y")
    >>> default_time(heavy_ball(beta="9/10"), bowl)
    0.1
    >>> default_time(get("preconditioned-descent", diagonal="1/100, 1/100"), bowl)
    5.0
    """
    own = float(problem.about.time)
    if is_on_trees(method):
        return own / abs(effective_rate(method))
    starts = default_starts(problem)
    rate, limit = pace_of(method, problem, starts)
    if isinstance(method, Scheduled) or not rate > 0:  # a schedule may end when the time does
        return own
    if has_memory(method):
        return min(own, _CHANGE / rate, affordable_time(rate / limit))
    return min(own * stiffness(problem, starts) / rate, max(own, _CHANGE / rate))


def gammas_for(
    method: Method, problem: VectorField, starts: Floats, time: float, **options: int
) -> Floats:
    """Return the step sizes of `default_gammas` for this method, (gammas,).

    Parameters are those of `default_gammas`; the method's order and useful range are its own.

    >>> from bea.methods import heun
    >>> gammas_for(heun(), VectorField.read("-x"), np.array([[1.0]]), 1.0, count=4)
    array([0.33333333, 0.11111111, 0.04      , 0.01388889])
    """
    leading = method.order_of_accuracy or 1
    if is_on_trees(method):
        # A multistep method has its limit where its own roots meet, and may go less near to it.
        leading = (leading + 1) // 2 if has_memory(method) else leading
        limit = useful_limit(method, problem)
        return default_gammas(problem, starts, time, leading=leading, limit=limit, **options)
    rate, limit = pace_of(method, problem, _paths(method, problem, starts, time))
    return spread_gammas(rate / limit, time, leading=leading, **options)


# --- private helpers ----------------------------------------------------------------------------


def _paths(method: Method, problem: VectorField, starts: Floats, time: float) -> Floats:
    """Return where the field that the method follows leads, (starts, times, d)."""
    try:
        leading = followed_field(modified_equation(method, problem, 0))
    except MethodError:  # an equation is tested that the method itself has not
        leading = problem
    path = flow(leading, starts, [1.0], np.linspace(0.0, time, 9), rtol=1e-8, estimate_error=False)
    return path.values[0]
