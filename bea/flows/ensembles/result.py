"""What an ensemble leaves behind: means with their standard errors, and what became of each run.

Means are over the runs that had not failed by then, and how many these are stands beside them; a
run that failed is marked by its `Status`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bea.arrays import Floats, Ints
from bea.errors import UnknownNameError, nearest
from bea.files.results import Result
from bea.files.schema import Array, Listed
from bea.flows.deterministic.trajectory import Status


class Estimate(NamedTuple):
    """A mean and its standard error, at each record: arrays (records,)."""

    mean: Floats
    error: Floats


class RunsResult(Result):
    """What several runs leave behind, each with its own `Status`.

    Attributes
    ----------
    names
        The observables.
    status : (runs,) int8
        A `Status` for each run.
    """

    names: tuple[str, ...]
    status: NDArray[np.int8]

    @property
    def runs(self) -> int:
        """The number of runs."""
        return len(self.status)

    @property
    def ok(self) -> NDArray[np.bool_]:
        """Mask (runs,) of the runs that did not fail."""
        return self.status == Status.OK

    def _place(self, name: str) -> int:
        """Return which of the observables has that name; `UnknownNameError` if none has."""
        if name not in self.names:
            raise UnknownNameError(
                f"the observable '{name}' was not recorded: there are {', '.join(self.names)}."
                f"{nearest(str(name), self.names)}"
            )
        return self.names.index(name)

    def failures(self) -> list[str]:
        """One readable line for each way in which runs failed, with their number."""
        found = Counter(self.status[~self.ok].tolist())
        return [
            f"{count} of {self.runs} runs failed: {Status(status).reason}; the means leave them "
            "out from then on"
            for status, count in sorted(found.items())
        ]


@dataclass(frozen=True, eq=False)
class Ensemble(RunsResult):
    """Independent runs, and the means of observables over them.

    Attributes
    ----------
    names
        The observables.
    steps : (records,)
        After how many steps they were recorded.
    times : (records,)
        The same in units of time: the sum of the step sizes.
    mean, error : (records, observables)
        Means over the runs that had not failed, and their standard errors; NaN where `count` is 0
        (for the errors, below 2).
    count : (records,)
        How many runs these are.
    status : (runs,) int8
        A `Status` for each run.
    stopped_at : (runs,)
        The step at which a run was found to have failed, or fulfilled `until`; −1 if it never did.
    points : (records, runs, d) or None
        The points, if they were kept; NaN after a failure, and nowhere else.

    Examples
    --------
    >>> import bea
    >>> total = bea.problems.finite_sum("(x - 1)**2/2, (x + 1)**2/2")
    >>> runs = bea.ensemble("gradient-descent", total, [0.0], gamma="1/2", steps=50, runs=20_000,
    ...     observables="x, x**2", seed=1)
    >>> mean, error = runs["x**2"]  # the exact value is gamma/(2 - gamma) = 1/3
    >>> bool(abs(mean[-1] - 1/3) < 4 * error[-1]), bool(error[-1] < 0.003)
    (True, True)
    """

    form: ClassVar[str] = "bea ensemble 2"
    what: ClassVar[str] = "an ensemble"

    names: Annotated[tuple[str, ...], Listed((str,), "names")]
    steps: Annotated[Ints, Array("<i8", "records", least=0, rising=True)]
    times: Annotated[Floats, Array("<f8", "records", least=0)]
    mean: Annotated[Floats, Array("<f8", "records names", gaps=True, infinite=True)]
    error: Annotated[Floats, Array("<f8", "records names", least=0, gaps=True, infinite=True)]
    count: Annotated[Ints, Array("<i8", "records", least=0)]
    status: Annotated[NDArray[np.int8], Array("|i1", "runs", least=0, most=max(Status))]
    stopped_at: Annotated[Ints, Array("<i8", "runs", least=-1)]
    points: Annotated[Floats | None, Array("<f8", "records runs d", gaps=True)] = None

    def __getitem__(self, name: str) -> Estimate:
        """Return mean and standard error of one observable at each record.

        Raises
        ------
        UnknownNameError
            If it was not recorded.
        """
        column = self._place(name)
        return Estimate(self.mean[:, column], self.error[:, column])

    def plot(
        self, *, labels: Sequence[str] | None = None, title: str = "", errors: float = 2.0
    ) -> Any:
        """Draw the means against time as a matplotlib figure.

        Parameters
        ----------
        labels
            A name for the curves.
        title
            What was run.
        errors
            How many standard errors the bands are wide on either side.
        """
        return self._drawn(labels=labels, title=title, errors=errors)

    def __repr__(self) -> str:
        lines = [f"{self.runs} runs, {int(self.steps[-1])} steps (time {self.times[-1]:g})"]
        for k, name in enumerate(self.names):
            lines.append(f"  {name} = {self.mean[-1, k]:.6g} ± {self.error[-1, k]:.2g}")
        return "\n".join([*lines, *self.failures()])
