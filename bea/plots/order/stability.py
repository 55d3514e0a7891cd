"""The region of stability of a method, and the order star of its stability function.

The region is where a step on y' = lambda y, z = gamma lambda, does not grow: |R(z)| <= 1, or all
roots of rho - z sigma in the unit disc. The order star is where R grows more than the solution,
|R(z)| > |e^z|: p + 1 fingers meet in 0, and no finger of it crosses the imaginary axis of an
A-stable method. Source: Hairer and Wanner, Solving Ordinary Differential Equations II, sections
IV.4 (order stars) and V.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from bea.arrays import Floats
from bea.errors import BeaError
from bea.methods import Method
from bea.methods.analysis import MultistepAnalysis, RungeKuttaAnalysis, SeriesAnalysis, analyze
from bea.methods.analysis.numbers import OpenSignError, float_of
from bea.methods.library.tableau import Tableau
from bea.plots.house.style import order_style, shortened

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_POINTS = 301  # a side of the grid; odd, so that 0 is on it
_SIZE = 4.4  # inches of a panel
_WIDE = 1.7  # the window over the largest zero or pole


@dataclass(frozen=True, eq=False)
class StabilityData:
    """Everything that the figure shows, on one square grid.

    Attributes
    ----------
    title
        The method.
    subtitle
        Its order and what holds of it.
    x, y
        Real and imaginary parts of the grid's lines.
    growth
        |R(z)|, or the largest modulus of a root, by (y, x).
    star
        |R(z) e^(-z)|, or None for a multistep method.
    zeros, poles
        Those of R.
    """

    title: str
    subtitle: str
    x: Floats
    y: Floats
    growth: Floats
    star: Floats | None
    zeros: Any
    poles: Any


def stability_figure(
    method: RungeKuttaAnalysis | MultistepAnalysis | SeriesAnalysis | Method | Tableau | str,
    *,
    half_width: float | None = None,
    axes: Axes | None = None,
) -> Figure:
    """Draw the region of stability, and beside it the order star of a Runge-Kutta method.

    Parameters
    ----------
    method
        A method, its text, its tableau, or its analysis by `bea.analyze`.
    half_width
        How far the axes reach from 0; by default far enough for all zeros and poles.
    axes
        Where to draw the region alone; by default in a new figure.

    Raises
    ------
    BeaError
        If the method has symbols without values, is no Runge-Kutta or multistep method, or
        `half_width` is not positive.

    Examples
    --------
    >>> figure = stability_figure("rk4")
    >>> [axes.get_xlabel() for axes in figure.axes]
    ['Re z', 'Re z']
    """
    return draw_stability(stability_data(method, half_width), axes)


def stability_data(method: Any, half_width: float | None = None) -> StabilityData:
    """Compute what the figure shows; see `stability_figure`."""
    known = isinstance(method, RungeKuttaAnalysis | MultistepAnalysis | SeriesAnalysis)
    analysis = method if known else analyze(method)
    if isinstance(analysis, SeriesAnalysis):
        raise BeaError(
            f"'{analysis.name}' has no region of stability of its own, which depends on how the "
            "field is split: name a Runge-Kutta or multistep method"
        )
    if half_width is not None and not half_width > 0:
        raise BeaError(f"the half width is {half_width:g}: give a positive number")
    try:
        zeros, poles = _marks(analysis)
        half = half_width or _half_width(analysis, zeros, poles)
        x = np.linspace(-half, half, _POINTS)
        z = x[None, :] + 1j * x[:, None]
        with np.errstate(all="ignore"):
            above = analysis.growth(z[_POINTS // 2 :])  # below, it is the same at the conjugate
            growth = np.concatenate([above[:0:-1], above])
            star = growth * np.exp(-z.real) if isinstance(analysis, RungeKuttaAnalysis) else None
    except OpenSignError as error:
        raise BeaError(f"{error}; a figure needs values") from None
    return StabilityData(
        shortened(analysis.name), _said(analysis), x, x, growth, star, zeros, poles
    )


def draw_stability(data: StabilityData, axes: Axes | None = None) -> Figure:
    """Draw the figure from its data, in `axes` or in a new figure."""
    from bea.plots.house.canvas import figure_of, house_rules, new_axes, titled

    with house_rules():
        panels = 1 if data.star is None or axes is not None else 2
        size = (_SIZE * panels + 0.4, _SIZE + 1.0)
        drawn = [axes] if axes is not None else new_axes(size, 1, panels)
        titled(drawn[0], f"Stability of {data.title}", data.subtitle, "shaded: no growth")
        _shade(drawn[0], data, -_log(data.growth), order_style(0).colour)
        if panels == 2:
            assert data.star is not None
            titled(drawn[1], "Order star", "○ zeros and × poles of R", "shaded: |R(z)| > |e^z|")
            _shade(drawn[1], data, _log(data.star), order_style(1).colour)
            drawn[1].plot(data.zeros.real, data.zeros.imag, "o", color="black", fillstyle="none")
            drawn[1].plot(data.poles.real, data.poles.imag, "x", color="black")
        return figure_of(drawn[0])


# --- private helpers ----------------------------------------------------------------------------


def _log(values: Floats) -> Floats:
    found: Floats = np.log(np.clip(np.nan_to_num(values, nan=1.0), 1e-300, 1e300))
    return found


def _shade(axes: Axes, data: StabilityData, level: Floats, colour: str) -> None:
    """Shade where a level is positive, with its border and the axes."""
    axes.contourf(data.x, data.y, level, levels=[0.0, 1e9], colors=[colour], alpha=0.25)
    axes.contour(data.x, data.y, level, levels=[0.0], colors=[colour], linewidths=1.6)
    for line in (axes.axhline, axes.axvline):
        line(0.0, color="black", lw=0.6)
    axes.set_aspect("equal")
    axes.set_xlabel("Re z")
    axes.set_ylabel("Im z")


def _marks(analysis: Any) -> tuple[Any, Any]:
    """Return the zeros and poles of R; none for a multistep method."""
    if isinstance(analysis, MultistepAnalysis):
        return np.zeros(0, complex), np.zeros(0, complex)
    R = analysis.stability_function
    found = (
        np.roots([float_of(c) for c in reversed(p.coefficients)])
        for p in (R.numerator, R.denominator)
    )
    zeros, poles = (np.asarray(roots, dtype=complex) for roots in found)
    return zeros, poles


def _half_width(analysis: Any, zeros: Any, poles: Any) -> float:
    """Return how far to draw: past all zeros and poles, or all of the root locus curve."""
    if isinstance(analysis, MultistepAnalysis):
        point = np.exp(1j * np.linspace(0.0, np.pi, 721))
        curve = np.abs(_value(analysis.rho, point) / _value(analysis.sigma, point))
        largest = float(np.max(curve[np.isfinite(curve) & (curve < 100)]))
        return 1.15 * largest
    return _WIDE * float(np.max(np.abs([*zeros, *poles])))


def _value(polynomial: Any, point: Any) -> Any:
    return sum(float_of(c) * point**n for n, c in enumerate(polynomial.coefficients))


def _said(analysis: Any) -> str:
    """Return the order and what a picture of stability shows."""
    said = [f"order {analysis.order}"]
    if getattr(analysis, "is_l_stable", False):
        said.append("L-stable")
    elif analysis.is_a_stable:
        said.append("A-stable")
    elif isinstance(analysis, MultistepAnalysis) and analysis.alpha:
        said.append(f"A({analysis.alpha:.4g}°)-stable")
    return ", ".join(said)
