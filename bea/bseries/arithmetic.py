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
from fractions import Fraction
from functools import cache
from typing import Any, NoReturn

from flint import fmpq

from bea.algebra import Element, Expression, Ring, as_rational
from bea.algebra.language.building import number, power
from bea.algebra.ring.exact import in_ring
from bea.arithmetic import Arithmetic
from bea.bseries.calculus import exponential, logarithm
from bea.bseries.elements import NO_COMPONENTS, REMEDY, StepSize, TreeSeries
from bea.bseries.fed_field import FedField
from bea.bseries.numbers import EXACT, Array, Exact, as_array
from bea.errors import MethodError
from bea.trees import PLAIN, Colors, tree_table


class TreeArithmetic(Arithmetic):
    """The field, the identity and the step size with which `step` is run on trees.

    Parameters
    ----------
    order
        Largest number of nodes of the trees that are kept.
    field
        The coefficients of the vector field that the method is fed with; by default f itself.
    colors
        The colours of the nodes: what the trees stand for, see `bea.trees.colors`.
    symbols
        The names that hyperparameters may hold.
    numbers
        What coefficients are: exact, or their images, see `bea.bseries.residues`.

    Examples
    --------
    >>> trees = TreeArithmetic(3)
    >>> (trees.identity + trees.gamma * trees(trees.identity)).coefficients
    [1, 0, 0, 0]
    """

    kind = "series on trees"
    counts = False

    def __init__(
        self,
        order: int,
        field: Sequence[Any] | FedField | None = None,
        colors: Colors = PLAIN,
        symbols: tuple[str, ...] = (),
        numbers: Exact = EXACT,
    ) -> None:
        self.order = order
        self.symbols = symbols
        self.colors = colors
        self.numbers = numbers
        self.table = tree_table(order, colors)
        if field is not None and not isinstance(field, FedField):
            field = FedField(self.table, numbers, as_array(field, numbers)[: len(self.table)])
        self._field = field
        self.gamma = StepSize(fmpq(1), 1)
        self.identity = self.series(1, numbers.zeros(len(self.table)), 0)

    def series(
        self,
        identity: Any,
        coefficients: Sequence[Any] | Array,
        shift: int,
        beyond: bool = False,
    ) -> TreeSeries:
        """Return the element with these coefficients over the trees of the arithmetic."""
        limit = len(self.table)
        return TreeSeries(identity, coefficients, shift, self.colors, beyond, self.numbers, limit)

    def constant(self, value: Expression) -> Any:
        """Return an exact hyperparameter as a rational, or else as an element of a ring."""
        rational = as_rational(value)
        return in_ring(value, ring_of_numbers(self.symbols)) if rational is None else rational

    def __call__(self, argument: TreeSeries) -> TreeSeries:
        """Return the field at a map: f(theta + ...)."""
        return self.series(0, self._at(_checked_point(argument).values), -1)

    def derivative(self, argument: TreeSeries, direction: TreeSeries) -> TreeSeries:
        """Return f'(theta + ...) v: the product rule, the sum over i of v(tau_i) times the rest.

        Of a field b that is given it is the derivative of b along w at the point, where w there
        is v.
        """
        a = _checked_point(argument).values
        if not isinstance(direction, TreeSeries) or direction.identity != 0:
            raise MethodError(
                "on trees the derivative of the field is taken along series in f only, not along "
                f"theta or a constant: {REMEDY}"
            )
        if direction.is_zero():
            return direction
        found = self._along(a, direction.values)
        return self.series(0, found, direction.shift - 1, beyond=True)

    def jacobian(self, argument: TreeSeries) -> NoReturn:
        """Refuse: trees know f'(theta) v for a vector v, and no matrix, nor its inverse."""
        raise MethodError(f"the matrix f' and its inverse have no place on trees: {REMEDY}")

    def _at(self, a: Array) -> Array:
        """Return the coefficients of the field at the map of coefficients a."""
        if self._field is None:
            return self._products(a)[0]
        return self._field.at(a, self.order)

    def _along(self, a: Array, v: Array) -> Array:
        if self._field is None:
            return self._products(a, v)[1]
        return self._field.slope(a, v, self.order)

    def _products(self, a: Array, v: Array | None = None) -> tuple[Array, Array]:
        """Return for each tree the product of a over the children, and its derivative along v.

        They are known for one node more than a and v are.
        """
        table, reduced = self.table, self.numbers.reduced
        known = table.nodes_of(len(a) if v is None else min(len(a), len(v)))
        count = table.count(min(known + 1, self.order))
        product = self.numbers.zeros(count)
        slope = self.numbers.zeros(0 if v is None else count)
        fields = [not self.colors[root].unit for root in table.root[table.level(1)]]
        product[table.level(1)] = self.numbers.array([fmpq(int(field)) for field in fields])
        for nodes in range(2, table.nodes_of(count) + 1):
            level = table.level(nodes)
            rest, child = table.rest[level], table.child[level]
            product[level] = reduced(product[rest] * a[child])
            if v is not None:
                slope[level] = reduced(slope[rest] * a[child] + product[rest] * v[child])
        return product, slope

    def transport(self, field: Sequence[Any] | Array, series: TreeSeries) -> TreeSeries:
        """Return exp(gamma D) series, D the derivative along a field: the series after one step."""
        along = as_array(field, self.numbers)
        total = exponential(self.table, self.numbers, along, series.values, series.identity)
        return self.series(series.identity, total, series.shift)

    def before(self, moved: TreeSeries, part: Any) -> Any:
        """Return exp(-gamma D) part, where exp(gamma D) theta = moved."""
        if not isinstance(part, TreeSeries):
            return part
        field = logarithm(self.table, self.numbers, moved.values)
        return self.transport(self._negative(field), part)

    def _negative(self, array: Array) -> Array:
        return self.numbers.scaled(array, -1)

    def solve(self, function: Callable[[Any], Any], guess: Any) -> Any:
        """Return the fixed point of `function`: each sweep settles the trees of one more order.

        Raises
        ------
        MethodError
            If one does not, as in k = f(theta) + k/2: the root is then no matter of sweeps.
        """
        several = isinstance(guess, list)
        guesses = guess if several else [guess]

        def sweep(known: list[TreeSeries], nodes: int) -> list[TreeSeries]:
            found = function(known if several else known[0])
            return [k.known_to(self.table.count(nodes)) for k in (found if several else [found])]

        known = [k.known_to(0) for k in guesses]
        for nodes in range(1, self.order + 1):
            known = sweep(known, nodes)
            if any(len(k.values) < self.table.count(nodes) for k in known):
                known = self._settled(sweep, guesses)
                break
        return known if several else known[0]

    def _settled(
        self, sweep: Callable[[list[TreeSeries], int], list[TreeSeries]], guesses: list[TreeSeries]
    ) -> list[TreeSeries]:
        """Return the fixed point where the unknown itself is on the right, and cancels there."""
        known = [k.known_to(0) for k in guesses]
        for nodes in range(1, self.order + 1):
            count = self.table.count(nodes)
            known = sweep(
                [k.continued(g, count) for k, g in zip(known, guesses, strict=True)], nodes
            )
        for before, after in zip(known, sweep(known, self.order), strict=True):
            if not (after - before).vanishes():
                raise MethodError(
                    "the implicit equation does not settle order by order of the trees: its "
                    "right-hand side may depend on the unknown only through gamma times it"
                )
        return known

    # --- functions, which there are few of ------------------------------------------------------

    def function(self, name: str, x: Any) -> Any:
        """Refuse, but for numbers."""
        _require_number(name, x)
        return super().function(name, x)

    def root(self, x: Any, degree: int) -> Any:
        """Refuse, but for numbers."""
        _require_number("sqrt" if degree == 2 else "a root", x)
        if isinstance(x, Element):
            return super().root(x, degree)
        return self.constant(power(number(x), Fraction(1, degree)))

    def sign(self, x: Any) -> NoReturn:
        """Refuse: a branch has no series."""
        raise MethodError(f"sign cannot be expressed on trees: {REMEDY}")

    def total(self, v: Any) -> NoReturn:
        """Refuse: theta has no components here."""
        raise MethodError(NO_COMPONENTS)

    def scaled(self, scales: Sequence[Any], v: Any) -> NoReturn:
        """Refuse: theta has no components here."""
        raise MethodError(NO_COMPONENTS)

    def share(self, v: TreeSeries, split: Any, part: int) -> TreeSeries:
        """Return the part of a slope whose trees have a root of that colour."""
        return v.rooted(self.colors[part])

    def same(self, x: TreeSeries, y: TreeSeries) -> bool:
        """Tell whether two series have the same coefficients."""
        return (x - y).vanishes()

    def columns(self) -> int:
        """Return half the number of nodes, to which an extrapolation is exact."""
        return (self.order + 1) // 2

    def zero(self, theta: TreeSeries, power: int) -> TreeSeries:
        """Return zero of the size gamma^power."""
        zero: TreeSeries = 0 * self(theta) * self.gamma ** (power + 1)
        return zero


# --- private helpers ------------------------------------------------------------------------------


@cache
def ring_of_numbers(symbols: tuple[str, ...]) -> Ring:
    """Return one ring of numbers per set of symbols, so that coefficients of two runs compare."""
    return Ring([], symbols)


def _require_number(name: str, x: Any) -> None:
    if isinstance(x, TreeSeries | StepSize):
        raise MethodError(f"{name} cannot be expressed on trees: {REMEDY}")


def _checked_point(argument: Any) -> TreeSeries:
    if not isinstance(argument, TreeSeries) or argument.identity != 1 or argument.shift != 0:
        raise MethodError(f"on trees the field is evaluated only at theta + O(gamma): {REMEDY}")
    return argument
