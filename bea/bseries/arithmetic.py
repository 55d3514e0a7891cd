"""The arithmetic on trees: a method's `step`, run here, gives its map for every f at once.

An element is e theta + sum over tau of gamma^(|tau| + shift) c(tau)/sigma(tau) F(tau). Applying
the field, or its derivative to another series, lowers the shift by one, a factor gamma raises it:
whatever is homogeneous in (gamma, f) can be expressed, and everything else is refused here by name,
with the arithmetic that can. Source of the composition rule f(B(a)) = B([tau_1 ... tau_m] ->
a(tau_1) ... a(tau_m)): Hairer, Lubich and Wanner, Geometric Numerical Integration, lemma III.1.9.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any, NoReturn

from flint import fmpq

from bea.bseries.calculus import field_of_map, lie_derivative
from bea.errors import MethodError
from bea.series import PowerSeries
from bea.trees import position, trees_up_to

__all__ = ["StepSize", "TreeArithmetic", "TreeSeries"]

_REMEDY = "derive the method on a concrete loss or field instead (give a problem)"


class TreeArithmetic:
    """The field, the identity and the step size with which `step` is run on trees.

    Parameters
    ----------
    order
        Largest number of nodes of the trees that are kept.
    field
        The coefficients of the vector field that the method is fed with; by default f itself.

    Examples
    --------
    >>> trees = TreeArithmetic(3)
    >>> (trees.identity + trees.gamma * trees(trees.identity)).coefficients
    [1, 0, 0, 0]
    """

    def __init__(self, order: int, field: Sequence[Any] | None = None) -> None:
        self.order = order
        self._trees = trees_up_to(order)
        self._children = [[position(c) for c in t.children] for t in self._trees]
        self._field = None if field is None else list(field)
        self.gamma = StepSize(fmpq(1), 1)
        self.identity = TreeSeries(1, [fmpq(0)] * len(self._trees), 0)

    def __call__(self, argument: TreeSeries) -> TreeSeries:
        """Return the field at a map: f(theta + ...)."""
        return TreeSeries(0, self._at(_checked_point(argument).coefficients), -1)

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
        return TreeSeries(0, found, direction.shift - 1, beyond=True)

    def jacobian(self, argument: TreeSeries) -> NoReturn:
        """Refuse: trees know f'(theta) v for a vector v, and no matrix, nor its inverse."""
        raise MethodError(f"the matrix f' and its inverse have no place on trees: {_REMEDY}")

    def _at(self, a: list[Any]) -> list[Any]:
        """Return the coefficients of the field at the map of coefficients a."""
        if self._field is None:
            return [_product(a, below) for below in self._children]
        return self.transport(field_of_map(a), TreeSeries(0, self._field, -1)).coefficients

    def transport(self, field: Sequence[Any], series: TreeSeries) -> TreeSeries:
        """Return exp(gamma D) series, D the derivative along a field: the series after one step."""
        term, identity = series.coefficients, series.identity
        total = list(term)
        for n in range(1, self.order + 1):
            term = [c * fmpq(1, n) for c in lie_derivative(field, term, identity)]
            identity = 0
            total = [s + c for s, c in zip(total, term, strict=True)]
        return TreeSeries(series.identity, total, series.shift)

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

    __slots__ = ("beyond", "coefficients", "identity", "shift")

    def __init__(
        self, identity: Any, coefficients: list[Any], shift: int, beyond: bool = False
    ) -> None:
        self.identity = identity
        self.coefficients = coefficients
        self.shift = shift
        self.beyond = beyond

    def __add__(self, other: Any) -> TreeSeries:
        if isinstance(other, int) and other == 0:  # the start value of sum()
            return self
        if not isinstance(other, TreeSeries):
            raise MethodError(f"a constant cannot be added to a series on trees: {_REMEDY}")
        if self.is_zero() or other.is_zero():
            return other if self.is_zero() else self
        if self.shift != other.shift:
            raise MethodError(
                "the step adds terms of different powers of gamma, such as theta + gamma f + "
                f"gamma^2 f, which no series on trees expresses: {_REMEDY}"
            )
        pairs = zip(self.coefficients, other.coefficients, strict=True)
        total = [a + b for a, b in pairs]
        return TreeSeries(self.identity + other.identity, total, self.shift, beyond=True)

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
        return TreeSeries(self.identity * factor, scaled, self.shift, beyond)

    __rmul__ = __mul__

    def __truediv__(self, divisor: Any) -> TreeSeries:
        return self * (1 / divisor if not isinstance(divisor, int) else fmpq(1, divisor))

    def __rtruediv__(self, dividend: Any) -> TreeSeries:
        raise MethodError(f"nothing can be divided by a series on trees: {_REMEDY}")

    def __pow__(self, exponent: Any) -> TreeSeries:
        raise MethodError(f"a series on trees has no powers: {_REMEDY}")

    def __bool__(self) -> bool:
        raise TypeError("a series on trees has no truth value: branches cannot be expanded")

    def vanishes(self) -> bool:
        """Tell whether the element is zero (to the order that is kept)."""
        return self.identity == 0 and all(c == 0 for c in self.coefficients)

    def is_zero(self) -> bool:
        """Tell whether the element is zero to every order."""
        return not self.beyond and self.vanishes()

    def _times_gamma(self, power: int) -> TreeSeries:
        if power and self.identity != 0:
            raise MethodError(
                "gamma times theta itself (a weight decay) has no place on the trees of f: "
                f"{_REMEDY}"
            )
        return TreeSeries(self.identity, self.coefficients, self.shift + power, self.beyond)

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


def _product(a: Sequence[Any], below: list[int]) -> Any:
    return prod((a[p] for p in below), start=fmpq(1))
