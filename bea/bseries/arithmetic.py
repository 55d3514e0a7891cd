"""The arithmetic on trees: a method's `step`, run here, gives its map for every f at once.

An element is e theta + sum over tau of gamma^(|tau| + shift) c(tau)/sigma(tau) F(tau). Applying
the field, or its derivative to another series, lowers the shift by one, a factor gamma raises it:
whatever is homogeneous in (gamma, f) can be expressed, and everything else is refused here by name,
with the arithmetic that can. With theta itself among the colours of the nodes, F([tau]) = F(tau)
for a root of that colour: a series is then one of the shift below too, on trees with one node more,
and what is homogeneous in (gamma, f, theta) can be expressed, such as a weight decay
theta - gamma lambda theta + gamma f.
Source of the composition rule f(B(a)) = B([tau_1 ... tau_m] -> a(tau_1) ... a(tau_m)): Hairer,
Lubich and Wanner, Geometric Numerical Integration, lemma III.1.9.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from math import prod
from typing import Any, NoReturn

from flint import fmpq

from bea.bseries.calculus import field_of_map, lie_derivative
from bea.errors import MethodError, NotSmoothError
from bea.series import PowerSeries
from bea.trees import PLAIN, Color, Colors, Tree, position, trees_up_to

__all__ = ["StepSize", "TreeArithmetic", "TreeSeries"]

_REMEDY = "derive the method on a concrete loss or field instead (give a problem)"
_NO_COMPARISON = "a series on trees has no truth value: branches cannot be expanded"
_NO_SIZE = "the step size is a symbol here and compares with nothing: branches cannot be expanded"


class TreeArithmetic:
    """The field, the identity and the step size with which `step` is run on trees.

    Parameters
    ----------
    order
        Largest number of nodes of the trees that are kept.
    field
        The coefficients of the vector field that the method is fed with; by default f itself.
    colors
        The colours of the nodes: what the trees stand for, see `bea.trees.colors`.

    Examples
    --------
    >>> trees = TreeArithmetic(3)
    >>> (trees.identity + trees.gamma * trees(trees.identity)).coefficients
    [1, 0, 0, 0]
    """

    def __init__(
        self, order: int, field: Sequence[Any] | None = None, colors: Colors = PLAIN
    ) -> None:
        self.order = order
        self.colors = colors
        trees = trees_up_to(order, colors)
        self._children = [
            None if t.color.unit else [position(c, colors) for c in t.children] for t in trees
        ]
        self._field = None if field is None else list(field)
        self.gamma = StepSize(fmpq(1), 1)
        self.identity = self.series(1, [fmpq(0)] * len(trees), 0)

    def series(
        self, identity: Any, coefficients: list[Any], shift: int, beyond: bool = False
    ) -> TreeSeries:
        """Return the element with these coefficients over the trees of the arithmetic."""
        return TreeSeries(identity, coefficients, shift, self.colors, beyond)

    def __call__(self, argument: TreeSeries) -> TreeSeries:
        """Return the field at a map: f(theta + ...)."""
        return self.series(0, self._at(_checked_point(argument).coefficients), -1)

    def derivative(self, argument: TreeSeries, direction: TreeSeries) -> TreeSeries:
        """Return f'(theta + ...) v: the product rule, the sum over i of v(tau_i) times the rest.

        It is the part of epsilon in f(theta + ... + epsilon v).
        """
        a = _checked_point(argument).coefficients
        if not isinstance(direction, TreeSeries) or direction.identity != 0:
            raise MethodError(
                "on trees the derivative of the field is taken along series in f only, not along "
                f"theta or a constant: {_REMEDY}"
            )
        if direction.is_zero():
            return direction
        moved = [PowerSeries(pair, 1) for pair in zip(a, direction.coefficients, strict=True)]
        found = [x[1] if isinstance(x, PowerSeries) else fmpq(0) for x in self._at(moved)]
        return self.series(0, found, direction.shift - 1, beyond=True)

    def jacobian(self, argument: TreeSeries) -> NoReturn:
        """Refuse: trees know f'(theta) v for a vector v, and no matrix, nor its inverse."""
        raise MethodError(f"the matrix f' and its inverse have no place on trees: {_REMEDY}")

    def _at(self, a: list[Any]) -> list[Any]:
        """Return the coefficients of the field at the map of coefficients a."""
        if self._field is None:
            return [_product(a, below) for below in self._children]
        field = self.series(0, self._field, -1)
        return self.transport(field_of_map(a, self.colors), field).coefficients

    def transport(self, field: Sequence[Any], series: TreeSeries) -> TreeSeries:
        """Return exp(gamma D) series, D the derivative along a field: the series after one step."""
        term, identity = series.coefficients, series.identity
        total = list(term)
        for n in range(1, self.order + 1):
            term = [c * fmpq(1, n) for c in lie_derivative(field, term, identity, self.colors)]
            identity = 0
            total = [s + c for s, c in zip(total, term, strict=True)]
        return self.series(series.identity, total, series.shift)

    def solve(self, function: Callable[[Any], Any], guess: Any) -> Any:
        """Return the fixed point of `function`: each sweep settles the trees of one more order.

        Raises
        ------
        MethodError
            If one does not, as in k = f(theta) + k/2: the root is then no matter of sweeps.
        """
        for _ in range(self.order):
            guess = function(guess)
        again = function(guess)
        for before, after in zip(_listed(guess), _listed(again), strict=True):
            if not (after - before).vanishes():
                raise MethodError(
                    "the implicit equation does not settle order by order of the trees: its "
                    "right-hand side may depend on the unknown only through gamma times it"
                )
        return again


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
            raise MethodError(f"a constant cannot be added to a series on trees: {_REMEDY}")
        if self.is_zero() or other.is_zero():
            return other if self.is_zero() else self
        if self.shift != other.shift:
            shift = min(self.shift, other.shift)
            self._require_theta(
                "the step adds terms of different powers of gamma, such as theta + gamma f + "
                f"gamma^2 f, which no series on trees of f alone expresses: {_REMEDY}"
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
            raise MethodError(f"two series on trees cannot be multiplied: {_REMEDY}")
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
        raise MethodError(f"nothing can be divided by a series on trees: {_REMEDY}")

    def __pow__(self, exponent: Any) -> TreeSeries:
        raise MethodError(f"a series on trees has no powers: {_REMEDY}")

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
            raise MethodError(f"on trees only slopes, and not theta, have parts: {_REMEDY}")
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
                f"give the method the colors bea.trees.WITH_THETA, or {_REMEDY}"
            )
            return self._lowered_to(-1)._times_gamma(power)
        if power and self.identity != 0:
            raise MethodError(f"on trees theta cannot be divided by gamma: {_REMEDY}")
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
        raise MethodError(f"theta has no components on trees: {_REMEDY}")


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
        raise MethodError(f"gamma is added to something of another power of gamma: {_REMEDY}")

    __radd__ = __rsub__ = __add__

    def __sub__(self, other: Any) -> StepSize:
        return self + (-other)

    def _no_comparison(self, other: object) -> bool:
        raise NotSmoothError(_NO_SIZE)

    __lt__ = __le__ = __gt__ = __ge__ = _no_comparison

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> NoReturn:
        _refuse(ufunc, inputs)


def _refuse(ufunc: Any, inputs: Sequence[Any]) -> NoReturn:
    for number in inputs:
        _require_exact(number)
    raise MethodError(f"{ufunc.__name__} cannot be expressed on trees: {_REMEDY}")


def _require_exact(factor: Any) -> None:
    if getattr(factor, "shape", ()) != ():
        raise MethodError(f"an array has components, and theta has none on trees: {_REMEDY}")
    if isinstance(factor, float):
        raise MethodError(f"{factor} is a float: hyperparameters on trees must be exact")


def _checked_point(argument: Any) -> TreeSeries:
    if not isinstance(argument, TreeSeries) or argument.identity != 1 or argument.shift != 0:
        raise MethodError(f"on trees the field is evaluated only at theta + O(gamma): {_REMEDY}")
    return argument


def _listed(unknowns: Any) -> list[TreeSeries]:
    return unknowns if isinstance(unknowns, list) else [unknowns]


def _product(a: Sequence[Any], below: list[int] | None) -> Any:
    return fmpq(0) if below is None else prod((a[p] for p in below), start=fmpq(1))


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
