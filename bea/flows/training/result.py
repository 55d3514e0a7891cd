"""What training leaves behind: every observable of every run at each record, and the points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bea.arrays import Floats, Ints
from bea.errors import BeaError, DimensionError
from bea.files.schema import Array, Listed
from bea.flows.deterministic.times import check_count
from bea.flows.deterministic.trajectory import Status
from bea.flows.ensembles.result import Estimate, RunsResult


def mean_and_error(values: ArrayLike) -> Estimate:
    """Return the mean over the runs, which are the last axis, and its standard error.

    Runs that failed, whose values are nan, are left out. With an infinite value the mean is
    infinite and its error nan.

    Examples
    --------
    >>> found = mean_and_error([1.0, 2.0, 3.0])
    >>> float(found.mean), round(float(found.error), 6)
    (2.0, 0.57735)
    """
    given = np.asarray(values, dtype=float)
    good = ~np.isnan(given)
    count, known = good.sum(axis=-1), np.where(good, given, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = known.sum(axis=-1) / count
        away = np.where(good, given - mean[..., None], 0.0)
        error = np.sqrt((away**2).sum(axis=-1) / (count - 1) / count)
    return Estimate(mean, error)


@dataclass(frozen=True, eq=False)
class Training(RunsResult):
    """Runs of a method on mini-batches.

    Attributes
    ----------
    names
        What was observed.
    steps : (records,)
        After how many steps.
    epochs : (records,)
        The same in samples seen over N.
    values : (records, names, runs)
        NaN after a failure, and where there are no steps to average over.
    rates : (records, runs)
        The step size from each record on; 0 where a run was stopped.
    status : (runs,) int8
        A `Status` for each run.
    stopped_at : (runs,)
        The step at which a run was stopped, or seen to have failed; −1 if neither.
    ends : (runs, d)
        The last points.
    points : (records, runs, d) or None
        The points at the records, if they were kept.

    Examples
    --------
    >>> import bea
    >>> total = bea.problems.noisy_quadratic("1", size=8)
    >>> runs = bea.train("gradient-descent", total, [[3.0], [3.0]], gamma="1/4", steps=40)
    >>> runs.of("loss").shape, runs["loss"].mean.shape
    ((1, 2), (1,))
    """

    form: ClassVar[str] = "bea training 1"
    what: ClassVar[str] = "training runs"

    names: Annotated[tuple[str, ...], Listed((str,), "names")]
    steps: Annotated[Ints, Array("<i8", "records", least=0, rising=True)]
    epochs: Annotated[Floats, Array("<f8", "records", least=0)]
    values: Annotated[Floats, Array("<f8", "records names runs", gaps=True, infinite=True)]
    rates: Annotated[Floats, Array("<f8", "records runs", least=0)]
    status: Annotated[NDArray[np.int8], Array("|i1", "runs", least=0, most=max(Status))]
    stopped_at: Annotated[Ints, Array("<i8", "runs", least=-1)]
    ends: Annotated[Floats, Array("<f8", "runs d", gaps=True)]
    points: Annotated[Floats | None, Array("<f8", "records runs d", gaps=True)] = None

    def of(self, name: str) -> Floats:
        """Return an observable of each run at each record, (records, runs).

        Raises
        ------
        UnknownNameError
            If it was not recorded.
        """
        return self.values[:, self._place(name)]

    def __getitem__(self, name: str) -> Estimate:
        """Return the mean over the runs and its standard error, at each record."""
        return mean_and_error(self.of(name))

    def last(self, name: str, records: int = 1) -> Floats:
        """Return the mean of an observable over the last records, of each run (runs,).

        Raises
        ------
        DimensionError
            If there are not as many.
        """
        return self.of(name)[self._last(records)].mean(axis=0)

    def average(self, records: int) -> Floats:
        """Return the average of each run's points at the last records (runs, d).

        Of a network, whose weights at the ends of epochs are averaged, it is stochastic weight
        averaging: Izmailov et al., UAI 2018.

        Raises
        ------
        BeaError
            If the points were not kept, or there are not as many records.
        """
        return self._kept()[self._last(records)].mean(axis=0)

    def best(self, name: str, larger: bool = False) -> Floats:
        """Return each run's point at the record where an observable was least (runs, d).

        Parameters
        ----------
        larger
            Whether it was best where it was largest.

        Raises
        ------
        BeaError
            If the points were not kept, or a run has no value.
        """
        values, points = self.of(name) * (-1 if larger else 1), self._kept()
        if np.isnan(values).all(axis=0).any():
            raise BeaError(f"a run has no value of '{name}': it failed before the first record")
        return points[np.nanargmin(values, axis=0), np.arange(self.runs)]

    def plot(
        self, *, labels: Sequence[str] | None = None, title: str = "", errors: float = 2.0
    ) -> Any:
        """Draw the means against the epochs as a matplotlib figure; see `bea.Ensemble.plot`."""
        return self._drawn(labels=labels, title=title, errors=errors)

    def _last(self, records: int) -> slice:
        check_count(records, "records")
        if records > len(self.steps):
            raise DimensionError(
                f"an average over {records} records, of which there are {len(self.steps)}: take "
                "fewer, or record more often"
            )
        return slice(len(self.steps) - records, None)

    def _kept(self) -> Any:
        if self.points is None:
            raise BeaError("the points were not kept: train with keep=True and record often")
        return self.points

    def __repr__(self) -> str:
        lines = [f"{self.runs} runs, {int(self.steps[-1])} steps ({self.epochs[-1]:g} epochs)"]
        for name in self.names:
            mean, error = self[name]
            shown = f" ± {error[-1]:.2g}" if np.isfinite(error[-1]) else ""
            lines.append(f"  {name} = {mean[-1]:.6g}{shown}")
        stopped = int((self.ok & (self.stopped_at >= 0)).sum())
        more = [f"{stopped} of {self.runs} runs were stopped by a rule"] if stopped else []
        return "\n".join([*lines, *more, *self.failures()])
