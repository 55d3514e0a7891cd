"""A function with the time as a last variable, for methods with a schedule; see `bea.with_time`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bea.arrays import Floats
from bea.fields.functions.derivatives import Derivatives
from bea.fields.functions.function_field import FunctionField
from bea.fields.functions.groups import Groups
from bea.fields.vector_field import Inside
from bea.fields.with_time import timed, timed_about


class TimedFunction(FunctionField):
    """The field (f, 1) of a function f and the time.

    Attributes
    ----------
    time_name : str
        The name of the last variable.

    Examples
    --------
    >>> import bea
    >>> field = bea.fields.with_time(bea.problems.from_function(lambda x: x[0] ** 2 / 2, 1))
    >>> field(np.array([3.0, 0.5]))
    array([-3.,  1.])
    """

    def __init__(self, function: FunctionField, name: str) -> None:
        self.time_name = name
        groups, starts = function.groups, function.starts
        super().__init__(
            TimedDerivatives(function.derivatives),
            Groups((*groups.names, name), (*groups.shapes, ()), groups.filter_axis),
            timed_about(function),
            None if starts is None else np.pad(starts, ((0, 0), (0, 1))),
            _without_time(function.domain()),
        )


class TimedDerivatives(Derivatives):
    """The derivatives of (f, 1)."""

    def __init__(self, inner: Derivatives) -> None:
        self.inner = inner

    def field(self, theta: Floats) -> Floats:
        """Return (f, 1) at theta, (d + 1, lanes)."""
        return np.concatenate([self.inner.field(theta[:-1]), np.ones_like(theta[-1:])])

    def differential(self, theta: Floats, directions: Sequence[Floats]) -> Floats:
        """Return the derivative along directions; that of the time is 0."""
        found = self.inner.differential(theta[:-1], [v[:-1] for v in directions])
        return np.concatenate([found, np.zeros_like(theta[-1:])])

    def taylor(self, coefficients: Sequence[Floats], order: int) -> list[Floats]:
        """Return the Taylor coefficients of the field along a curve."""
        found = self.inner.taylor([c[:-1] for c in coefficients], order)
        first, nothing = np.ones_like(coefficients[0][-1:]), np.zeros_like(coefficients[0][-1:])
        return [np.concatenate([x, nothing if k else first]) for k, x in enumerate(found)]


@timed.register
def _(problem: FunctionField, name: str) -> TimedFunction:
    return TimedFunction(problem, name)


# --- private helpers ------------------------------------------------------------------------------


def _without_time(inside: Inside | None) -> Inside | None:
    return None if inside is None else lambda theta: inside(theta[:-1])
