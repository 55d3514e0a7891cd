"""A drift study on a page: observed beside expected orders, and what did not go well."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from rich.padding import Padding
from rich.text import Text

from bea.measure import DriftStudy
from bea.measure.order import OrderFit
from bea.measure.order.order_fit import CLEAR
from bea.reports.tables import table_of

#: An observed order agrees with the expected one up to this.
WITHIN = 0.1

_FEW = 3  # this many failures are shown; the data file has all
_STYLES = {"yes": "green", "NO": "bold red", "–": "yellow"}


def drift_parts(study: DriftStudy) -> list[Any]:
    """Return what `bea drift` prints, from top to bottom, as things that rich can print."""
    columns = (">order K", ">expected", ">observed", "95% interval", "agrees", "fitted on")
    rows = [
        (str(order), expected, observed, interval, agrees(fit, wanted), fitted_on(study, fit))
        for (order, expected, observed, interval, _), fit, wanted in zip(
            study.rows(), study.fits, study.expected, strict=True
        )
    ]
    remarks = [*remark_lines(study), *failure_lines(study)]
    return [heading(study), table_of(columns, rows), verdict(study), *remarks]


_WHAT = {
    "drift": "Drift",
    "defect": "Defect of one step",
    "steps": "Distance of plain steps on the field of one step",
}


def heading(study: DriftStudy) -> str:
    """Return one sentence: what was measured, and on how much."""
    what = _WHAT[study.kind]
    formula = f" ({study.formula})" if study.formula not in ("", study.problem) else ""
    when = "" if study.kind == "defect" else f" at time {study.times.max():.6g}"
    scale = study.gamma_lambda
    reach = "" if scale is None else f" (gamma |f'| from {scale.max():.2g} to {scale.min():.2g})"
    return (
        f"{what} of {study.method} on {study.problem}{formula}{when}: "
        f"{_counted(len(study.gammas), 'step size')} from {study.gammas.max():.3g} to "
        f"{study.gammas.min():.3g}{reach}, {_counted(len(study.starts), 'start')}"
    )


def fitted_on(study: DriftStudy, fit: OrderFit) -> str:
    """Return how many of the step sizes a line was fitted to."""
    return "–" if fit.reason else f"{len(fit.window)} of {len(study.gammas)} step sizes"


def agrees(fit: OrderFit, expected: int | None) -> Text:
    """Return "yes" or "NO", and a dash where no order could be observed."""
    word = "–" if fit.reason or expected is None else ""
    if not word:
        assert expected is not None
        word = "yes" if abs(fit.order - expected) <= WITHIN else "NO"
    return Text(word, style=_STYLES[word])


def disagreements(study: DriftStudy) -> list[int]:
    """Return the orders K whose observed order is further than `WITHIN` from the expected one."""
    pairs = zip(study.orders, study.fits, study.expected, strict=True)
    return [int(order) for order, fit, expected in pairs if str(agrees(fit, expected)) == "NO"]


def verdict(study: DriftStudy) -> Text:
    """Return one sentence on all observed orders together."""
    wrong = disagreements(study)
    unseen = [int(k) for k, fit in zip(study.orders, study.fits, strict=True) if fit.reason]
    if wrong:
        text = f"{_orders(wrong)}: the observed order is not within {WITHIN} of the expected one."
        return Text(text, style="bold red")
    if len(unseen) == len(study.orders):
        return Text("No order could be observed.", style="yellow")
    but = f"; none could be observed for {_orders(unseen)}" if unseen else ""
    text = f"Every observed order is within {WITHIN} of the expected one{but}."
    return Text(text, style="yellow" if unseen else "green")


def remark_lines(study: DriftStudy) -> list[str]:
    """Return why orders were not observed, and where step sizes were left out at the floor."""
    by_reason: dict[str, list[int]] = {}
    for order, fit, count in zip(study.orders, study.fits, floored(study), strict=True):
        reason = fit.reason
        if not reason and count:
            reason = (
                f"{_counted(count, 'step size')} left out, where the distance is not clear of the "
                "error floor (rounding and the reference's own error)"
            )
        if reason:
            by_reason.setdefault(reason, []).append(int(order))
    return [f"{_orders(orders)}: {reason}" for reason, orders in by_reason.items()]


def floored(study: DriftStudy) -> list[int]:
    """Return, per order, at how many step sizes the distance does not stand clear of the floor."""
    counts = []
    for index in range(len(study.orders)):
        distance, floor = study.curve(index)
        known = np.isfinite(distance)
        counts.append(int((distance[known] <= CLEAR * floor[known]).sum()))
    return counts


def failure_lines(study: DriftStudy, few: int = _FEW) -> list[Any]:
    """Return how many runs stopped early, and the first few of them."""
    if not study.failures:
        return []
    count = len(study.failures)
    shown = list(study.failures[:few]) + ([f"… and {count - few} more"] if count > few else [])
    inside = [Padding(line, (0, 0, 0, 2), expand=False) for line in shown]
    return [f"{_counted(count, 'run')} stopped early:", *inside]


# --- private helpers ----------------------------------------------------------------------------


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _orders(orders: Sequence[int]) -> str:
    return f"K = {', '.join(map(str, orders))}"
