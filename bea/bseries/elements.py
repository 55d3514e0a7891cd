"""The elements of the arithmetic on trees: series over trees, and the step size.

Their meaning is in `bea.bseries.arithmetic`; what cannot be expressed is refused here by name, with
the arithmetic that can.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, NoReturn

from flint import fmpq

from bea.errors import MethodError, NotSmoothError
from bea.trees import PLAIN, Color, Colors, Tree, position, trees_up_to

REMEDY = "derive the method on a concrete loss or field instead (give a problem)"
NO_COMPONENTS = f"theta has no components on trees: {REMEDY}"
_NO_COMPARISON = "a series on trees has no truth value: branches cannot be expanded"
_NO_SIZE = "the step size is a symbol here and compares with nothing: branches cannot be expanded"


class TreeSeries:
    """An element of the arithmetic on trees; see the module's docstring for its meaning.

    `beyond` tells that there may be terms on larger trees than those that are kept, even where all
    that are kept vanish, as in f'f on the single node: then the power of gamma counts nevertheless.
    """

    __slots__ = ("beyond", "coefficients", "colors", "identity", "shift")

    def __init__(
        self,
        identity: Any,
        coefficients: list[Any],
        shift: int,
        colors: Colors = PLAIN,
        beyond: bool = False,
    ) -> None:
        self.identity = identity
        self.coefficients = coefficients
        self.shift = shift
        self.colors = colors
        self.beyond = beyond

    def _with(
        self, identity: Any, coefficients: list[Any], shift: int, beyond: bool | None = None
    ) -> TreeSeries:
        kept = self.beyond if beyond is None else beyond
        return TreeSeries(identity, coefficients, shift, self.colors, kept)

    def __add__(self, other: Any) -> TreeSeries:
        if isinstance(other, int) and other == 0:  # the start value of sum()
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
        pairs = zip(self.coefficients, other.coefficients, strict=True)
        total = [a + b for a, b in pairs]
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
        scaled = [c * factor for c in self.coefficients]
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
        return self.identity == 0 and all(c == 0 for c in self.coefficients)

    def rooted(self, color: Color) -> TreeSeries:
        """Return the part of a field's series whose trees have a root of that colour.

        Where f_c has components of its own, as a player of a game, these are its components.
        """
        if self.identity != 0:
            raise MethodError(f"on trees only slopes, and not theta, have parts: {REMEDY}")
        roots = _roots(len(self.coefficients), self.colors)
        kept = [a if root is color else a * 0
                for a, root in zip(self.coefficients, roots, strict=True)]  # fmt: skip
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
        return self._with(self.identity, self.coefficients, self.shift + power)

    def _lowered_to(self, shift: int) -> TreeSeries:
        """Return the same series as one of a lower shift: theta itself is put under every tree."""
        if shift == self.shift:
            return self
        places = _under_theta(len(self.coefficients), self.colors)
        given = [*self.coefficients, self.identity, fmpq(0)]
        return self._with(0, [given[place] for place in places], self.shift - 1)._lowered_to(shift)

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


@cache
def _roots(count: int, colors: Colors) -> list[Color]:
    """Return the colours of the roots of the first so many trees."""
    return [t.color for t in _first_trees(count, colors)]


@cache
def _under_theta(count: int, colors: Colors) -> list[int]:
    """Return where the coefficient of each tree comes from when theta is put under all trees.

    That is the place of its one child; -2 stands for theta alone, -1 for none.
    """
    return [
        -1 if not t.color.unit else position(t.children[0], colors) if t.children else -2
        for t in _first_trees(count, colors)
    ]


def _first_trees(count: int, colors: Colors) -> tuple[Tree, ...]:
    order = 1
    while len(trees_up_to(order, colors)) < count:
        order += 1
    return trees_up_to(order, colors)
