"""A drift study: every distance between iterates and flows, and what they say about orders."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from types import NoneType
from typing import Annotated, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from bea.arrays import Floats
from bea.files.results import Result
from bea.files.schema import Array, Listed, Text
from bea.files.texts import in_columns
from bea.measure.order.order_fit import CLEAR, OrderFit, observed_order

# With so many of them the fit is as good as it gets; a single one shows no range to choose from.
_ENOUGH = 8

_ALL = "orders gammas starts times"
_SMALLEST = np.finfo(float).tiny  # step sizes are positive
_HIGHEST = 10_000  # orders of truncation, far beyond what can be derived


@dataclass(frozen=True, eq=False)
class DriftStudy(Result):
    """Distances between the iterates of a method and the flows of its modified equations.

    Attributes
    ----------
    kind : str
        "drift" (at the times n gamma), "defect" (after one step), or "steps": drift from the plain
        steps of another field, in place of flows.
    method, problem : str
        What was studied, as text; `formula` is the problem's.
    orders : (orders,) int
        The orders K of truncation.
    expected : tuple of int or None
        The expected order for each K; None where no term is left out.
    gammas : (gammas,)
        Step sizes.
    starts : (starts, d)
        Starting points.
    times : (gammas, times)
        The times n gamma of the samples.
    distances : (orders, gammas, starts, times)
        Euclidean distances; nan where a run stopped, and `failures` says which and why.
    floors : (orders, gammas, starts, times)
        What the distances may owe to the reference flow's error and to rounding.
    failures : tuple of str
        One line for each run that stopped early.
    warnings : tuple of str
        Step sizes beyond the useful range, and the like.
    lambda_max : (starts,) or None
        How fast the field changes, |f'| in 1/time, the larger of that at the start and that at the
        end of the run with the smallest step size: of a loss the largest eigenvalue of its Hessian.
    hessian_trace, hessian_trace_error : (starts,) or None
        tr H of a loss, the larger of that at the same two points, and its standard error: 0 but for
        functions and many variables, where it is Hutchinson's estimate.
    """

    form: ClassVar[str] = "bea drift study 2"
    file: ClassVar[str] = "run.npz"
    what: ClassVar[str] = "a study"

    kind: Annotated[str, Text(("drift", "defect", "steps"))]
    method: Annotated[str, Text()]
    problem: Annotated[str, Text()]
    formula: Annotated[str, Text()]
    orders: Annotated[NDArray[np.int64], Array("<i8", "orders", least=0, most=_HIGHEST)]
    expected: Annotated[tuple[int | None, ...], Listed((int, NoneType), "orders")]
    gammas: Annotated[Floats, Array("<f8", "gammas", least=_SMALLEST)]
    starts: Annotated[Floats, Array("<f8", "starts d")]
    times: Annotated[Floats, Array("<f8", "gammas times", least=0)]
    distances: Annotated[Floats, Array("<f8", _ALL, least=0, gaps=True)]
    floors: Annotated[Floats, Array("<f8", _ALL, least=0, gaps=True, infinite=True)]
    failures: Annotated[tuple[str, ...], Listed((str,))] = ()
    warnings: Annotated[tuple[str, ...], Listed((str,))] = ()
    lambda_max: Annotated[Floats | None, Array("<f8", "starts", least=0, gaps=True)] = None
    hessian_trace: Annotated[Floats | None, Array("<f8", "starts", gaps=True)] = None
    hessian_trace_error: Annotated[Floats | None, Array("<f8", "starts", least=0, gaps=True)] = None

    @property
    def gamma_lambda(self) -> Floats | None:
        """gamma |f'| for every step size, (gammas,), the largest over the starts.

        What is derived means something while it is below the method's limit: 1 for gradient
        descent (see `bea.modified.memory.time_scale.beyond_range`).
        """
        if self.lambda_max is None or np.isnan(self.lambda_max).all():
            return None
        return self.gammas * np.nanmax(self.lambda_max)

    def curve(self, index: int) -> tuple[Floats, Floats]:
        """Return (distances, floors), each (gammas,), of the order at that index.

        They are geometric means over the middle half of the starts, of the largest value over the
        sampled times. The middle half is chosen once for the whole curve (by the mean logarithm of
        the distance), so that the curve is as smooth as each start's own, and neither starts at
        which the error happens to cancel nor extreme ones bend it. Only starts that finished at
        every step size count, but step sizes at which fewer than half of the starts finished are
        left out (nan).
        """
        distance = self.distances[index].max(axis=-1)
        floor = self.floors[index].max(axis=-1)
        finished = np.isfinite(distance)
        usable = finished.mean(axis=1) >= 0.5
        common = finished[usable].all(axis=0) if usable.any() else finished.any(axis=0)
        if not (usable.any() and common.any()):
            nothing = np.full(len(self.gammas), np.nan)
            return nothing, nothing
        middle = _middle_half(_logarithm(distance[np.ix_(usable, common)]))
        means = []
        for values in (distance, floor):
            logarithms = _logarithm(values[np.ix_(usable, common)])[:, middle]
            mean = np.full(len(self.gammas), np.nan)
            mean[usable] = np.exp(logarithms.mean(axis=1))
            means.append(mean)
        return means[0], means[1]

    @cached_property
    def fits(self) -> tuple[OrderFit, ...]:
        """The observed order of each curve, with its interval and window."""
        return tuple(self._fit(i) for i in range(len(self.orders)))

    def _fit(self, index: int) -> OrderFit:
        if self.expected[index] is None:
            nan = float("nan")
            return OrderFit(
                nan,
                (nan, nan),
                (),
                "every further term that was derived vanishes: there is no order",
            )
        distance, floor = self.curve(index)
        return observed_order(self.gammas, distance, floor)

    def observed_orders(self) -> Floats:
        """Return the observed orders, (orders,); nan where `fits[i].reason` says why not."""
        return np.array([fit.order for fit in self.fits])

    def agrees(self, within: float = 0.1) -> bool | None:
        """Tell whether all orders that could be observed lie that close to the expected ones.

        None where none could be observed: `fits[i].reason` and the table say why.
        """
        near = [
            abs(fit.order - expected) <= within
            for fit, expected in zip(self.fits, self.expected, strict=True)
            if expected is not None and not fit.reason
        ]
        return all(near) if near else None

    @property
    def best_orders(self) -> NDArray[np.int64]:
        """Per step size, the order K whose flow is nearest to the iterates, (gammas,).

        The series is asymptotic: at each gamma there is a best order, past which more terms make
        it worse. -1 where no order gave a distance.
        """
        curves = np.array([self.curve(i)[0] for i in range(len(self.orders))])
        known = np.isfinite(curves).any(axis=0)
        best = np.nanargmin(np.where(known, curves, 0.0), axis=0)
        return np.where(known, self.orders[best], -1)

    def rows(self) -> Iterator[tuple[int, str, str, str, str]]:
        """Yield (K, expected, observed, interval, remark) as texts, for tables."""
        for order, expected, fit in zip(self.orders, self.expected, self.fits, strict=True):
            low, high = fit.interval
            observed, interval = ("–", "–") if fit.reason else (
                f"{fit.order:.3f}", f"[{low:.3f}, {high:.3f}]"
            )  # fmt: skip
            remark = fit.reason or f"{len(fit.window)} of {len(self.gammas)} step sizes"
            yield int(order), "–" if expected is None else str(expected), observed, interval, remark

    def table(self) -> str:
        """Return the table of observed beside expected orders, as plain text."""
        head = ("K", "expected", "observed", "95% interval", "fitted on")
        lines = [head, *((str(k), *rest) for k, *rest in self.rows())]
        scale = self.gamma_lambda
        reach = "" if scale is None else f", gamma |f'| up to {scale.max():.2g}"
        return f"{self.kind} of {self.method} on {self.problem}{reach}\n{in_columns(lines)}"

    def plot(self, *, band: str = "quartiles", axes: Any = None) -> Any:
        """Draw the distance against the step size, one curve per order, as a matplotlib figure.

        Parameters
        ----------
        band
            "quartiles" or "range" over the starts, or "none".
        axes
            Where to draw; by default in a new figure.
        """
        return self._drawn(band=band, axes=axes)

    def as_json(self) -> dict[str, Any]:
        """Return the machine-readable object that `bea drift --format json` prints."""
        return {
            "kind": self.kind,
            "method": self.method,
            "problem": self.problem,
            "gammas": self.gammas.tolist(),
            **self.scale_as_json(),
            "orders": [
                {
                    "order": int(order),
                    "expected": expected,
                    "observed": None if fit.reason else fit.order,
                    "interval": None if fit.reason else list(fit.interval),
                    "remark": fit.reason,
                }
                for order, expected, fit in zip(self.orders, self.expected, self.fits, strict=True)
            ],
            "failures": list(self.failures),
            "warnings": list(self.warnings),
        }

    def scale_as_json(self) -> dict[str, Any]:
        """Return |f'| and tr H for every start, gamma |f'| for every step size; null if unknown."""
        scale = self.gamma_lambda
        return {
            "lambda_max": _numbers(self.lambda_max),
            "gamma_lambda": None if scale is None else scale.tolist(),
            "hessian_trace": _numbers(self.hessian_trace),
            "hessian_trace_error": _numbers(self.hessian_trace_error),
        }

    def __repr__(self) -> str:
        return self.table()


def gammas_that_stand_clear(study: DriftStudy) -> Floats | None:
    """Return the step sizes of a study and as many more where its curves stand clear of the floor.

    A method of high order reaches the floor within a factor of two or three of its largest step
    size; the flows of lower orders need the step sizes that were there.
    None where every curve has enough of them, or none shows where.

    >>> gammas = 1 / np.array([10.0, 20.0, 40.0, 80.0])
    >>> distances, ones = gammas[None, :, None, None] ** 6, np.ones((1, 4, 1, 1))
    >>> study = DriftStudy(
    ...     "drift", "m", "p", "", np.array([5]), (6,), gammas, np.zeros((1, 1)),
    ...     np.ones((4, 1)), distances, 1e-10 * ones)
    >>> np.rint(1 / gammas_that_stand_clear(study))
    array([10., 13., 17., 20., 23., 30., 40., 80.])
    """
    counts = [_clear(study, i) for i, power in enumerate(study.expected) if power is not None]
    wanting = [count for count in counts if 2 <= count < min(_ENOUGH, len(study.gammas))]
    if not wanting:
        return None
    gammas = np.sort(study.gammas)[::-1]
    time = float(study.times.max())
    steps = np.rint(time / gammas)
    within = np.rint(np.geomspace(steps[0], steps[min(wanting)], len(steps) + 2))
    return time / np.unique(np.concatenate([steps, within]))


# --- private helpers ----------------------------------------------------------------------------


def _numbers(values: Floats | None) -> list[float | None] | None:
    return None if values is None else [None if np.isnan(x) else float(x) for x in values]


def _logarithm(values: Floats) -> Floats:
    with np.errstate(divide="ignore"):
        return np.log(values)


def _middle_half(logarithms: Floats) -> NDArray[np.int64]:
    """Return the starts of which a quarter is nearer and a quarter farther, over all step sizes."""
    smallest = np.finfo(float).tiny
    ranked = np.argsort(np.maximum(logarithms, np.log(smallest)).mean(axis=0), kind="stable")
    quarter = len(ranked) // 4
    return ranked[quarter : len(ranked) - quarter]


def _clear(study: DriftStudy, index: int) -> int:
    """Return how many of the largest step sizes stand clear, up to the first that does not."""
    distance, floor = study.curve(index)
    ranked = np.argsort(study.gammas)[::-1]
    with np.errstate(invalid="ignore"):
        clear = (distance > CLEAR * floor)[ranked]
    return len(clear) if clear.all() else int(np.argmin(clear))
