"""What a batch of runs leaves behind: the values, and where and why a run stopped.

A `Trajectory` comes out of `iterate` and of `flow` alike, so that the two can be subtracted. A run
that fails holds NaN from there on, is marked by its `Status`, and does not disturb the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from enum import IntEnum
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bea.algebra.language.reals import real_number, real_numbers
from bea.arrays import Floats
from bea.errors import BeaError
from bea.fields.jacobians import jacobian_paces
from bea.fields.vector_field import VectorField
from bea.files.drawings import drawing_of
from bea.flows.deterministic.tables import as_dataset, as_frame


class Status(IntEnum):
    """How a run ended.

    >>> Status.BLOW_UP.reason
    'the solution blows up in finite time'
    """

    OK = 0
    DIVERGED = 1
    BLOW_UP = 2
    LEFT_DOMAIN = 3
    UNSOLVED = 4
    STIFF = 5
    INDEFINITE = 6

    @property
    def reason(self) -> str:
        """The status in words."""
        return _REASONS[self]


_REASONS = {
    Status.OK: "finished",
    Status.DIVERGED: "it grew beyond all bounds",
    Status.BLOW_UP: "the solution blows up in finite time",
    Status.LEFT_DOMAIN: "it left the domain of the field",
    Status.UNSOLVED: "an equation of the step, implicit or linear, was not solved",
    Status.INDEFINITE: "the diffusion matrix was not positive semidefinite",
    Status.STIFF: "the step budget was exhausted (the field is stiff there)",
}


@dataclass(frozen=True, eq=False)
class Trajectory:
    """Runs from every start with every step size, sampled in time.

    Attributes
    ----------
    values : (gammas, starts, times, d)
        The points; NaN after a failure, and nowhere else.
    gammas : (gammas,)
        Step sizes.
    starts : (starts, d) or (gammas, starts, d)
        Starting points.
    times : (gammas, times)
        The times of the samples, multiples nγ of the step size where iterates are concerned.
    status : (gammas, starts) int8
        A `Status` for each run; `Status.OK` (0) where every sample was reached.
    stopped_at : (gammas, starts)
        Time at which a run failed; infinite where it did not.
    variables : tuple of str
        The names of the components; empty where they are not known.
    error : (gammas, starts, times) or None
        Estimate of the Euclidean error of `values` (see `flow`); NaN where the value is, infinite
        where it could not be estimated. None for iterates, which carry rounding errors only.
    field : VectorField, ModifiedEquation or None
        The field of which these are runs, or which a method followed; not pickled.

    Examples
    --------
    >>> point = Trajectory(np.ones((1, 1, 1, 2)), np.array([0.1]), np.ones((1, 2)),
    ...     np.array([[1.0]]), np.zeros((1, 1), np.int8), np.full((1, 1), np.inf))
    >>> point.ok.all(), point.failures()
    (np.True_, [])
    >>> point.at(gamma=0.1).values  # that of one run, without the axes of gammas and starts
    array([[1., 1.]])
    """

    values: Floats
    gammas: Floats
    starts: Floats
    times: Floats
    status: NDArray[np.int8]
    stopped_at: Floats
    error: Floats | None = None
    variables: tuple[str, ...] = ()
    field: Any = dataclass_field(default=None, repr=False)

    @cached_property
    def lambda_max(self) -> Floats:
        """How fast the problem's field changes along the runs, |f'|, (gammas, starts, times).

        It is in 1/time; of a loss it is the largest eigenvalue of the Hessian; nan after a failure.

        Raises
        ------
        BeaError
            If the field is not known, as after unpickling, or none of bea's.

        Examples
        --------
        >>> import bea
        >>> run = bea.iterate(bea.methods.heun(), bea.problems.loss("x**4"), [1.0], [0.1], steps=1)
        >>> run.lambda_max.shape, bool(run.gamma_lambda[0, 0, 0] == 0.1 * run.lambda_max[0, 0, 0])
        ((1, 1, 1), True)
        """
        problem = getattr(self.field, "problem", None) or self.field  # of a modified equation
        if not isinstance(problem, VectorField):
            raise BeaError(
                "the field of these runs is not known: ask bea.fields.jacobians.jacobian_paces"
                "(problem, runs.values)"
            )
        return jacobian_paces(problem, self.values)

    @property
    def gamma_lambda(self) -> Floats:
        """gamma |f'| along the runs, (gammas, starts, times): the scale of all that is derived."""
        return self.gammas[:, None, None] * self.lambda_max

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "field": None}

    def at(self, gamma: Any = None, start: Any = None) -> Run:
        """Return one run.

        Parameters
        ----------
        gamma : number, optional
            One of the step sizes; needed where there are several.
        start : int or (d,), optional
            The place of a start, counted from 0, or the start itself; needed where there are
            several.

        Raises
        ------
        BeaError
            If there is no such run, or more than one.

        Examples
        --------
        >>> import bea
        >>> descent, bowl = bea.methods.gradient_descent(), bea.problems.loss("x**2/2")
        >>> runs = bea.iterate(descent, bowl, [1, 2], [0.5, 0.25], steps=2, include_start=True)
        >>> runs.at(gamma=0.5, start=[2]).values.ravel()
        array([2. , 1. , 0.5])
        """
        i, j = self._gamma_place(gamma), self._start_place(start)
        return Run(
            self.values[i, j], self.times[i], float(self.gammas[i]), self._start(i, j),
            Status(self.status[i, j]), float(self.stopped_at[i, j]),
            None if self.error is None else self.error[i, j], self.variables,
        )  # fmt: skip

    def runs(self) -> Iterator[Run]:
        """Yield every run, those of the first step size first."""
        for gamma in self.gammas:
            for j in range(self.values.shape[1]):
                yield self.at(gamma, j)

    def plot(self, *, components: Any = None, title: str = "Runs", axes: Any = None) -> Any:
        """Draw all runs as a matplotlib figure, a colour for each step size.

        Parameters
        ----------
        components
            One or two variables, by name or counted from 0: two in their plane, one against time.
            Needed in more than two dimensions.
        title
            What was run.
        axes
            Where to draw; by default in a new figure.
        """
        return drawing_of("Trajectory")(self, components=components, title=title, axes=axes)

    def to_pandas(self) -> Any:
        """Return a pandas DataFrame: a row for each sample, with gamma, start, time and components.

        Raises `BeaError` if pandas is not installed.
        """
        return as_frame(self)

    def to_xarray(self) -> Any:
        """Return an xarray Dataset with the dimensions gamma, start and sample, by component.

        Raises `BeaError` if xarray is not installed.
        """
        return as_dataset(self)

    @property
    def ok(self) -> NDArray[np.bool_]:
        """Mask (gammas, starts) of the runs that reached every sample."""
        return self.status == Status.OK

    def failures(self) -> list[str]:
        """One readable line for each run that stopped early: step size, start, time, reason."""
        return [
            f"gamma={self.gammas[i]:g}, start {point_text(self._start(i, j))}: stopped at "
            f"t={self.stopped_at[i, j]:.6g}, {Status(self.status[i, j]).reason}"
            for i, j in np.argwhere(~self.ok)
        ]

    def _start(self, i: int, j: int) -> Floats:
        return self.starts[i, j] if self.starts.ndim == 3 else self.starts[j]

    def _gamma_place(self, gamma: Any) -> int:
        if gamma is None and len(self.gammas) == 1:
            return 0
        known = ", ".join(f"{g:.6g}" for g in self.gammas[:6]) + (", …" * (len(self.gammas) > 6))
        if gamma is None:
            raise BeaError(f"there are {len(self.gammas)} step sizes: give gamma, one of {known}")
        found = np.flatnonzero(np.isclose(self.gammas, real_number(gamma, "gamma"), rtol=1e-9))
        if not len(found):
            raise BeaError(f"there is no run with gamma={gamma}: give one of {known}")
        return int(found[0])

    def _start_place(self, start: Any) -> int:
        count, known = self.values.shape[1], self.starts.reshape(-1, self.starts.shape[-1])
        if start is None and count == 1:
            return 0
        if start is None:
            raise BeaError(f"there are {count} starts: give start, a point or 0 to {count - 1}")
        if isinstance(start, int | np.integer) and 0 <= start < count:
            return int(start)
        point = np.atleast_1d(real_numbers(start, "the start"))
        if point.shape == known.shape[1:]:
            found = np.flatnonzero(np.isclose(known, point, rtol=1e-9, atol=0).all(axis=1))
            if len(found):
                return int(found[0]) % count
        raise BeaError(
            f"there is no run from the start {start}: give one of the starts, such as "
            f"{point_text(known[0])}, or its place from 0 to {count - 1}"
        )


@dataclass(frozen=True, eq=False)
class Run:
    """One run of a `Trajectory`.

    Attributes
    ----------
    values : (times, d)
        The points; NaN after a failure.
    times : (times,)
        The times of the samples.
    gamma : float
        The step size.
    start : (d,)
        The starting point.
    status : Status
        How it ended.
    stopped_at : float
        Time at which it failed; infinite where it did not.
    error : (times,) or None
        Estimate of the Euclidean error, of flows.
    variables : tuple of str
        The names of the components.
    """

    values: Floats
    times: Floats
    gamma: float
    start: Floats
    status: Status
    stopped_at: float
    error: Floats | None = None
    variables: tuple[str, ...] = ()


def point_text(point: Floats) -> str:
    """Write a point as a tuple of short numbers.

    >>> point_text(np.array([1.0, -0.25]))
    '(1, -0.25)'
    """
    return "(" + ", ".join(f"{x:.6g}" for x in point) + ")"
