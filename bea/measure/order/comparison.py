"""Comparing iterates with modified flows: what drift, defect and certificate have in common.

The iterates are there; here every modified flow is integrated to their times, from where a run with
memory belongs on the slow manifold, and the distances and their error floors are taken. Of the
equation of a step what follows is explicit Euler's method, fed with its field.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import lgamma
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike

from bea.algebra.language.reals import real_points
from bea.arrays import Floats
from bea.errors import OrderError
from bea.fields import Loss, VectorField
from bea.fields.jacobians import hessian_traces, jacobian_paces
from bea.flows import Trajectory, flow, iterate
from bea.flows.deterministic.times import check_progress
from bea.measure.order.expected import expected_orders
from bea.measure.order.study import DriftStudy
from bea.measure.steps.defaults import default_starts
from bea.methods import Method, explicit_euler
from bea.modified import ModifiedEquation, checks
from bea.modified.memory.time_scale import beyond_range
from bea.patience import tell

Progress = Callable[[str, int, int], None]

_EPSILON = float(np.finfo(float).eps)
_OVER = 0.1  # of what a layer is at first, beside the first term that its correction leaves out


class Followed(Protocol):
    """What followed the iterates: a flow, or flows one after the other.

    Attributes
    ----------
    values : (gammas, starts, times, d)
    error : (gammas, starts, times) or None
    """

    @property
    def values(self) -> Floats: ...

    @property
    def error(self) -> Floats | None: ...

    def failures(self) -> list[str]:
        """One line for each run that stopped early."""
        ...


class Start(NamedTuple):
    """Where runs and flows begin.

    Attributes
    ----------
    kind : str
        "own", "corrected", "manifold" or "settled"; see `Certificate.start`.
    method : Method
        The method as it is run.
    correction : ModifiedEquation or None
        What corrects the flows' starts, if they are corrected.
    begins : (gammas, starts, d) or None
        Where the flows begin, if that is where the memory of the runs has settled.
    """

    kind: str
    method: Method
    correction: ModifiedEquation | None = None
    begins: Floats | None = None


def start_of(
    equation: ModifiedEquation,
    chosen: Sequence[int],
    fewest: int | None = None,
    before: Start | None = None,
) -> Start:
    """Return where runs and flows begin: runs on the manifold where their layer is not known.

    Either is right to the power of gamma by which the flows miss the iterates, which is higher than
    the order where terms vanish. A layer that is known but not over in a run of the `fewest` steps,
    such as that of `bdf` with six, is left out in the same way. One that was found `before`, with
    other step sizes, is taken again where it is on the manifold.
    """
    if not equation.character.has_memory:
        return Start("own", equation.method)
    powers = [power - 1 for power in expected_orders(equation, chosen) if power is not None]
    exact = equation.truncate(min(equation.order, max([*chosen, *powers])))
    over = fewest is None or _layer_after(exact, fewest) < _OVER
    if over and exact.has_start_correction:
        return Start("corrected", equation.method, exact)
    if before is not None and before.kind == "manifold":
        return before
    return Start("manifold", exact.started_on_manifold())


def compare(
    kind: str,
    equation: ModifiedEquation,
    chosen: Sequence[int],
    iterates: Trajectory,
    start: Start,
    progress: Progress | None,
    corrected: bool = True,
    right: ModifiedEquation | None = None,
) -> DriftStudy:
    """Integrate every modified flow to the times of the iterates, and take the distances.

    The expected orders are those of the `right` equation, if it is another.
    """
    expected = expected_orders(right or equation, chosen)
    if start.correction is not None and not corrected:
        expected = _at_most(expected, start.correction.first_correction(iterates.starts))
    runs = follow(equation, chosen, iterates, start, progress, corrected)
    return drift_study(equation, chosen, expected, iterates, runs, kind)


def follow(
    equation: ModifiedEquation,
    chosen: Sequence[int],
    iterates: Trajectory,
    start: Start,
    progress: Progress | None,
    corrected: bool = True,
) -> list[Followed]:
    """Integrate the modified flow of each order to the times of the iterates."""
    starts = iterates.starts if start.begins is None else start.begins
    if start.correction is not None and corrected:
        starts = start.correction.corrected_starts(iterates.starts, iterates.gammas)
    return [_flow_of(equation, order, iterates, starts, progress) for order in chosen]


def drift_study(
    equation: ModifiedEquation,
    chosen: Sequence[int],
    expected: Sequence[int | None],
    iterates: Trajectory,
    runs: Sequence[Followed],
    kind: str = "drift",
    method: Method | None = None,
) -> DriftStudy:
    """Take the distances between iterates and what followed them, for each order.

    Of a schedule in pieces the equation is that of the first one, and the method is given.
    """
    problem = equation.problem
    assert problem is not None
    one_more = int(kind == "defect")
    kind = "steps" if kind == "drift" and equation.kind == "step" else kind
    return DriftStudy(
        kind=kind,
        method=str(method or equation.method),
        problem=problem.name,
        formula=problem.about.formula,
        orders=np.array(chosen),
        expected=tuple(None if p is None else p + one_more for p in expected),
        gammas=iterates.gammas,
        starts=iterates.starts,
        times=iterates.times,
        distances=np.array([_distance(iterates.values, run.values) for run in runs]),
        floors=np.array([_floor(iterates, run) for run in runs]),
        failures=_failures(iterates, runs, chosen),
        warnings=_warnings(equation, iterates),
        lambda_max=_lambda_max(problem, iterates),
        **_trace(problem, iterates),
    )


def starting_points(
    problem: VectorField, starts: ArrayLike | None, method: Method | None = None
) -> Floats:
    """Return the starts as an array (starts, d), by default those around the problem's own.

    Where a method has variables beside theta, they may be left out.
    """
    placed = getattr(method, "placed", None)
    if placed is None:
        if starts is None:
            return default_starts(problem)
        return real_points(starts, problem.dimension, "the starts")
    if starts is None:
        return np.asarray(placed(default_starts(problem)))
    width = np.shape(np.atleast_1d(starts))[-1]
    own = getattr(method, "size", problem.dimension)
    size = own if width == own else problem.dimension
    return np.asarray(placed(real_points(starts, size, "the starts")))


def checked_orders(orders: Iterable[int]) -> list[int]:
    """Return the orders K sorted, each once; raises `OrderError` for what is none."""
    chosen = checks.checked_orders(orders)
    if not chosen:
        raise OrderError("there is no order to measure: give at least one")
    return chosen


def labelled(progress: Progress | None, what: str) -> Callable[[int, int], None]:
    """Return a progress callback for one piece of work."""
    check_progress(progress)
    report = progress or tell
    return lambda done, total: report(what, done, total)


# --- private helpers ----------------------------------------------------------------------------


def _layer_after(equation: ModifiedEquation, steps: int) -> float:
    """Return n^N/N! rho^n: what is left after n steps of the transients beyond gamma^N."""
    rho = equation.character.slowest_rate
    if not rho:
        return 0.0
    power = equation.order
    return float(np.exp(power * np.log(steps) - lgamma(power + 1) + steps * np.log(rho)))


def _flow_of(
    equation: ModifiedEquation,
    order: int,
    iterates: Trajectory,
    starts: Floats,
    progress: Progress | None,
) -> Followed:
    if equation.kind == "step":
        return _plain_steps(equation.truncate(order), iterates, starts)
    return flow(
        equation.truncate(order),
        starts,
        iterates.gammas,
        iterates.times,
        progress=labelled(progress, f"flows of order {order}"),
    )


class _PlainSteps(NamedTuple):
    """Runs of explicit Euler's method, one for each step size."""

    runs: list[Trajectory]
    values: Floats

    @property
    def error(self) -> Floats:
        """What rounding may have brought them."""
        size = _distance(self.values, np.zeros_like(self.values))
        steps = [run.times.shape[1] for run in self.runs]
        return np.asarray(_EPSILON * size * np.sqrt(steps)[:, None, None])

    def failures(self) -> list[str]:
        """One line for each run that stopped early."""
        return [line for run in self.runs for line in run.failures()]


