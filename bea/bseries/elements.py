"""The elements of the arithmetic on trees: series over trees, and the step size.

Their meaning is in `bea.bseries.arithmetic`; what cannot be expressed is refused here by name, with
the arithmetic that can.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NoReturn

import numpy as np
from flint import fmpq

from bea.bseries.calculus import table_of
from bea.bseries.numbers import EXACT, Array, Exact, as_array
from bea.errors import MethodError, NotSmoothError
from bea.trees import PLAIN, Color, Colors, TreeTable

REMEDY = "derive the method on a concrete loss or field instead (give a problem)"
NO_COMPONENTS = f"theta has no components on trees: {REMEDY}"
_NO_COMPARISON = "a series on trees has no truth value: branches cannot be expanded"
_NO_SIZE = "the step size is a symbol here and compares with nothing: branches cannot be expanded"


class TreeSeries:
    """An element of the arithmetic on trees; see the module's docstring for its meaning.

    `beyond` tells that there may be terms on larger trees than those that are kept, even where all
    that are kept vanish, as in f'f on the single node: then the power of gamma counts nevertheless.

    Coefficients are an array `values` of the arithmetic's `numbers`. They may be fewer than the
    `limit` of the arithmetic, while an equation is solved: the rest is not known yet, and a sum is
    known as far as both of its parts are.
    """

    __slots__ = ("beyond", "colors", "identity", "limit", "numbers", "shift", "values")

    def __init__(
        self,
        identity: Any,
        coefficients: Sequence[Any] | Array,
        shift: int,
        colors: Colors = PLAIN,
        beyond: bool = False,
        numbers: Exact = EXACT,
        limit: int | None = None,
    ) -> None:
        self.identity = identity
        self.values = as_array(coefficients, numbers)
        self.shift = shift
        self.colors = colors
        self.beyond = beyond
        self.numbers = numbers
        self.limit = len(self.values) if limit is None else limit

    @property
    def coefficients(self) -> list[Any]:
        """The coefficients as a list of exact numbers."""
        return self.numbers.listed(self.values)

    def known_to(self, count: int) -> TreeSeries:
        """Return the series as one of which so many coefficients are known."""
        values, limit = self.values[:count], self.limit
        return TreeSeries(self.identity, values, self.shift, self.colors, True, self.numbers, limit)

    def continued(self, other: TreeSeries, count: int) -> TreeSeries:
        """Return the series with so many coefficients, those that it lacks from another one."""
        values = np.concatenate([self.values, other.values[len(self.values) : count]])
        return self._with(self.identity, values, self.shift, beyond=True)

    def _with(
        self, identity: Any, values: Array, shift: int, beyond: bool | None = None
    ) -> TreeSeries:
        kept = self.beyond if beyond is None else beyond
        return TreeSeries(identity, values, shift, self.colors, kept, self.numbers, self.limit)

    def __add__(self, other: Any) -> TreeSeries:
        if isinstance(other, int | fmpq) and other == 0:  # as sum() and empty memory start
            return self
        if not isinstance(other, TreeSeries):
            raise MethodError(f"a constant cannot be added to a series on trees: {REMEDY}")
        if self.is_zero() or other.is_zero():
            return other if self.is_zero() else self
        if self.shift != other.shift:
            shift = min(self.shift, other.shift)
            self._require_theta(
                "the step adds terms of different powers of gamma, such as theta + gamma f + "
                f"gamma^2 f, which no series on trees of f alone expresses: {REMEDY}"
            )
            return self._lowered_to(shift) + other._lowered_to(shift)
        known = min(len(self.values), len(other.values))
        total = self.numbers.reduced(self.values[:known] + other.values[:known])
        return self._with(self.identity + other.identity, total, self.shift, beyond=True)

    __radd__ = __add__

    def __neg__(self) -> TreeSeries:
        return self * -1

    def __sub__(self, other: Any) -> TreeSeries:
        return self + (-other)

    def __rsub__(self, other: Any) -> TreeSeries:
        return (-self) + other

    def __mul__(self, factor: Any) -> TreeSeries:
        if isinstance(factor, TreeSeries):
            raise MethodError(f"two series on trees cannot be multiplied: {REMEDY}")
        if isinstance(factor, StepSize):
            return (self * factor.coefficient)._times_gamma(factor.power)
        _require_exact(factor)
        beyond = self.beyond and factor != 0
        scaled = self.numbers.scaled(self.values, factor)
        return self._with(self.identity * factor, scaled, self.shift, beyond)

    __rmul__ = __mul__

    def __truediv__(self, divisor: Any) -> TreeSeries:
        return self * (1 / divisor if not isinstance(divisor, int) else fmpq(1, divisor))

    def __rtruediv__(self, dividend: Any) -> TreeSeries:
        raise MethodError(f"nothing can be divided by a series on trees: {REMEDY}")

    def __pow__(self, exponent: Any) -> TreeSeries:
        raise MethodError(f"a series on trees has no powers: {REMEDY}")

    def __bool__(self) -> bool:
        raise NotSmoothError(_NO_COMPARISON)

    def _no_comparison(self, other: object) -> bool:
        raise NotSmoothError(_NO_COMPARISON)

    __lt__ = __le__ = __gt__ = __ge__ = _no_comparison

    def vanishes(self) -> bool:
        """Tell whether the element is zero (to the order that is kept)."""
        return self.identity == 0 and self.numbers.vanish(self.values)

    def rooted(self, color: Color) -> TreeSeries:
        """Return the part of a field's series whose trees have a root of that colour.

        Where f_c has components of its own, as a player of a game, these are its components.
        """
        if self.identity != 0:
            raise MethodError(f"on trees only slopes, and not theta, have parts: {REMEDY}")
        roots = self._table().root[: len(self.values)]
        kept = self.values.copy()
        kept[roots != self.colors.index(color)] *= 0
        return self._with(0, kept, self.shift)

    def is_zero(self) -> bool:
        """Tell whether the element is zero to every order."""
        return not self.beyond and self.vanishes()

    def _times_gamma(self, power: int) -> TreeSeries:
        if power > 0 and self.identity != 0:
            self._require_theta(
                "gamma times theta itself (a weight decay) has no place on the trees of f alone: "
                f"give the method the colors bea.trees.WITH_THETA, or {REMEDY}"
            )
            return self._lowered_to(-1)._times_gamma(power)
        if power and self.identity != 0:
            raise MethodError(f"on trees theta cannot be divided by gamma: {REMEDY}")
        return self._with(self.identity, self.values, self.shift + power)

    def _lowered_to(self, shift: int) -> TreeSeries:
        """Return the same series as one of a lower shift: theta itself is put under every tree."""
        if shift == self.shift:
            return self
        table = self._table()
        known = table.nodes_of(len(self.values))
        count = table.count(min(known + 1, table.order))
        units = np.array([color.unit for color in self.colors])[table.root[:count]]
        found = self.numbers.zeros(count)
        above = np.flatnonzero(units & (table.child[:count] >= 0))
        found[above] = self.values[table.child[above]]
        found[units & (table.size[:count] == 1)] = self.numbers.array([self.identity])
        return self._with(0, found, self.shift - 1)._lowered_to(shift)

    def _table(self) -> TreeTable:
        """Return the trees that there are coefficients of."""
        return table_of(self.limit, self.colors)

    def _require_theta(self, message: str) -> None:
        """Refuse with this message unless theta itself is among the colours."""
        if not any(color.unit for color in self.colors):
            raise MethodError(message)

    # NumPy asks these two: np.sqrt and the like come to the first, np.mean to the second.

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> NoReturn:
        _refuse(ufunc, inputs)

    def __array__(self, *arguments: Any, **options: Any) -> NoReturn:
        raise MethodError(NO_COMPONENTS)


class StepSize:
    """The monomial c gamma^p: the step size as `step` sees it on trees."""

    __slots__ = ("coefficient", "power")

    def __init__(self, coefficient: Any, power: int) -> None:
        self.coefficient = coefficient
        self.power = power

    def __mul__(self, other: Any) -> Any:
        if isinstance(other, TreeSeries):
            return other * self
        if isinstance(other, StepSize):
            return StepSize(self.coefficient * other.coefficient, self.power + other.power)
        _require_exact(other)
        return StepSize(self.coefficient * other, self.power)

    __rmul__ = __mul__

    def __neg__(self) -> StepSize:
        return self * -1

    def __truediv__(self, other: Any) -> Any:
        if isinstance(other, StepSize):
            return StepSize(self.coefficient / other.coefficient, self.power - other.power)
        return self * (fmpq(1, other) if isinstance(other, int) else 1 / other)

    def __rtruediv__(self, other: Any) -> Any:
        return StepSize(1 / self.coefficient, -self.power) * other

    def __pow__(self, exponent: int) -> StepSize:
        return StepSize(self.coefficient**exponent, self.power * exponent)

    def __add__(self, other: Any) -> StepSize:
        if isinstance(other, StepSize) and other.power == self.power:
            return StepSize(self.coefficient + other.coefficient, self.power)
        raise MethodError(f"gamma is added to something of another power of gamma: {REMEDY}")

    __radd__ = __rsub__ = __add__

    def __sub__(self, other: Any) -> StepSize:
        return self + (-other)

    def _no_comparison(self, other: object) -> bool:
        raise NotSmoothError(_NO_SIZE)

    __lt__ = __le__ = __gt__ = __ge__ = _no_comparison

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> NoReturn:
        _refuse(ufunc, inputs)


# --- private helpers ------------------------------------------------------------------------------


def _refuse(ufunc: Any, inputs: Sequence[Any]) -> NoReturn:
    for number in inputs:
        _require_exact(number)
    raise MethodError(f"{ufunc.__name__} cannot be expressed on trees: {REMEDY}")


def _require_exact(factor: Any) -> None:
    if getattr(factor, "shape", ()) != ():
        raise MethodError(f"an array has components, and theta has none on trees: {REMEDY}")
    if isinstance(factor, float):
        raise MethodError(f"{factor} is a float: hyperparameters on trees must be exact")
