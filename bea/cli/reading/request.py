"""A measurement as it was asked for on the command line: what, on what, and at which numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bea.cli.reading import options
from bea.cli.reading.inputs import number, numbers, points, whole
from bea.cli.reading.subject import Chosen
from bea.errors import BeaError

if TYPE_CHECKING:
    from bea.measure import Certificate, DriftStudy

# What a command computes in some minutes: flows, and steps of the method, over all runs.
_MOST_FLOWS = 300_000
_MOST_STEPS = 500_000_000


@dataclass(frozen=True)
class Numbers:
    """The options that say at which step sizes, from where and how long to measure."""

    gammas: options.Gammas = None
    gamma_count: options.GammaCount = "12"
    starts: options.Starts = None
    start_count: options.StartCount = "9"
    time: options.Time = None


@dataclass(frozen=True)
class DriftNumbers(Numbers):
    """The same, and how often."""

    samples: options.Samples = "1"
    one_step: options.OneStep = False


@dataclass(frozen=True)
class Request:
    """Everything that a measurement needs but the orders.

    Make one with `Request.read`. None stands for what suits the problem; `gamma_count` and
    `start_count` say how many of those. `exact_time` is the time as it was typed.
    """

    chosen: Chosen
    gammas: list[float] | None
    gamma_count: int
    starts: list[list[float]] | None
    start_count: int
    time: float | None
    exact_time: str | None
    samples: int
    one_step: bool

    @classmethod
    def read(cls, chosen: Chosen, given: Numbers) -> Request:
        """Read the texts of the command line.

        Raises
        ------
        BeaError
            If one cannot be read, something is missing, or they do not go together.
        """
        chosen = chosen.followed()
        chosen.on_problem()
        samples, one_step = "1", False
        if isinstance(given, DriftNumbers):
            samples, one_step = given.samples, given.one_step
        if one_step and (given.time is not None or samples != "1"):
            raise BeaError("--one-step compares after one step: leave --time and --samples out")
        starts = None if given.starts is None else points(given.starts, "--starts")
        return cls(
            chosen,
            gammas=None if given.gammas is None else numbers(given.gammas, "--gammas"),
            gamma_count=whole(given.gamma_count, "--gamma-count"),
            starts=None if starts is None else chosen.points(starts, "--starts"),
            start_count=whole(given.start_count, "--start-count"),
            time=None if given.time is None else number(given.time, "--time"),
            exact_time=given.time,
            samples=whole(samples, "--samples"),
            one_step=one_step,
        )

    def measure(self, orders: Sequence[int], progress: Any) -> DriftStudy:
        """Measure the drift, or the defect of one step."""
        from bea.measure import discretization_drift, one_step_defect

        method, problem = self.chosen.on_problem()
        self._check_flows(len(orders))
        starts = self._starts()
        if self.chosen.in_pieces:
            return self._by_pieces(orders, starts, progress)
        time = self._time()
        gammas = self.gammas or self._gammas(starts, time)
        if self.one_step:
            return one_step_defect(method, problem, orders, gammas, starts, progress=progress)
        return discretization_drift(
            method, problem, orders, gammas, starts,
            time=time, samples=self.samples, progress=progress,
        )  # fmt: skip

    def certify(self, order: int, progress: Any, step: bool = False) -> Certificate:
        """Put the modified equation to the test, or that of a single step."""
        from bea.measure import verify
        from bea.measure.steps.suiting import suiting_starts
        from bea.modified import modified_equation
        from bea.modified.memory.character import Character

        self._check_flows(2 * order + 2)  # with the controls
        method, problem = self.chosen.on_problem()
        starts: Any = self.starts
        if starts is None and hasattr(method, "placed"):
            starts = self._starts()
        elif starts is None:
            starts = suiting_starts(Character(method, problem), self.start_count)
        time: Any = self.exact_time if self.chosen.in_pieces else self.time
        if self.gammas is None and self.time is not None and not self.chosen.in_pieces:
            self._gammas(starts, self.time)  # refuses too many steps
        equation = None
        if step:
            if self.chosen.in_pieces:
                raise BeaError("--step is of one equation, and the schedule's pieces have each one "
                               "of their own: leave --step or --schedule out")  # fmt: skip
            equation = modified_equation(method, problem, order).step_equation()
        return verify(
            method, problem, order, self.gammas, starts, time, equation=equation,
            gamma_count=self.gamma_count, progress=progress,
        )  # fmt: skip

    # --- private helpers ----------------------------------------------------------------------

    def _by_pieces(self, orders: Sequence[int], starts: Any, progress: Any) -> DriftStudy:
        from bea.measure.order.piecewise import run_by_pieces, study_by_pieces

        if self.one_step or self.samples > 1:
            raise BeaError(
                "a schedule with jumps or kinks is measured at the end of the run: leave "
                "--one-step and --samples out"
            )
        method: Any
        method, problem = self.chosen.on_problem()
        run = run_by_pieces(
            method, problem, orders, self.gammas, starts, self.exact_time,
            gamma_count=self.gamma_count, progress=progress,
        )  # fmt: skip
        return study_by_pieces(run, orders)

    def _check_flows(self, orders: int) -> None:
        """Refuse, before anything is computed, more flows than a command can follow."""
        gammas = self.gamma_count if self.gammas is None else len(self.gammas)
        starts = self.start_count if self.starts is None else len(self.starts)
        if gammas * starts * orders > _MOST_FLOWS:
            raise BeaError(
                f"{gammas:,} step sizes, {starts:,} starts and {orders} orders are "
                f"{gammas * starts * orders:,} flows, more than the limit of {_MOST_FLOWS:,}: "
                "give fewer of them"
            )

    def _starts(self) -> Any:
        return self.starts or self.chosen.default_points(self.start_count)

    def _time(self) -> float:
        """Return the time that was given, or the problem's own, no longer than the schedule's."""
        if self.time is not None:
            return self.time
        from bea.measure.order import default_time

        return self.chosen.no_longer(default_time(*self.chosen.on_problem()))

    def _gammas(self, starts: Any, time: float) -> Any:
        import numpy as np

        from bea.flows.deterministic.times import check_samples
        from bea.measure.order import gammas_for

        check_samples(self.gamma_count, self.samples)
        points = np.asarray(starts, dtype=float)
        found = gammas_for(
            *self.chosen.on_problem(), points, time, count=self.gamma_count, samples=self.samples
        )
        _check_steps(found, len(points), time)
        return found


# --- private helpers ----------------------------------------------------------------------------


def _check_steps(gammas: Any, starts: int, time: float) -> None:
    """Refuse more steps of the method than a command can take."""
    steps = sum(time / gamma for gamma in gammas) * starts
    if steps > _MOST_STEPS:
        raise BeaError(
            f"{len(gammas):,} step sizes from {starts:,} starts to time {time:g} would take "
            f"{steps:.2g} steps in all, more than the limit of {_MOST_STEPS:.2g}: give fewer, "
            "fewer starts or a shorter time"
        )
