"""The observed order: the power of the step size with which an error falls, where it has one.

An error expands as C gamma^p (1 + c gamma + ...), so that its logarithm is
a + p log gamma + c gamma: a straight line on logarithmic axes that bends at large gamma. At small
gamma rounding and the reference's own error flatten it. The order p is fitted together with the
bend c, over the smallest step sizes whose error stands `CLEAR` times above the floor, as many as
the model fits.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from bea.arrays import Floats

# A floor 30 times below adds at most 3 % to an error, ...
CLEAR = 30.0
# ... and the window grows while the model leaves no more than that unexplained at any point.
_SCATTER = 1 / CLEAR
# The local slope p + c gamma may differ from p by this much at the largest step size; beyond, the
# next corrections count as well.
_BEND = 1.0
# Three numbers are fitted: with fewer points there is nothing to judge the fit from.
FEWEST = 4


class OrderFit(NamedTuple):
    """An observed order.

    Attributes
    ----------
    order : float
        The power p; nan where `reason` says why there is none.
    interval : tuple of float
        p plus and minus the larger of its 95 % confidence half-width and of what p changes by when
        the largest quarter of the step sizes is left out.
    window : tuple of int
        The indices, into the step sizes as they were given, of the points that were fitted.
    reason : str
        Empty, or why no order was fitted.
    floored : bool
        Whether there are smaller step sizes, at which the error does not stand clear of the floor.
    """

    order: float
    interval: tuple[float, float]
    window: tuple[int, ...]
    reason: str = ""
    floored: bool = False


def observed_order(gammas: Floats, errors: Floats, floor: Floats) -> OrderFit:
    """Fit the order p in error ~ C gamma^p.

    Parameters
    ----------
    gammas, errors, floor : (gammas,)
        Step sizes, in any order, errors, and the size below which an error is noise.

    Examples
    --------
    >>> gammas = np.array([0.1, 0.05, 0.025, 0.0125, 0.00625])
    >>> fit = observed_order(gammas, 3 * gammas**2, np.full(5, 1e-15))
    >>> round(fit.order, 6), len(fit.window)
    (2.0, 5)
    """
    ranked = np.argsort(gammas)
    clear = _clear_run(errors[ranked], floor[ranked])
    usable = ranked[clear]
    if len(usable) < FEWEST:
        return _none(_too_few(len(usable), int(np.isfinite(errors).sum()), len(gammas)))
    x, y = gammas[usable], np.log(errors[usable])
    fitting = [n for n in range(FEWEST, len(usable) + 1) if _fit(x[:n], y[:n]).holds]
    if not fitting:
        if clear.start > 0:
            return _none(
                f"even the {FEWEST} smallest step sizes that stand clear of the error floor are "
                "not in the asymptotic range: take other starts or a lower order"
            )
        return _none(
            f"even the {FEWEST} smallest step sizes are not in the asymptotic range: "
            "take smaller ones"
        )
    size = fitting[-1]
    fit = _fit(x[:size], y[:size])
    fewer = max(FEWEST, size - size // 4)
    change = abs(fit.power - _fit(x[:fewer], y[:fewer]).power)
    half_width = max(fit.half_width, change)
    window = tuple(int(i) for i in usable[:size])
    interval = (fit.power - half_width, fit.power + half_width)
    return OrderFit(fit.power, interval, window, floored=clear.start > 0)


# --- private helpers ----------------------------------------------------------------------------


def _none(reason: str) -> OrderFit:
    return OrderFit(float("nan"), (float("nan"), float("nan")), (), reason)


def _too_few(clear: int, finished: int, given: int) -> str:
    """Say why there are too few points: not enough were given, runs failed, or all is noise."""
    if finished < FEWEST <= given:
        return (
            f"at {finished} of {given} step sizes the runs finished, {FEWEST} are needed: shorten "
            "the time or take smaller step sizes"
        )
    remedy = (
        "take larger step sizes, or a shorter time where the runs have come to rest"
        if given >= FEWEST
        else "give more step sizes"
    )
    return (
        f"{clear} of {given} step sizes stand clear of the error floor, {FEWEST} are needed: "
        f"{remedy}"
    )


def _clear_run(errors: Floats, floor: Floats) -> slice:
    """Return the run of step sizes that stand clear, down to the first one that does not."""
    with np.errstate(invalid="ignore"):
        clear = np.isfinite(errors) & (errors > CLEAR * floor)
    # The largest step sizes may have failed: they end the run. The floor begins it.
    top = len(clear)
    while top and not clear[top - 1]:
        top -= 1
    bottom = top
    while bottom and clear[bottom - 1]:
        bottom -= 1
    return slice(bottom, top)


class _Model(NamedTuple):
    """A least-squares fit: p, its 95 % half-width, c gamma at the end, and the largest residual."""

    power: float
    half_width: float
    bend: float
    scatter: float

    @property
    def holds(self) -> bool:
        """Whether the data are what the model describes."""
        return abs(self.bend) <= _BEND and self.scatter <= _SCATTER


def _fit(gammas: Floats, logarithms: Floats) -> _Model:
    """Fit log error = a + p log gamma + c gamma (Student's t with n - 3 degrees of freedom)."""
    from scipy.special import stdtrit  # loaded here, since not every command fits an order

    scaled = gammas / gammas.max()
    design = np.column_stack([np.ones_like(scaled), np.log(scaled), scaled])
    inverse = np.linalg.pinv(design)
    solution = inverse @ logarithms
    residual = logarithms - design @ solution
    freedom = len(gammas) - 3
    variance = float(residual @ residual) / freedom * float(inverse[1] @ inverse[1])
    width = float(stdtrit(freedom, 0.975)) * variance**0.5
    scatter = float(np.abs(residual).max())
    return _Model(float(solution[1]), width, float(solution[2]), scatter)
