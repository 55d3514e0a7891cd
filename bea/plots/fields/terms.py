"""The size of each term of a modified equation along a trajectory: an asymptotic series at work.

At a fixed step size the terms gamma^k f_k fall at first and grow from some k on. To truncate at the
smallest is the best that the series can do (Hairer, Lubich and Wanner, Geometric Numerical
Integration, section IX.7).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bea.algebra.language.makers import either_number
from bea.algebra.language.reals import real_number
from bea.arrays import Floats
from bea.errors import BeaError, StepSizeError
from bea.fields import VectorField
from bea.flows import flow
from bea.flows.deterministic.times import check_gammas
from bea.modified import ModifiedEquation
from bea.modified.checks import require_equation
from bea.plots.house.runs import range_note, range_warning, start_of, stopped_text
from bea.plots.house.style import order_style, order_text
from bea.plots.house.words import method_words, problem_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


_SAMPLES = 201
_MARKS = 10  # markers along a curve


@dataclass(frozen=True, eq=False)
class TermsData:
    """Everything that a terms figure shows.

    Attributes
    ----------
    title, subtitle : str
        The words.
    times : (times,)
        Times along the trajectory, up to where it stopped.
    powers : (terms,) int
        The powers k of gamma whose terms are not zero.
    vanishing : tuple of int
        The other powers.
    sizes : (terms, times)
        Euclidean norms of gamma^k f_k.
    best : (times,) int
        The power k >= 1 of the smallest term, with which the truncated equation best ends;
        -1 where that is the last that was derived, so that higher ones may be smaller still.
    """

    title: str
    subtitle: str
    times: Floats
    powers: NDArray[np.int64]
    vanishing: tuple[int, ...]
    sizes: Floats
    best: NDArray[np.int64]


@either_number
def terms_figure(
    equation: ModifiedEquation,
    gamma: float,
    start: ArrayLike | None = None,
    *,
    time: float | None = None,
    axes: Axes | None = None,
) -> Figure:
    """Draw the size of each term of a modified equation along the exact flow of the problem.

    Rings mark the smallest term, where it is not the last one: the series is at its best there,
    and higher terms make it worse.

    Parameters
    ----------
    equation
        A modified equation on a concrete problem; its order decides how many terms there are.
    gamma
        The step size.
    start : (d,), optional
        By default the problem's own.
    time
        How long, in the units of gamma; by default the problem's time.
    axes
        Where to draw; by default in a new figure.

    Raises
    ------
    BeaError
        If the equation has no concrete problem, there is no start, or the field is zero there.

    Examples
    --------
    >>> import bea
    >>> equation = bea.modified_equation(bea.methods.heun(), bea.problems.pendulum(), 4)
    >>> figure = terms_figure(equation, 0.5)
    >>> [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    ['k = 0', 'k = 2', 'k = 3', 'k = 4', 'k = 1: zero']
    """
    return draw_terms(terms_data(equation, gamma, start, time=time), axes)


@either_number
def terms_data(
    equation: ModifiedEquation,
    gamma: float,
    start: ArrayLike | None = None,
    *,
    time: float | None = None,
) -> TermsData:
    """Compute what a terms figure shows; see `terms_figure`."""
    require_equation(equation)
    problem = equation.problem
    if problem is None:
        raise BeaError(
            "the terms of an equation for every field have no size: give modified_equation a "
            "problem"
        )
    step_size = float(check_gammas(gamma)[0])
    times, points, stopped = _trajectory(problem, start_of(problem, start), step_size, time)
    nonzero = [k for k in range(equation.order + 1) if not equation.vanishes(k)]
    if not nonzero:
        raise BeaError(f"the field of '{problem.name}' is zero everywhere: there are no terms")
    sizes = np.array([_size(equation, k, points, step_size) for k in nonzero])
    if not (sizes > 0).any():
        raise BeaError("all terms are zero at this start, where the field is: choose another start")
    beyond = range_note(range_warning(equation.method, problem, step_size, points[0]))
    subtitle = f"γ = {step_size:.4g}, along the exact flow{beyond}"
    return TermsData(
        title=f"Terms of {method_words(str(equation.method))} on {problem_words(problem.name)}",
        subtitle=f"{subtitle} ({stopped})" if stopped else subtitle,
        times=times,
        powers=np.array(nonzero),
        vanishing=tuple(k for k in range(equation.order + 1) if k not in nonzero),
        sizes=sizes,
        best=_best(np.array(nonzero), sizes),
    )


def draw_terms(data: TermsData, axes: Axes | None = None) -> Figure:
    """Draw a terms figure from its data, in `axes` or in a new figure."""
    from bea.plots.house.canvas import figure_of, house_rules, legend_right, new_axes, titled

    with house_rules():
        axes = new_axes((7.6, 4.6))[0] if axes is None else axes
        axes.set_yscale("log")
        highest = int(max([*data.powers, *data.vanishing]))
        handles = []
        for power, size in zip(data.powers, data.sizes, strict=True):
            style = order_style(int(power), highest)
            shown = np.where(size > 0, size, np.nan)
            handles += axes.plot(
                data.times, shown, color=style.colour, ls=style.line, marker=style.marker, ms=4.5,
                mfc="white", markevery=max(1, len(data.times) // _MARKS),
                label=order_text([int(power)], "k"),
            )  # fmt: skip
        handles += _draw_best(axes, data)
        labels = [str(handle.get_label()) for handle in handles]
        if data.vanishing:
            handles += axes.plot([], [], ls="")
            labels.append(f"{order_text(data.vanishing, 'k')}: zero")
        legend_right(axes, handles, labels, "term")
        axes.set_xlim(data.times[0], data.times[-1])
        axes.set_xlabel("time t")
        axes.set_ylabel(r"size of the term, $\|\gamma^k f_k\|$")
        axes.grid(True)
        titled(axes, data.title, data.subtitle)
        return figure_of(axes)


# --- private helpers ----------------------------------------------------------------------------


def _trajectory(
    problem: VectorField, start: Floats, gamma: float, time: float | None
) -> tuple[Floats, Floats, str]:
    """Return times, points (times, d) of the exact flow as far as it goes, and why it stopped."""
    until = problem.about.time if time is None else real_number(time, "the time")
    if not (np.isfinite(until) and until > 0):
        raise StepSizeError(f"time {until:g} must be positive and finite")
    times = np.linspace(0.0, until, _SAMPLES)
    run = flow(problem, start[None], [gamma], times, rtol=1e-10, estimate_error=False)
    points = run.values[0, 0]
    reached = np.isfinite(points).all(axis=1)
    return times[reached], points[reached], stopped_text(run)


def _size(equation: ModifiedEquation, power: int, points: Floats, gamma: float) -> Floats:
    """Return |gamma^k f_k| at points. Differences of truncations would lose the small terms."""
    term = VectorField(equation.components[power])(points)
    return gamma**power * np.linalg.norm(term, axis=-1)


def _best(powers: NDArray[np.int64], sizes: Floats) -> NDArray[np.int64]:
    """Return the power of the smallest term beyond the first, -1 where it is the last."""
    if len(powers) < 3:
        return np.full(sizes.shape[1], -1)
    smallest = 1 + np.argmin(sizes[1:], axis=0)
    return np.where(smallest < len(powers) - 1, powers[smallest], -1)


def _draw_best(axes: Axes, data: TermsData) -> list[Any]:
    """Ring the smallest term at a few times."""
    few = np.arange(0, len(data.times), max(1, len(data.times) // (2 * _MARKS)))
    few = few[data.best[few] >= 0]
    if not few.size:
        return []
    rows = np.searchsorted(data.powers, data.best[few])
    return axes.plot(
        data.times[few], data.sizes[rows, few], ls="", marker="o", ms=9, mfc="none", mec="black",
        mew=1.0, label="smallest term", zorder=4,
    )  # fmt: skip