def _plain_steps(equation: ModifiedEquation, iterates: Trajectory, starts: Floats) -> _PlainSteps:
    """Run explicit Euler's method on the equation to the times of the iterates."""
    each = np.broadcast_to(starts, (len(iterates.gammas), *starts.shape[-2:]))
    runs, values = [], []
    for start, gamma, times in zip(each, iterates.gammas, iterates.times, strict=True):
        counts = np.rint(times / gamma).astype(int)
        run = iterate(explicit_euler(), equation, start, [gamma], steps=int(counts[-1]))
        runs.append(run)
        values.append(run.values[0][:, counts - 1])
    return _PlainSteps(runs, np.array(values))


def _at_most(expected: list[int | None], first: int | None) -> list[int | None]:
    """Return the orders of flows whose starts lack a correction: no higher than its first power."""
    if first is None:
        return expected
    return [first if order is None else min(order, first) for order in expected]


def _distance(a: Floats, b: Floats) -> Floats:
    """Return |a - b| along the last axis, without overflow in between."""
    difference = np.abs(a - b)
    size = difference.max(axis=-1, keepdims=True)
    scaled = np.divide(difference, size, out=np.zeros_like(difference), where=size > 0)
    return np.asarray(size[..., 0] * np.linalg.norm(scaled, axis=-1))


