"""Verifying a schedule that jumps: a certificate across its breaks, from piece to piece."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from numpy.typing import ArrayLike

from bea.fields import VectorField
from bea.measure.order.certificate import Certificate
from bea.measure.order.coefficients import coefficients_of
from bea.measure.order.comparison import Progress
from bea.measure.order.controls import doubled, lowered_orders
from bea.measure.order.pieces import schedule_of
from bea.measure.order.piecewise import (
    PiecewiseRun,
    followed_by_pieces,
    run_by_pieces,
    study_by_pieces,
)
from bea.measure.order.study import DriftStudy
from bea.measure.steps.suiting import end_across_breaks
from bea.methods import Scheduled
from bea.modified import ModifiedEquation


def verify_by_pieces(
    method: Scheduled,
    problem: VectorField,
    order: int,
    gammas: ArrayLike | None = None,
    starts: ArrayLike | None = None,
    time: Any = None,
    *,
    gamma_count: int = 12,
    progress: Progress | None = None,
) -> Certificate:
    """Put the equations of all pieces to the test at once, at the end of the run.

    Each control is wrong on every piece: the last term is taken away or doubled, and with memory
    neither the start nor the restarts at the breaks are corrected. Parameters and errors are those
    of `bea.measure.order.schedule_drift`, but for the time, by default `end_across_breaks`.
    """
    chosen = range(order + 1)
    schedule_of(method)
    time = end_across_breaks(method, problem) if time is None else time
    run = run_by_pieces(
        method, problem, chosen, gammas, starts, time, gamma_count=gamma_count, progress=progress
    )

    def measured(wrong: Sequence[ModifiedEquation], power: int) -> DriftStudy:
        return study_by_pieces(run, [power], wrong)

    study, chains = followed_by_pieces(run, chosen)
    nonzero = [k for k in chosen if not all(e.vanishes(k) for e in run.pieces.equations)]
    return Certificate(
        study=study,
        coefficients=coefficients_of(study, nonzero, run.iterates, chains),
        doubled=doubled(run.pieces.equations, chosen, measured),
        uncorrected=_uncorrected(run, chosen),
        start="corrected" if run.pieces.nodes else "own",
    )


# --- private helpers ----------------------------------------------------------------------------


def _uncorrected(run: PiecewiseRun, orders: Sequence[int]) -> DriftStudy | None:
    """Measure without any correction the orders that the lack of the first one must lower."""
    first = run.pieces.first_correction(run.iterates.starts)
    expected = dict(zip(orders, run.pieces.expected(orders), strict=True))
    lowered = lowered_orders(expected, first)
    if first is None or not lowered:
        return None
    study = study_by_pieces(run, lowered, corrected=False)
    return replace(study, expected=(first,) * len(lowered))
