"""Elements of the differential ring: what vector fields, losses and their derivatives are made of.

An element is a polynomial of flint in the generators of its `bea.algebra.ring.ring.Ring`, which
knows the relations and the derivatives of the generators.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flint import fmpq, fmpq_mpoly

from bea.algebra.language.expressions import to_text
from bea.algebra.ring.conversions import to_expression
from bea.algebra.ring.zero_test import vanishes_numerically
from bea.errors import BeaError
from bea.series.powers import natural_power

if TYPE_CHECKING:
    from bea.algebra.ring.ring import Ring


class Element:
    """An element of a `Ring`, in reduced form; immutable.

    It meets integers, `flint.fmpq` and elements of the same ring in + - * / and **, and has the
    elementary functions as methods, so that NumPy's ufuncs reach them in object arrays. Whoever
    makes one may know whether it `vanishes`.
    """

    __slots__ = ("_gradient", "_is_zero", "_poly", "ring")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, ring: Ring, poly: fmpq_mpoly, vanishes: bool | None = None) -> None:
        self.ring = ring
        self._poly = poly
        self._gradient: tuple[Element, ...] | None = None
        self._is_zero = vanishes

    @property
    def poly(self) -> fmpq_mpoly:
        """The polynomial in the ring's present context."""
        if self._poly.context() is not self.ring.context:
            self._poly = self.ring.lift(self._poly)
        return self._poly

    def terms(self) -> dict[tuple[int, ...], fmpq]:
        """Return exponents -> coefficient, over the ring's generators."""
        return self.poly.to_dict()

    def gradient(self) -> tuple[Element, ...]:
        """Return the partial derivatives by the ring's variables (kept once computed)."""
        if self._gradient is None:
            self._gradient = tuple(self.derivative(i) for i in range(len(self.ring.variables)))
        return self._gradient

    def derivative(self, index: int) -> Element:
        """Return the partial derivative by the variable of that index."""
        return Element(self.ring, self.ring.reduce(self.ring.derivative(self.poly, index)))

    def is_zero(self) -> bool:
        """Tell whether the element is 0 as a function.

        "No" is proven: by the reduced form where no atom enters, else by a ball enclosure away
        from 0. "Yes" is proven where the reduced form is 0, and otherwise randomised: the element
        vanished to hundreds of digits at several random rational points.
        """
        if self._is_zero is None:
            plain = self.poly.is_zero() or not self.ring.atoms
            self._is_zero = self.poly.is_zero() if plain else vanishes_numerically(self)
        return self._is_zero

    def is_constant(self) -> bool:
        """Tell whether the element depends on no variable (it may hold parameters)."""
        return all(d.is_zero() for d in self.gradient())

    def as_rational(self) -> fmpq | None:
        """Return the element as a rational number, or None if it is not one."""
        if self.poly.is_zero():
            return fmpq(0)
        return fmpq(self.poly.leading_coefficient()) if self.poly.is_constant() else None

    def ratio(self, other: Element) -> fmpq | None:
        """Return the rational r with self = r other, or None."""
        if other.poly.is_zero():
            return None
        r = fmpq(self.poly.leading_coefficient()) / fmpq(other.poly.leading_coefficient())
        return r if self == other * r else None

    # --- arithmetic ----------------------------------------------------------------------------

    def __add__(self, other: Any) -> Any:
        other = self._coerce(other)
        return other if other is NotImplemented else Element(self.ring, self.poly + other.poly)

    __radd__ = __add__

    def __neg__(self) -> Element:
        return Element(self.ring, -self.poly)

    def __sub__(self, other: Any) -> Any:
        other = self._coerce(other)
        return other if other is NotImplemented else Element(self.ring, self.poly - other.poly)

    def __rsub__(self, other: Any) -> Any:
        return (-self) + other

    def __mul__(self, other: Any) -> Any:
        if isinstance(other, int | fmpq):
            return Element(self.ring, self.poly * other)
        other = self._coerce(other)
        if other is NotImplemented:
            return other
        return Element(self.ring, self.ring.reduce(self.poly * other.poly))

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Any:
        if isinstance(other, int | fmpq):
            return self * (1 / fmpq(other))
        other = self._coerce(other)
        return other if other is NotImplemented else self * other**-1

    def __rtruediv__(self, other: Any) -> Any:
        return self**-1 * other

    def __pow__(self, exponent: int | fmpq) -> Element:
        exponent = fmpq(exponent)
        if exponent.q == 1 and exponent.p >= 0:
            n = int(exponent.p)
            if not self.ring.atoms:
                return Element(self.ring, self.poly**n)
            return natural_power(self, n, one=self.ring.constant(1))
        return self.ring.power(self, exponent)

    def __eq__(self, other: object) -> bool:
        """Compare reduced forms; see `is_zero` for equality as functions."""
        element = self._coerce(other)
        return element is not NotImplemented and bool(self.poly == element.poly)

    def __bool__(self) -> bool:
        raise TypeError("an element of a ring has no truth value: ask is_zero()")

    def _coerce(self, other: Any) -> Any:
        if isinstance(other, Element):
            if other.ring is not self.ring:
                raise BeaError("elements of two different rings do not mix: read both in one ring")
            return other
        return self.ring.constant(other) if isinstance(other, int | fmpq) else NotImplemented

    # --- elementary functions -------------------------------------------------------------------

    def exp(self) -> Element:
        """Return e^self."""
        return self.ring.call("exp", self)

    def log(self) -> Element:
        """Return the logarithm."""
        return self.ring.call("log", self)

    def sqrt(self) -> Element:
        """Return the square root."""
        return self ** fmpq(1, 2)

    def sin(self) -> Element:
        """Return the sine."""
        return self.ring.call("sin", self)

    def cos(self) -> Element:
        """Return the cosine."""
        return self.ring.call("cos", self)

    def sinh(self) -> Element:
        """Return the hyperbolic sine."""
        return self.ring.call("sinh", self)

    def cosh(self) -> Element:
        """Return the hyperbolic cosine."""
        return self.ring.call("cosh", self)

    def tanh(self) -> Element:
        """Return the hyperbolic tangent."""
        return self.ring.call("tanh", self)

    def asin(self) -> Element:
        """Return the arc sine."""
        return self.ring.call("asin", self)

    def atan(self) -> Element:
        """Return the arc tangent."""
        return self.ring.call("atan", self)

    def asinh(self) -> Element:
        """Return the inverse of the hyperbolic sine."""
        return self.ring.call("asinh", self)

    def erf(self) -> Element:
        """Return the error function."""
        return self.ring.call("erf", self)

    def pi(self) -> Element:
        """Return the number pi of the same ring."""
        return self.ring.pi()

    def __repr__(self) -> str:
        return to_text(to_expression(self))
