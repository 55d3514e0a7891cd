"""Polynomials over exact numbers, and where on a half line they are positive.

Everything is decided by signs of exact numbers: real roots are counted by Sturm's theorem, with
pseudo-remainders so that no root has to be divided by. Source: Basu, Pollack and Roy, Algorithms
in Real Algebraic Geometry, sections 2.2 (Sturm) and 10.2 (isolation by bisection).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise, zip_longest
from typing import Any, NamedTuple

from flint import fmpq

from bea.methods.analysis.numbers import divides_well, float_of, inverse, is_zero, sign_of

_HALVINGS = 60


class Root(NamedTuple):
    """A positive root: between which rationals it lies, and whether the sign changes there."""

    low: fmpq
    high: fmpq
    crosses: bool


@dataclass(frozen=True)
class Polynomial:
    """A polynomial by its coefficients, lowest power first; the last is not 0.

    >>> p = Polynomial.of([-2, 0, 1, 0])
    >>> p.degree, p(fmpq(3)), len(p.positive_roots())
    (2, 7, 1)
    """

    coefficients: tuple[Any, ...]

    @classmethod
    def of(cls, coefficients: Iterable[Any]) -> Polynomial:
        """Return the polynomial with these coefficients, without zeros at the end."""
        kept = [fmpq(c) if isinstance(c, int) else c for c in coefficients]
        while kept and is_zero(kept[-1]):
            kept.pop()
        return cls(tuple(kept))

    @property
    def degree(self) -> int:
        """The degree; -1 of the polynomial 0."""
        return len(self.coefficients) - 1

    @property
    def leading(self) -> Any:
        """The coefficient of the highest power."""
        return self.coefficients[-1]

    def __call__(self, x: Any) -> Any:
        total: Any = fmpq(0)
        for c in reversed(self.coefficients):
            total = total * x + c
        return total

    def __add__(self, other: Polynomial) -> Polynomial:
        pairs = zip_longest(self.coefficients, other.coefficients, fillvalue=fmpq(0))
        return Polynomial.of(a + b for a, b in pairs)

    def __sub__(self, other: Polynomial) -> Polynomial:
        return self + other * fmpq(-1)

    def __mul__(self, other: Any) -> Polynomial:
        if not isinstance(other, Polynomial):
            return Polynomial.of(c * other for c in self.coefficients)
        found: list[Any] = [fmpq(0)] * max(0, self.degree + other.degree + 1)
        for i, a in enumerate(self.coefficients):
            for j, b in enumerate(other.coefficients):
                found[i + j] = found[i + j] + a * b
        return Polynomial.of(found)

    def shifted(self, power: int) -> Polynomial:
        """Return x^power times the polynomial; a negative power must divide it."""
        if power < 0:
            return Polynomial(self.coefficients[-power:])
        return Polynomial((*[fmpq(0)] * power, *self.coefficients))

    def mirrored(self) -> Polynomial:
        """Return p(-x)."""
        return Polynomial(tuple(c * (-1) ** n for n, c in enumerate(self.coefficients)))

    def derivative(self) -> Polynomial:
        """Return p'."""
        return Polynomial.of(c * n for n, c in enumerate(self.coefficients) if n)

    def remainder(self, other: Polynomial) -> Polynomial:
        """Return a positive multiple of the remainder by another polynomial."""
        rest, square = self, other.leading * other.leading
        while rest.degree >= other.degree:
            taken = other.shifted(rest.degree - other.degree) * (rest.leading * other.leading)
            rest = Polynomial.of((rest * square - taken).coefficients[: rest.degree])
        return rest.of_moderate_size()

    def of_moderate_size(self) -> Polynomial:
        """Return a positive multiple whose leading coefficient is 1 or -1, where that is easy."""
        if self.degree < 0 or not all(map(divides_well, self.coefficients)):
            return self
        return self * (inverse(self.leading) * sign_of(self.leading))

    def quotient(self, other: Polynomial) -> Polynomial:
        """Return the quotient by a polynomial that divides this one."""
        rest, found, scale = self, Polynomial(()), inverse(other.leading)
        while rest.degree >= other.degree:
            term = Polynomial.of([rest.leading * scale]).shifted(rest.degree - other.degree)
            found = found + term
            rest = Polynomial.of((rest - term * other).coefficients[: rest.degree])
        return found

    def common_factor(self, other: Polynomial) -> Polynomial:
        """Return a greatest common divisor."""
        a, b = self, other
        while b.degree >= 0:
            a, b = b, a.remainder(b)
        return a

    def positive_roots(self) -> list[Root]:
        """Return the distinct positive roots in rising order, each in an interval of its own."""
        core = self.shifted(-self._lowest)
        if core.degree < 1:
            return []
        return core._isolated(fmpq(0), core._bound())

    def is_nonnegative(self) -> bool:
        """Tell whether p(x) >= 0 for all x >= 0."""
        if self.degree < 0:
            return True
        places = [fmpq(1, 1)] if self.degree == self._lowest else [fmpq(0), self._bound()]
        core = self.shifted(-self._lowest)
        return all(sign_of(core(x)) >= 0 for x in places) and not any(
            root.crosses for root in self.positive_roots()
        )

    # --- helpers ----------------------------------------------------------------------------------

    @cached_property
    def _lowest(self) -> int:
        """The power of x that divides it."""
        return next((n for n, c in enumerate(self.coefficients) if not is_zero(c)), 0)

    @cached_property
    def _chain(self) -> Sequence[Polynomial]:
        """Sturm's chain."""
        chain = [self, self.derivative()]
        while chain[-1].degree > 0:
            chain.append(chain[-2].remainder(chain[-1]) * fmpq(-1))
        return [p for p in chain if p.degree >= 0]

    def _changes(self, x: fmpq) -> int:
        signs = [s for s in (sign_of(p(x)) for p in self._chain) if s]
        return sum(a != b for a, b in pairwise(signs))

    def _bound(self) -> fmpq:
        """Return a number above all roots (Cauchy)."""
        last = abs(float_of(self.leading))
        return fmpq(2 + int(2 * max(abs(float_of(c)) for c in self.coefficients) / last))

    def _isolated(self, low: fmpq, high: fmpq) -> list[Root]:
        """Return the roots between two numbers that are none, each bisected until it is alone."""
        count = self._changes(low) - self._changes(high)
        if count == 0:
            return []
        if count == 1:
            return [Root(low, high, sign_of(self(low)) != sign_of(self(high)))]
        middle = (low + high) / 2
        while sign_of(self(middle)) == 0:
            middle = (2 * low + middle) / 3
        return self._isolated(low, middle) + self._isolated(middle, high)

    def refined(self, root: Root) -> float:
        """Return a root as a float."""
        low, high = root.low, root.high
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            if sign_of(self(middle)) == 0:
                return float_of(middle)
            if self._changes(low) - self._changes(middle):
                high = middle
            else:
                low = middle
        return float_of((low + high) / 2)


def is_stable(polynomial: Polynomial) -> bool:
    """Tell whether all roots have negative real parts, by Routh's array without divisions.

    Source: Gantmacher, The Theory of Matrices II, chapter XV, section 3.

    >>> is_stable(Polynomial.of([2, 2, 1])), is_stable(Polynomial.of([1, 0, 1]))
    (True, False)
    """
    if polynomial.degree < 1:
        return polynomial.degree == 0
    descending = list(reversed(polynomial.coefficients))
    if sign_of(descending[0]) < 0:
        descending = [-c for c in descending]
    above, below = descending[::2], descending[1::2]
    for _ in range(polynomial.degree):
        if not below or sign_of(below[0]) <= 0:
            return False
        padded = [*below[1:], *[fmpq(0)] * len(above)]
        following = [below[0] * a - above[0] * b for a, b in zip(above[1:], padded, strict=False)]
        above, below = below, following
    return True