def _floor(iterates: Trajectory, reference: Followed) -> Floats:
    """Return the reference's error plus the iterates' rounding, eps |theta| sqrt(n)."""
    steps = np.rint(iterates.times / iterates.gammas[:, None])[:, None, :]
    size = _distance(iterates.values, np.zeros_like(iterates.values))
    assert reference.error is not None
    return np.asarray(reference.error + _EPSILON * size * np.sqrt(steps))


def _failures(
    iterates: Trajectory, runs: Sequence[Followed], orders: Sequence[int]
) -> tuple[str, ...]:
    lines = [f"iterates: {line}" for line in iterates.failures()]
    for order, run in zip(orders, runs, strict=True):
        lines += [f"flow of order {order}: {line}" for line in run.failures()]
    return tuple(lines)


def _warnings(equation: ModifiedEquation, iterates: Trajectory) -> tuple[str, ...]:
    """Say where gamma is beyond the useful range: the series has no useful order there."""
    starts, largest = iterates.starts, float(iterates.gammas.max())
    known = equation.character.derived  # of an equation that is wrong, the right one
    right = equation if known is None else known
    warning = beyond_range(equation.character, starts, largest, lambda: right.at_least(1))
    return (warning,) if warning else ()


def _lambda_max(problem: VectorField, iterates: Trajectory) -> Floats:
    """Return |f'| at the starts or at the ends of the finest runs, whichever is larger."""
    at_start = jacobian_paces(problem, iterates.starts)
    at_end = jacobian_paces(problem, iterates.values[np.argmin(iterates.gammas), :, -1])
    return np.fmax(at_start, at_end)


def _trace(problem: VectorField, iterates: Trajectory) -> dict[str, Floats]:
    """Return tr H of a loss and its standard error, there and then where it is larger."""
    if not isinstance(problem, Loss):
        return {}
    at_start = hessian_traces(problem, iterates.starts)
    at_end = hessian_traces(problem, iterates.values[np.argmin(iterates.gammas), :, -1])
    earlier = ~(at_end.value > at_start.value)  # also where the run stopped, and the end is nan
    pairs = zip(("hessian_trace", "hessian_trace_error"), at_start, at_end, strict=True)
    return {name: np.where(earlier, start, end) for name, start, end in pairs}
