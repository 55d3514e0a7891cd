"""A schedule's smooth pieces: an equation for each, and their flows one after the other.

A jump leaves theta where it is. Memory passes through as it is, too, and so lies on the slow
manifold of the piece that ends and off that of the piece that begins: the flow there has to begin
where the new layer ends. That start is found as for a run from zero memory, only in numbers: some
steps from the memory of the old manifold, each pulled back along the new flow to the time of the
jump, weighted so that all transients cancel (`bea.modified.memory.transient_weights`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from flint import fmpq

from bea.arrays import Floats
from bea.errors import MethodError, StepSizeError
from bea.fields import VectorField
from bea.flows import Trajectory, flow, iterate
from bea.measure.order.comparison import start_of
from bea.measure.order.expected import derive_for, expected_orders
from bea.methods import Scheduled
from bea.methods.schedules.schedule import Schedule
from bea.modified import ModifiedEquation
from bea.modified.memory.character import Character
from bea.modified.memory.corrected_start import transient_weights
from bea.modified.memory.on_manifold import OnManifold


@dataclass(frozen=True)
class Chain:
    """Flows one after the other, with what the errors of all of them may add up to."""

    runs: tuple[Trajectory, ...]
    error: Floats

    @property
    def values(self) -> Floats:
        """The end, (gammas, starts, 1, d)."""
        return self.runs[-1].values[:, :, -1:]

    def failures(self) -> list[str]:
        """One line for each run that stopped early, in any of the flows."""
        return [line for run in self.runs for line in run.failures()]


@dataclass(frozen=True)
class Pieces:
    """The modified equations of a scheduled method on each smooth piece before an end.

    Attributes
    ----------
    method : Scheduled
        The method with the whole schedule.
    lengths : tuple of fmpq
        How long the pieces are.
    equations : tuple of ModifiedEquation
        One for each, derived until a nonzero term after the highest order.
    nodes : int
        To which power of gamma starts are corrected; 0 without memory.
    """

    method: Scheduled
    lengths: tuple[fmpq, ...]
    equations: tuple[ModifiedEquation, ...]
    nodes: int

    @classmethod
    def of(
        cls, method: Scheduled, problem: VectorField, orders: Sequence[int], end: fmpq
    ) -> Pieces:
        """Derive them for these orders.

        Raises
        ------
        MethodError
            If the method has memory whose layer is not known.
        """
        schedule_of(method)
        smooth = method.smooth_pieces(end)
        lengths = tuple(until - start for start, until, _ in smooth)
        equations = [derive_for(Character(piece, problem), max(orders)) for *_, piece in smooth]
        nodes = max(_correction_order(method, equation, orders) for equation in equations)
        return cls(method, lengths, tuple(equations), nodes)

    def expected(self, orders: Sequence[int]) -> list[int | None]:
        """Return the lowest expected order of the pieces: the worst one rules."""
        found = [expected_orders(equation, orders) for equation in self.equations]
        lowest = [[p for p in column if p is not None] for column in zip(*found, strict=True)]
        return [min(column) if column else None for column in lowest]

    def first_correction(self, starts: Floats) -> int | None:
        """Return the lowest power by which corrected starts differ from these; None if none."""
        return self._exact(0).first_correction(starts) if self.nodes else None

    def follow(
        self,
        equations: Sequence[ModifiedEquation],
        points: Floats,
        gammas: Floats,
        samples: int = 1,
        corrected: bool = True,
    ) -> Chain:
        """Follow each equation for the length of its piece, from where the last one ended.

        They are these pieces' own, cut or wrong in some term. The starts (starts, d) are those of
        the runs; with memory, starts and restarts are corrected, or none of them.
        """
        at = np.tile(points, (len(gammas), 1, 1))
        layers = corrected and self.nodes > 0
        runs: list[Trajectory] = []
        error = np.zeros((*at.shape[:2], 1))
        for i, (equation, length) in enumerate(zip(equations, self.lengths, strict=True)):
            if layers and i == 0:
                at = self._exact(0).corrected_starts(points, gammas)
            elif layers:
                at, more = self._restarted(i, at, gammas)
                error = error + more
            times = as_number(length) * np.arange(1, samples + 1) / samples
            runs.append(flow(equation, at, gammas, times))
            at = runs[-1].values[:, :, -1]
            error = error + _error_of(runs[-1])
        return Chain(tuple(runs), error)

    def check_steps(self, gammas: Floats) -> None:
        """Raise `StepSizeError` for a step size of which some piece is no whole number."""
        for gamma in gammas:
            counts = np.array([as_number(length) for length in self.lengths]) / gamma
            if np.any(np.abs(counts - np.rint(counts)) > 1e-6 * np.maximum(1.0, counts)):
                listed = ", ".join(map(str, self.method.schedule.breaks))
                raise StepSizeError(
                    f"step size {gamma:g} does not meet the times of the schedule, {listed}, and "
                    "the end after whole numbers of steps: choose one that divides them all"
                )

    # --- private helpers ----------------------------------------------------------------------

    def _exact(self, index: int) -> ModifiedEquation:
        equation = self.equations[index]
        return equation.truncate(min(equation.order, self.nodes))

    def _restarted(self, index: int, at: Floats, gammas: Floats) -> tuple[Floats, Floats]:
        """Return where the flow of a piece begins if the last one ended `at`, with its error."""
        before, after = self._exact(index - 1), self._exact(index)
        problem = after.problem
        assert problem is not None
        weights = transient_weights(self.method, self.nodes)
        run = OnManifold(after.method, problem, before.memory)
        steps = len(weights) - 1
        ahead = iterate(run, problem, at, gammas, steps=steps, include_start=True).values
        start, error = weights[0] * at, np.zeros((*at.shape[:2], 1))
        for n, weight in enumerate(weights[1:], start=1):
            back = flow(after, ahead[:, :, n], gammas, -n * gammas[:, None])
            start = start + weight * back.values[:, :, -1]
            error = error + abs(weight) * _error_of(back)
        return start, error


def schedule_of(method: object) -> Schedule:
    """Return the schedule of a scheduled method; raises `MethodError` if there is none."""
    if not isinstance(method, Scheduled):
        raise MethodError(f"'{method}' has no schedule: give Scheduled(method, schedule)")
    if method.schedule is None:
        raise MethodError("the schedule is left open: give Scheduled(method, schedule)")
    schedule: Schedule = method.schedule
    return schedule


def as_number(value: fmpq) -> float:
    """Return an exact time as a float."""
    return int(value.p) / int(value.q)


# --- private helpers ----------------------------------------------------------------------------


def _correction_order(method: Scheduled, equation: ModifiedEquation, orders: Sequence[int]) -> int:
    if not equation.character.has_memory:
        return 0
    correction = start_of(equation, orders).correction
    if correction is None:
        listed = ", ".join(map(str, method.schedule.breaks)) or "none"
        raise MethodError(
            f"a break of the schedule (at t = {listed}) takes the memory of '{method.method}' off "
            "its slow manifold, and its layer is known for linear memory only, on a field that "
            "does not depend on the time: measure each smooth piece, schedule.piece(index)"
        )
    return correction.order


def _error_of(run: Trajectory) -> Floats:
    assert run.error is not None
    return run.error[..., -1:]
