"""The runs that are verified: iterates beside the flows of all orders, where something is told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from numpy.typing import ArrayLike

from bea.arrays import Floats
from bea.flows import Trajectory, iterate
from bea.flows.deterministic.times import check_gammas
from bea.measure.order.coefficients import Coefficients, coefficients_of
from bea.measure.order.comparison import Progress, Start, drift_study, follow, labelled, start_of
from bea.measure.order.study import DriftStudy, gammas_that_stand_clear
from bea.measure.steps.settled import settled_runs, settling_gammas, steps_to_settle
from bea.measure.steps.suiting import (
    check_room,
    check_time,
    comparing_time,
    has_room,
    suiting_gammas,
)
from bea.methods import Method
from bea.modified import ModifiedEquation
from bea.modified.memory.character import Character

# So many times a default time is cut into halves where runs stop early.
_SHORTER = 8
# Where nothing can be told at a default time, as after half a turn of what comes back, it is told
# at these parts of it.
_PARTS = (0.6, 0.4)


class Run(NamedTuple):
    """Where runs and flows begin, the iterates, and how far the flows of all orders are."""

    start: Start
    iterates: Trajectory
    study: DriftStudy
    coefficients: Coefficients | None


@dataclass(frozen=True)
class Plan:
    """An equation with what is expected of its orders, and how it is to be measured."""

    method: Method
    character: Character
    tested: ModifiedEquation
    expected: dict[int, int | None]
    gammas: ArrayLike | None
    count: int
    progress: Progress | None

    @property
    def orders(self) -> list[int]:
        """The orders whose flows are followed."""
        return list(self.expected)

    def runs(self, points: Floats, time: float | None) -> Iterator[Run]:
        """Measure at the time that is given, or at default ones, from the longest on."""
        if time is not None:
            check_time(self.character, points, time)
            yield self._at_time(points, time)
            return
        length, run = self._finished(points)
        yield run
        for part in _PARTS:
            if self._has_room(part * length):
                yield self._at_time(points, part * length, run.start)

    def _finished(self, points: Floats) -> tuple[float, Run]:
        """Measure at a default time, or at one so much shorter that no run stops early."""
        length = comparing_time(self.character, points) / (2 if self._settles else 1)
        if self.gammas is not None:
            check_room(self.gammas, length)
        run = self._at_time(points, length)
        for _ in range(_SHORTER):
            if not run.study.failures or not self._has_room(length / 2):
                break
            length /= 2
            run = self._at_time(points, length, run.start)
        return length, run

    def _has_room(self, time: float) -> bool:
        return self.gammas is None or has_room(self.gammas, time)

    def _at_time(self, points: Floats, time: float, before: Start | None = None) -> Run:
        if self.gammas is not None:
            return self._at(points, time, self.gammas, before)
        chosen = suiting_gammas(self.character, points, time, count=self.count)
        if self._settles:
            settling = steps_to_settle(self.character.slowest_rate_at(points))
            fewest = round(time / chosen[0])
            return self._at(points, time, settling_gammas(time, settling, fewest, self.count))
        first = self._at(points, time, chosen, before)
        more = gammas_that_stand_clear(first.study)
        return first if more is None else self._at(points, time, more, first.start)

    @property
    def _settles(self) -> bool:
        """Whether the runs have to settle first: half of the way is gone by then."""
        if not self.method.numbers_only:
            return False
        return start_of(self.tested, self.orders).kind == "manifold"

    def _at(
        self, points: Floats, time: float, gammas: ArrayLike, before: Start | None = None
    ) -> Run:
        tested, orders, progress = self.tested, self.orders, self.progress
        start = start_of(tested, orders, int(time / check_gammas(gammas).max()), before)
        told, problem = labelled(progress, "iterates"), self.character.problem
        assert problem is not None
        if self.method.numbers_only:
            start, iterates = self._foreign(start, points, check_gammas(gammas), time)
        else:
            iterates = iterate(start.method, problem, points, gammas, time=time, progress=told)
        runs = follow(tested, orders, iterates, start, progress)
        expected = [self.expected[k] for k in orders]
        study = drift_study(tested, orders, expected, iterates, runs, method=self.method)
        nonzero = [k for k in orders if not tested.vanishes(k)]
        return Run(start, iterates, study, coefficients_of(study, nonzero, iterates, runs))

    def _foreign(
        self, start: Start, points: Floats, gammas: Floats, time: float
    ) -> tuple[Start, Trajectory]:
        """Iterate somebody else's step: where nothing corrects the start, until it has settled."""
        told = labelled(self.progress, f"iterates of {self.method}")
        problem = self.character.problem
        assert problem is not None
        if start.kind != "manifold":
            run = iterate(self.method, problem, points, gammas, time=time, progress=told)
            return start._replace(method=self.method), run
        settling = steps_to_settle(self.character.slowest_rate_at(points))
        run, begins = settled_runs(self.method, problem, points, gammas, time, settling, told)
        return Start("settled", self.method, begins=begins), run
