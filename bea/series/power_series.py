"""Truncated formal power series as a number type over any coefficient ring.

Owns the arithmetic: + - * /, powers, calculus, composition and reversion. The recurrences for
exp, log, sin and the other elementary functions are in `bea.series.elementary`. Sources: Knuth,
The Art of Computer Programming 2, section 4.7 (division, powers, reversion); Henrici, Applied
and Computational Complex Analysis 1, chapter 1 (Lagrange inversion).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from flint import fmpq, fmpq_poly

from bea.errors import BeaError, MethodError, NotSmoothError, OrderError
from bea.series import elementary


class PowerSeries:
    """The series c[0] + c[1] t + ... + c[n] t^n + O(t^(n+1)) over any commutative ring.

    Parameters
    ----------
    coefficients
        At least one ring element: `flint.fmpq`, ring elements of `bea.fields`, `flint.arb`,
        floats, or NumPy float arrays (a series whose coefficients are arrays). Python integers
        become exact rationals.
    order
        The truncation order n. Missing coefficients are zero and further ones are dropped; by
        default the highest power given.

    Raises
    ------
    OrderError
        If `order` is negative or there is no coefficient.

    Examples
    --------
    >>> t = PowerSeries.variable(4)
    >>> (1 + t).log()
    t - 1/2 t^2 + 1/3 t^3 - 1/4 t^4 + O(t^5)
    >>> t / (t.exp() - 1)
    1 - 1/2 t + 1/12 t^2 + O(t^4)
    """

    __slots__ = ("coefficients",)
    __hash__ = None  # type: ignore[assignment]
    # Arrays of series must not swallow a series as a scalar of unknown kind: see `_elementwise`.
    __array_ufunc__ = None

    def __init__(self, coefficients: Iterable[Any], order: int | None = None) -> None:
        given = [fmpq(c) if type(c) is int else c for c in coefficients]
        order = len(given) - 1 if order is None else order
        if order < 0 or not given:
            raise OrderError("a power series needs a coefficient and an order of at least 0")
        zero = given[0] * 0
        given += [zero] * (order + 1 - len(given))
        self.coefficients = tuple(given[: order + 1])

    @classmethod
    def variable(cls, order: int, one: Any = 1) -> PowerSeries:
        """Return the series t, truncated at `order`, over the ring that `one` belongs to."""
        return cls([one * 0, one], order)

    @property
    def order(self) -> int:
        """The highest power that is kept."""
        return len(self.coefficients) - 1

    def __getitem__(self, power: int) -> Any:
        """Return the coefficient of t^power; beyond the truncation it is not known."""
        if not 0 <= power <= self.order:
            raise OrderError(f"the coefficient of t^{power} is not known: order is {self.order}")
        return self.coefficients[power]

    def truncate(self, order: int) -> PowerSeries:
        """Return the series cut after t^order (never lengthened)."""
        return PowerSeries(self.coefficients, min(order, self.order))

    def map(self, function: Callable[[Any], Any]) -> PowerSeries:
        """Apply `function` to every coefficient, for example to change the ring."""
        return PowerSeries([function(c) for c in self.coefficients])

    # --- ring operations ----------------------------------------------------------------------

    def __add__(self, other: Any) -> Any:
        if _is_array_of_objects(other):
            return _elementwise(lambda x: self + x, other)
        if not isinstance(other, PowerSeries):
            first = _exactly(lambda: self.coefficients[0] + other, other)
            return PowerSeries((first, *self.coefficients[1:]))
        pairs = zip(self.coefficients, other.coefficients, strict=False)
        return PowerSeries([a + b for a, b in pairs])

    __radd__ = __add__

    def __neg__(self) -> PowerSeries:
        return PowerSeries([-c for c in self.coefficients])

    def __pos__(self) -> PowerSeries:
        return self

    def __sub__(self, other: Any) -> Any:
        return self + (-other)

    def __rsub__(self, other: Any) -> Any:
        return (-self) + other

    def __mul__(self, other: Any) -> Any:
        if _is_array_of_objects(other):
            return _elementwise(lambda x: self * x, other)
        if not isinstance(other, PowerSeries):
            return PowerSeries(_exactly(lambda: [c * other for c in self.coefficients], other))
        order = min(self.order, other.order)
        return PowerSeries(_cauchy(self.coefficients, other.coefficients, order))

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Any:
        if _is_array_of_objects(other):
            return _elementwise(lambda x: self / x, other)
        if not isinstance(other, PowerSeries):
            return _exactly(
                lambda: self.map(lambda c: c * elementary.constant_power(other, -1)), other
            )
        valuation = other.valuation()
        if valuation == 0:
            return self * other.reciprocal()
        return self.shift(-valuation) * other.shift(-valuation).reciprocal()

    def __rtruediv__(self, other: Any) -> Any:
        if _is_array_of_objects(other):
            return _elementwise(lambda x: x / self, other)
        return self.reciprocal() * other

    def __pow__(self, exponent: int | fmpq) -> PowerSeries:
        return _exactly(lambda: elementary.power(self, exponent), exponent)

    def reciprocal(self) -> PowerSeries:
        """Return 1 / self; the constant term must be invertible in the ring."""
        return elementary.power(self, -1)

    # --- comparison ---------------------------------------------------------------------------

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, PowerSeries):
            raise NotSmoothError(_NO_COMPARISON)
        return self.order == other.order and all(
            np.all(a == b) for a, b in zip(self.coefficients, other.coefficients, strict=True)
        )

    def __bool__(self) -> bool:
        raise NotSmoothError(_NO_COMPARISON)

    def _refuse(self, other: object) -> bool:
        raise NotSmoothError(_NO_COMPARISON)

    __lt__ = __le__ = __gt__ = __ge__ = _refuse

    # --- structure ----------------------------------------------------------------------------

    def valuation(self) -> int:
        """Return the lowest power with a coefficient that is not 0 (order + 1 if there is none).

        A ball that only may be 0 counts as one that is not: what is certain is kept certain.
        """
        for power, coefficient in enumerate(self.coefficients):
            if not np.all(coefficient == 0):
                return power
        return self.order + 1

    def shift(self, places: int) -> PowerSeries:
        """Return t^places * self; for negative `places` the dropped coefficients must be zero."""
        if places >= 0:
            return PowerSeries([self.coefficients[0] * 0] * places + list(self.coefficients))
        if self.valuation() < -places:
            raise BeaError(f"the series is not divisible by t^{-places}: it has a lower power")
        if self.order + places < 0:
            raise OrderError(f"no coefficient is left after a division by t^{-places}")
        return PowerSeries(self.coefficients[-places:])

    def derivative(self) -> PowerSeries:
        """Return d/dt of the series, known to one order less."""
        if self.order == 0:
            raise OrderError("the derivative of a series of order 0 has no known coefficient")
        return PowerSeries([c * k for k, c in enumerate(self.coefficients)][1:])

    def integral(self) -> PowerSeries:
        """Return the antiderivative without constant term, known to one order more."""
        zero = self.coefficients[0] * 0
        terms = [_divide_by_int(c, k + 1) for k, c in enumerate(self.coefficients)]
        return PowerSeries([zero, *terms])

    def __call__(self, argument: PowerSeries) -> PowerSeries:
        """Return the composition self(argument); `argument` has no constant term (Horner)."""
        if argument.valuation() == 0:
            raise BeaError("only a series without constant term can be put into a series")
        order = min(self.order, argument.order)
        inner = argument.truncate(order)
        result = inner * 0 + self.coefficients[order]
        for coefficient in reversed(self.coefficients[:order]):
            result = result * inner + coefficient
        return result

    def reversion(self) -> PowerSeries:
        """Return g with self(g(t)) = t, by Lagrange's n [t^n] g = [t^(n-1)] (t/self)^n."""
        if self.order < 1 or self.valuation() != 1:
            raise BeaError("only a series c t + ... with c not zero has a reversion")
        quotient = self.shift(-1).reciprocal()
        power = quotient
        zero = self.coefficients[0] * 0
        terms = [zero, power.coefficients[0]]
        for n in range(2, self.order + 1):
            power = power * quotient
            terms.append(_divide_by_int(power.coefficients[n - 1], n))
        return PowerSeries(terms)

    # --- elementary functions (methods, so that NumPy's ufuncs find them in object arrays) -------

    def exp(self) -> PowerSeries:
        """Return e^self."""
        return elementary.exp(self)

    def log(self) -> PowerSeries:
        """Return the logarithm of self."""
        return elementary.log(self)

    def sqrt(self) -> PowerSeries:
        """Return the square root of self."""
        return elementary.power(self, fmpq(1, 2))

    def sin(self) -> PowerSeries:
        """Return the sine of self."""
        return elementary.sin_cos(self, sign=-1)[0]

    def cos(self) -> PowerSeries:
        """Return the cosine of self."""
        return elementary.sin_cos(self, sign=-1)[1]

    def sinh(self) -> PowerSeries:
        """Return the hyperbolic sine of self."""
        return elementary.sin_cos(self, sign=1)[0]

    def cosh(self) -> PowerSeries:
        """Return the hyperbolic cosine of self."""
        return elementary.sin_cos(self, sign=1)[1]

    def tanh(self) -> PowerSeries:
        """Return the hyperbolic tangent of self."""
        return elementary.tanh(self)

    def asin(self) -> PowerSeries:
        """Return the arc sine of self."""
        return elementary.asin(self)

    def atan(self) -> PowerSeries:
        """Return the arc tangent of self."""
        return elementary.atan(self)

    def asinh(self) -> PowerSeries:
        """Return the inverse of the hyperbolic sine of self."""
        return elementary.asinh(self)

    def erf(self) -> PowerSeries:
        """Return the error function of self."""
        return elementary.erf(self)

    def __repr__(self) -> str:
        return _write(self.coefficients)


