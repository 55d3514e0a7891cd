"""The stability function R(z) of a Runge-Kutta method, exactly, and what follows from it.

R(z) = det(I - zA + z 1 b^T)/det(I - zA), a step's factor on y' = lambda y, z = gamma lambda.
Source: Hairer and Wanner, Solving Ordinary Differential Equations II, section IV.3: Proposition 3.2
(the determinants), 3.6 and 3.7 (the E-polynomial).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import factorial, inf
from typing import Any

from flint import fmpq

from bea.algebra.language.building import add, multiply, power
from bea.algebra.language.expressions import Number, Symbol
from bea.algebra.language.mathematics import as_latex, as_text
from bea.methods.analysis.numbers import expression_of, float_of, inverse, is_zero, sign_of
from bea.methods.analysis.polynomials import Polynomial, is_stable


@dataclass(frozen=True)
class StabilityFunction:
    """R(z) = P(z)/Q(z) in lowest terms, Q(0) = 1.

    >>> R = StabilityFunction.of([[fmpq(1, 2)]], [fmpq(1)])
    >>> R, R.is_a_stable, R.is_l_stable
    ((1 + z/2)/(1 − z/2), True, False)
    """

    numerator: Polynomial
    denominator: Polynomial

    @classmethod
    def of(
        cls,
        A: Sequence[Sequence[Any]],
        b: Sequence[Any],
        clean: Callable[[Any], Any] | None = None,
    ) -> StabilityFunction:
        """Return the stability function of a tableau; `clean` takes residues of rounding away."""
        clean = clean or (lambda number: number)
        lowered = [[a - w for a, w in zip(row, b, strict=True)] for row in A]
        P, Q = (Polynomial.of(map(clean, reversed_characteristic(M))) for M in (lowered, A))
        common = P.common_factor(Q)
        if common.degree > 0:
            P, Q = P.quotient(common), Q.quotient(common)
            scale = inverse(Q.coefficients[0])
            P, Q = P * scale, Q * scale
        return cls(P, Q)

    def __call__(self, z: Any) -> Any:
        """Return R at a complex number or an array of them, in floating point."""
        P, Q = ([float_of(c) for c in p.coefficients] for p in (self.numerator, self.denominator))
        above, below = 0 * z, 0 * z
        for c in reversed(P):
            above = above * z + c
        for c in reversed(Q):
            below = below * z + c
        return above / below

    def latex(self) -> str:
        r"""Return R in LaTeX.

        >>> print(StabilityFunction.of([[fmpq(1, 2)]], [fmpq(1)]).latex())
        R(z) = \frac{1 + \frac{z}{2}}{1 - \frac{z}{2}}
        """
        P, Q = (written(p, latex=True) for p in (self.numerator, self.denominator))
        return f"R(z) = {P}" if Q == "1" else rf"R(z) = \frac{{{P}}}{{{Q}}}"

    @cached_property
    def order(self) -> int:
        """The largest q with R(z) = e^z + O(z^(q+1))."""
        return self._order_and_error[0]

    @property
    def error_constant(self) -> Any:
        """The C of e^z - R(z) = C z^(q+1) + ..."""
        return self._order_and_error[1]

    @property
    def pade(self) -> tuple[int, int] | None:
        """The degrees (of P, of Q) if R is a Pade approximation of e^z, which is unique, or None.

        >>> StabilityFunction.of([[fmpq(1, 2)]], [fmpq(1)]).pade
        (1, 1)
        """
        degrees = self.numerator.degree, self.denominator.degree
        return degrees if self.order == sum(degrees) else None

    @cached_property
    def e_polynomial(self) -> Polynomial:
        """|Q(iy)|^2 - |P(iy)|^2 as a polynomial in y^2."""
        return _squared(self.denominator) - _squared(self.numerator)

    @property
    def is_i_stable(self) -> bool:
        """Whether |R(iy)| <= 1 on the imaginary axis."""
        return self.e_polynomial.is_nonnegative()

    @cached_property
    def is_a_stable(self) -> bool:
        """Whether |R(z)| <= 1 in the left half plane: on its border, and no pole inside."""
        return self.is_i_stable and is_stable(self.denominator.mirrored())

    @property
    def is_l_stable(self) -> bool:
        """Whether it is A-stable, and R(infinity) = 0."""
        return self.numerator.degree < self.denominator.degree and self.is_a_stable

    @property
    def at_infinity(self) -> Any:
        """R(infinity), or None if it is not finite."""
        if self.numerator.degree > self.denominator.degree:
            return None
        if self.numerator.degree < self.denominator.degree:
            return fmpq(0)
        return self.numerator.leading * inverse(self.denominator.leading)

    @cached_property
    def real_limit(self) -> float:
        """How far |R(-x)| <= 1 from x = 0 on, on the negative real axis."""
        P, Q = self.numerator.mirrored(), self.denominator.mirrored()
        return _first_crossing(Q * Q - P * P)

    @cached_property
    def imaginary_limit(self) -> float:
        """How far |R(iy)| <= 1 from y = 0 on, on the imaginary axis."""
        return float(_first_crossing(self.e_polynomial)) ** 0.5

    def __repr__(self) -> str:
        P, Q = (written(p) for p in (self.numerator, self.denominator))
        return P if Q == "1" else f"{'1' if P == '1' else f'({P})'}/({Q})"

    @cached_property
    def _order_and_error(self) -> tuple[int, Any]:
        """Compare P with Q e^z, power by power."""
        Q, n = self.denominator.coefficients, 0
        while True:
            terms = (q * fmpq(1, factorial(n - k)) for k, q in enumerate(Q) if k <= n)
            wanted = sum(terms, start=fmpq(0))
            P = self.numerator.coefficients
            missed = wanted - (P[n] if n < len(P) else 0)
            if not is_zero(missed):
                return n - 1, missed
            n += 1


def reversed_characteristic(M: Sequence[Sequence[Any]]) -> list[Any]:
    """Return det(I - z M), lowest power first, by the recursion of Faddeev and Le Verrier.

    >>> reversed_characteristic([[fmpq(2), fmpq(0)], [fmpq(5), fmpq(3)]])
    [1, -5, 6]
    """
    size = len(M)
    columns = list(range(size))
    found: list[Any] = [fmpq(1)]
    power_of = [[fmpq(int(i == j)) for j in columns] for i in columns]
    for k in range(1, size + 1):
        power_of = [
            [sum((M[i][n] * power_of[n][j] for n in columns), start=fmpq(0)) for j in columns]
            for i in columns
        ]
        c = sum((power_of[i][i] for i in columns), start=fmpq(0)) * fmpq(-1, k)
        found.append(c)
        power_of = [
            [x + c if i == j else x for j, x in enumerate(r)] for i, r in enumerate(power_of)
        ]
    return found


def written(p: Polynomial, name: str = "z", latex: bool = False) -> str:
    """Return a polynomial as a person writes it.

    >>> written(Polynomial.of([1, fmpq(-1, 2), fmpq(1, 12)]))
    '1 − z/2 + z²/12'
    """
    z = Symbol(name)
    terms = [
        multiply(expression_of(c), power(z, fmpq(n))) if n else expression_of(c)
        for n, c in enumerate(p.coefficients)
    ]
    return (as_latex if latex else as_text)(add(*terms) if terms else Number(fmpq(0)))


# --- private helpers ----------------------------------------------------------------------------


def _squared(p: Polynomial) -> Polynomial:
    """Return |p(iy)|^2 as a polynomial in x = y^2: the squares of real and imaginary part."""
    real, imaginary = (
        Polynomial.of(c * (-1) ** n for n, c in enumerate(p.coefficients[k::2])) for k in (0, 1)
    )
    return real * real + (imaginary * imaginary).shifted(1)


def _first_crossing(p: Polynomial) -> float:
    """Return the first x >= 0 from which on p is negative."""
    if p.degree < 0:
        return inf
    lowest = next(c for c in p.coefficients if not is_zero(c))
    if sign_of(lowest) < 0:
        return 0.0
    core = p.shifted(-next(n for n, c in enumerate(p.coefficients) if not is_zero(c)))
    crossing = next((root for root in core.positive_roots() if root.crosses), None)
    return inf if crossing is None else core.refined(crossing)
