"""Multistep methods by their characteristic polynomials, rho(E) theta = gamma sigma(E) f(theta).

Sources: Hairer, Norsett and Wanner, Solving Ordinary Differential Equations I, sections III.2
(order, error constant) and III.3 (zero-stability); Hairer and Wanner, Solving Ordinary Differential
Equations II, section V.1 (the root locus curve) and V.2 (A(alpha)-stability).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from math import comb, factorial, pi
from typing import Any

import flint
import numpy as np
from flint import acb, acb_poly, fmpq, fmpq_poly

from bea.algebra.language.expressions import Expression, free_symbols
from bea.algebra.ring.conversions import read
from bea.algebra.ring.element import Element
from bea.algebra.ring.ring import Ring
from bea.bseries.geometry.structure import Structure
from bea.files.drawings import drawing_of
from bea.methods.analysis.numbers import (
    OpenSignError,
    ball,
    exactly,
    float_of,
    inverse,
    is_zero,
    shown,
)
from bea.methods.analysis.polynomials import Polynomial
from bea.methods.analysis.stability import written
from bea.methods.analysis.underlying import underlying_field
from bea.methods.method import Method
from bea.trees import PLAIN, trees_up_to

_BITS = 300  # at which a modulus that cannot be told from 1 is 1
_ANGLES = 20001
_ZOOMS = 6


class MultistepAnalysis:
    """The analysis of a method that is linear in shifts; `bea.analyze` makes it.

    A method with momentum is one too: it follows the field at the rate sigma(1)/rho'(1), and its
    order is that of following it there.

    Examples
    --------
    >>> import bea
    >>> found = bea.analyze("bdf3")
    >>> found.order, found.is_zero_stable, round(found.alpha, 2)
    (3, True, 86.03)
    """

    kind = "multistep"

    def __init__(self, name: str, rho: Sequence[Any], sigma: Sequence[Any]) -> None:
        self.name = name
        first, second = Polynomial.of(rho), Polynomial.of(sigma)
        common = first.common_factor(second)
        if common.degree > 0:
            first, second = first.quotient(common), second.quotient(common)
        scale = inverse(first.leading)
        self.rho, self.sigma = first * scale, second * scale

    @classmethod
    def of(cls, method: Method) -> MultistepAnalysis | None:
        """Return the analysis of a method, or None if it has no `shift_polynomials`."""
        given: list[Expression] = []
        method.bind(lambda e: given.append(e) or 0)  # type: ignore[func-returns-value]
        ring = Ring([], sorted({s for e in given for s in free_symbols(e)}))
        found = method.bind(lambda e: read(ring, e)).shift_polynomials()
        if found is None:
            return None
        return cls(str(method), *([_plain(c) for c in part] for part in found))

    @property
    def steps(self) -> int:
        """Number of steps, k, without common factors of rho and sigma."""
        return self.rho.degree

    @property
    def is_explicit(self) -> bool:
        """Whether f is not needed at the next point."""
        return self.sigma.degree < self.rho.degree

    @property
    def rate(self) -> Any:
        """sigma(1)/rho'(1): how fast it follows the field; 1 for a consistent method."""
        return self.sigma(fmpq(1)) * inverse(self.rho.derivative()(fmpq(1)))

    @cached_property
    def order(self) -> int:
        """The order of accuracy, of following the field at its rate."""
        return self._order_and_error[0]

    @property
    def error_constant(self) -> Any:
        """C_(p+1)/sigma(1), sigma scaled to the rate 1."""
        return self._order_and_error[1]

    # --- stability --------------------------------------------------------------------------------

    @property
    def parasitic(self) -> Polynomial:
        """rho(E)/(E - 1), whose roots are the factors of the parasitic solutions."""
        return self.rho.quotient(Polynomial.of([-1, 1]))

    @cached_property
    def parasitic_roots(self) -> list[complex] | None:
        """The roots of rho other than 1, the largest first; None if they depend on a symbol."""
        found = self._balls
        if found is None:
            return None
        roots = [complex(root) for root, count in found for _ in range(count)]
        return sorted(roots, key=lambda r: (-abs(r), -r.imag))

    @property
    def is_zero_stable(self) -> bool | None:
        """Whether no root of rho leaves the unit disc, and those on its border are simple."""
        if self._balls is None:
            return None
        with flint.ctx.workprec(_BITS):
            one = [(r, n) for r, n in self._balls if not abs(r) < 1]
            return all(n == 1 and not abs(r) > 1 and not (r - 1).contains(0) for r, n in one)

    @property
    def is_strongly_stable(self) -> bool | None:
        """Whether all parasitic roots are inside the unit disc."""
        if self._balls is None:
            return None
        with flint.ctx.workprec(_BITS):
            return all(abs(r) < 1 for r, _ in self._balls)

    @cached_property
    def is_a_stable(self) -> bool | None:
        """Whether rho/sigma maps the outside of the unit disc into the right half plane, exactly.

        On its border Re rho(e^(i phi)) sigma(e^(-i phi)) is a polynomial in cos(phi).
        """
        if self.is_explicit:
            return False
        try:
            outside = any(abs(r) > 1 for r, _ in _roots(self.sigma))
            return not outside and self._border.is_nonnegative()
        except OpenSignError:
            return None

    @cached_property
    def alpha(self) -> float | None:
        """The angle of A(alpha)-stability in degrees, or None without such an angle.

        The root locus curve mu(phi) = rho/sigma at e^(i phi) does not enter the sector, and the
        method is stable in it at one point. A float: the angle is found on a fine grid and refined.
        """
        if self.is_a_stable:
            return 90.0
        try:
            if self.growth(np.array([-1.0 + 0j]))[0] > 1 or self.is_explicit:
                return None
            found = self._angle()
        except OpenSignError:
            return None
        return found if found > 0 else None

    def growth(self, z: Any) -> Any:
        """Return the largest modulus of a root of rho - z sigma at complex z, an array."""
        rho, sigma = ([float_of(c) for c in p.coefficients] for p in (self.rho, self.sigma))
        sigma += [0.0] * (len(rho) - len(sigma))
        flat = np.asarray(z, dtype=complex).ravel()
        monic = np.array([r - flat * s for r, s in zip(rho, sigma, strict=True)])
        lead = np.where(monic[-1] == 0, 1e-300, monic[-1])
        size = self.steps
        companion = np.zeros((len(flat), size, size), dtype=complex)
        companion[:, np.arange(1, size), np.arange(size - 1)] = 1
        companion[:, :, -1] = -(monic[:-1] / lead).T
        return np.abs(np.linalg.eigvals(companion)).max(axis=1).reshape(np.shape(z))

    # --- structure --------------------------------------------------------------------------------

    @property
    def looked_to(self) -> int:
        """The number of nodes to which structures are looked for on trees."""
        return max(6, min(self.order + 2, 8))

    @cached_property
    def structure(self) -> Structure:
        """What the underlying one-step method keeps, which smooth solutions follow."""
        field = underlying_field(self.rho.coefficients, self.sigma.coefficients, self.looked_to)
        return Structure(
            dict(zip(trees_up_to(self.looked_to), field, strict=True)), self.looked_to, PLAIN
        )

    def plot(self, **options: Any) -> Any:
        """Draw the stability region; see `bea.plots.stability_figure`."""
        return drawing_of("Analysis")(self, **options)

    # --- what it looks like -----------------------------------------------------------------------

    def as_json(self) -> Mapping[str, Any]:
        """Return all of it for machines; exact numbers are texts that bea reads."""
        roots = self.parasitic_roots
        return {
            "method": self.name,
            "kind": self.kind,
            "steps": self.steps,
            "explicit": self.is_explicit,
            "order": self.order,
            "error_constant": exactly(self.error_constant),
            "rate": exactly(self.rate),
            "rho": [exactly(c) for c in self.rho.coefficients],
            "sigma": [exactly(c) for c in self.sigma.coefficients],
            "parasitic_roots": None if roots is None else [[r.real, r.imag] for r in roots],
            **self.verdicts,
            "alpha_degrees": self.alpha,
            "structure": self.structure.orders,
            "looked_to": self.looked_to,
        }

    @property
    def verdicts(self) -> dict[str, bool | None]:
        """What is true of the method, by name."""
        return {
            "zero_stable": self.is_zero_stable,
            "strongly_stable": self.is_strongly_stable,
            "a_stable": self.is_a_stable,
        }

    def __repr__(self) -> str:
        kind = "explicit" if self.is_explicit else "implicit"
        rate = "" if is_zero(self.rate - 1) else f", at the rate {shown(self.rate)}"
        return (
            f"{self.name}: order {self.order}, {self.steps} steps, {kind}{rate}\n"
            f"rho = {written(self.rho, 'E')}, sigma = {written(self.sigma, 'E')}"
        )

    # --- helpers ----------------------------------------------------------------------------------

    @cached_property
    def _order_and_error(self) -> tuple[int, Any]:
        """Return the first q at which sum a_i i^q/q! misses sum b_i i^(q-1)/(q-1)!, less one."""
        sigma = self.sigma * inverse(self.rate)
        q = 1
        while True:
            left = _moment(self.rho, q) * fmpq(1, factorial(q))
            missed = left - _moment(sigma, q - 1) * fmpq(1, factorial(q - 1))
            if not is_zero(missed):
                return q - 1, missed * inverse(sigma(fmpq(1)))
            q += 1

    @cached_property
    def _balls(self) -> list[tuple[acb, int]] | None:
        try:
            return _roots(self.parasitic)
        except OpenSignError:
            return None

    @cached_property
    def _border(self) -> Polynomial:
        """Re rho sigma-bar on the unit circle at cos(phi) = (1 - x)/(1 + x), times (1 + x)^k."""
        size = self.steps
        total = Polynomial(())
        down, up = Polynomial.of([1, -1]), Polynomial.of([1, 1])
        chebyshev = [Polynomial.of([1]), down]  # homogeneous: (1 + x)^n T_n
        while len(chebyshev) <= size:
            chebyshev.append(chebyshev[-1] * down * fmpq(2) - chebyshev[-2] * up * up)
        for i, a in enumerate(self.rho.coefficients):
            for j, b in enumerate(self.sigma.coefficients):
                n = abs(i - j)
                total = total + chebyshev[n] * _binomial(size - n) * (a * b)
        return total

    def _angle(self) -> float:
        """Return the least angle of the curve from the negative axis, in degrees."""
        low, high, least = 1e-4, pi, 90.0
        for _ in range(_ZOOMS):
            phi = np.linspace(low, high, _ANGLES)
            angles = self._angles(phi)
            place = int(np.argmin(angles))
            least = float(angles[place])
            width = (high - low) / (_ANGLES - 1)
            low, high = max(1e-4, phi[place] - width), min(pi, phi[place] + width)
        return least

    def _angles(self, phi: Any) -> Any:
        point = np.exp(1j * phi)
        above, below = (
            sum(float_of(c) * point**n for n, c in enumerate(p.coefficients))
            for p in (self.rho, self.sigma)
        )
        curve = above / below
        return np.where(curve.real < 0, np.degrees(np.arctan2(abs(curve.imag), -curve.real)), 90.0)


# --- private helpers ----------------------------------------------------------------------------


def _plain(number: Any) -> Any:
    """Return a coefficient as a rational where it is one."""
    if not isinstance(number, Element):
        return fmpq(number)
    value = number.as_rational()
    return number if value is None else value


def _moment(p: Polynomial, power: int) -> Any:
    terms = (c * fmpq(n) ** power if power else c for n, c in enumerate(p.coefficients))
    return sum(terms, start=fmpq(0))


def _roots(p: Polynomial) -> list[tuple[acb, int]]:
    """Return enclosures of the roots, with their multiplicities."""
    if p.degree < 1:
        return []
    with flint.ctx.workprec(_BITS):
        if all(isinstance(c, fmpq) for c in p.coefficients):
            found: Any = fmpq_poly(list(p.coefficients)).numer().complex_roots()
            return list(found)
        return [(root, 1) for root in acb_poly([acb(ball(c)) for c in p.coefficients]).roots()]


def _binomial(exponent: int) -> Polynomial:
    """Return (1 + x)^n."""
    return Polynomial.of([comb(exponent, n) for n in range(exponent + 1)])
