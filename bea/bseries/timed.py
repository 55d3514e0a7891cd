"""The arithmetic on trees for a step size gamma s(t) that changes with the time.

Coefficients are polynomials in s, s', s'', ..., and each prime brings a power of gamma: the term of
a tree and a monomial has gamma^(nodes + primes + shift). The derivative along a field is d/dt + D,
with d/dt acting on the coefficients, and what a step sees is s where it begins.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flint import fmpq

from bea.bseries.arithmetic import TreeArithmetic
from bea.bseries.calculus import derivative
from bea.bseries.elements import TreeSeries
from bea.bseries.numbers import Array, as_array
from bea.trees import PLAIN, Colors


class TimedTreeArithmetic(TreeArithmetic):
    """Trees with coefficients that depend on the time.

    Parameters
    ----------
    order
        The highest number of nodes and primes together that is kept.
    schedule
        The coefficient s, by which a step multiplies gamma.
    slope
        Returns the derivative of a coefficient by the time: that of s is s'.
    cut
        cut(c, primes) drops the monomials of a coefficient that have more primes.
    colors
        The colours of the nodes.
    """

    def __init__(
        self,
        order: int,
        schedule: Any,
        slope: Callable[[Any], Any],
        cut: Callable[[Any, int], Any],
        colors: Colors = PLAIN,
    ) -> None:
        super().__init__(order, colors=colors)
        self.schedule = schedule
        self._slope = slope
        self._cut = cut
        self._room = (order - self.table.size).tolist()

    def __call__(self, argument: TreeSeries) -> TreeSeries:
        """Return the field at a map: f(theta + ...)."""
        return self._short(super().__call__(argument))

    def derivative(self, argument: TreeSeries, direction: TreeSeries) -> TreeSeries:
        """Return f'(theta + ...) v at one and the same time."""
        return self._short(super().derivative(argument, direction))

    def transport(
        self, field: Sequence[Any] | Array, series: TreeSeries, steps: int | fmpq = 1
    ) -> TreeSeries:
        """Return exp(steps gamma (d/dt + D)) series: the series so many steps later."""
        term, total, along = series, series.values, as_array(field, self.numbers)
        for n in range(1, self.order + 1):
            raised = self._derivative(along, term)
            term = self.series(0, raised.values * (fmpq(steps) / n), series.shift)
            total = total + term.values
        return self.series(series.identity, total, series.shift)

    def composed(self, field: Sequence[Any] | Array, series: TreeSeries) -> TreeSeries:
        """Return the series at the map exp(gamma D) theta, at one and the same time."""
        return self._short(super().transport(field, series))

    def later(self, series: TreeSeries, steps: int) -> TreeSeries:
        """Return the series with its coefficients as they are so many steps later: Taylor's."""
        pairs = zip(series.coefficients, self._room, strict=False)
        moved = [self._later(c, steps, room) for c, room in pairs]
        return self.series(series.identity, moved, series.shift)

    def at_step(self, steps: int) -> TimedTreeArithmetic:
        """Return the arithmetic of a step that begins so many steps later."""
        schedule = self._later(self.schedule, steps, self.order - 1)
        return TimedTreeArithmetic(self.order, schedule, self._slope, self._cut, self.colors)

    def alone(self) -> TimedTreeArithmetic:
        """Return the arithmetic with the single node alone, where steps are linear."""
        return TimedTreeArithmetic(1, self.schedule, self._slope, self._cut, self.colors)

    # --- private helpers ----------------------------------------------------------------------

    def _derivative(self, field: Array, series: TreeSeries) -> TreeSeries:
        along = derivative(self.table, self.numbers, field, series.values, series.identity)
        slopes = self.numbers.array([self._slope(c) for c in series.values])
        moved = along[: len(slopes)] + slopes
        return self._short(self.series(0, moved, series.shift))

    def _later(self, coefficient: Any, steps: int, room: int) -> Any:
        total, term = coefficient, coefficient
        for n in range(1, room + 1):
            term = self._slope(term) * fmpq(steps, n)
            total = total + term
        return self._cut(total, room)

    def _short(self, series: TreeSeries) -> TreeSeries:
        """Drop what is beyond the order."""
        pairs = zip(series.coefficients, self._room, strict=False)
        kept = [self._cut(c, r) for c, r in pairs]
        return self.series(series.identity, kept, series.shift, series.beyond)