_NO_COMPARISON = (
    "a power series has no truth value and compares only with == to another series: "
    "rules with branches (where, max, sign) cannot be expanded"
)


def _exactly(compute: Callable[[], Any], number: Any) -> Any:
    """Compute with a number; floats that exact coefficients do not take are refused by name."""
    try:
        return compute()
    except TypeError:
        first = number.flat[0] if isinstance(number, np.ndarray) and number.size else number
        if not isinstance(first, float | np.floating):
            raise
        raise MethodError(
            f"{float(first)!r} is a float: the numbers of a step must be exact, write a quotient "
            "such as gamma/2 or make it a hyperparameter"
        ) from None


def _cauchy(a: tuple[Any, ...], b: tuple[Any, ...], order: int) -> list[Any]:
    """Multiply coefficient lists, cut after `order`; over the rationals flint does it whole."""
    if all(type(x) is fmpq for x in a) and all(type(x) is fmpq for x in b):
        product = fmpq_poly(list(a)).mul_low(fmpq_poly(list(b)), order + 1).coeffs()
        return product + [fmpq(0)] * (order + 1 - len(product))
    return [
        sum((a[j] * b[k - j] for j in range(1, k + 1)), start=a[0] * b[k]) for k in range(order + 1)
    ]


def _divide_by_int(value: Any, divisor: int) -> Any:
    """Divide by a positive integer: exactly, or in floating point for floats."""
    if isinstance(value, float | np.ndarray):
        return value / divisor
    return value * fmpq(1, divisor)


def _is_array_of_objects(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.dtype == object


def _elementwise(function: Callable[[Any], Any], array: np.ndarray) -> np.ndarray:
    result = np.empty(array.shape, dtype=object)
    for position in np.ndindex(array.shape):
        result[position] = function(array[position])
    return result


def _write(coefficients: tuple[Any, ...]) -> str:
    """Write the series as mathematics; coefficients that are not numbers go into brackets."""
    text = ""
    for power, coefficient in enumerate(coefficients):
        if np.all(coefficient == 0):
            continue
        body = str(coefficient)
        if " " in body.strip("-"):
            body = f"({body})"
        sign, body = ("-", body[1:]) if body.startswith("-") else ("+", body)
        monomial = "" if power == 0 else "t" if power == 1 else f"t^{power}"
        body = monomial if body == "1" and power else f"{body} {monomial}".strip()
        text += f" {sign} {body}" if text else f"{'-' if sign == '-' else ''}{body}"
    return f"{text or '0'} + O(t^{len(coefficients)})"
