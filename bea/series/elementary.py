"""Elementary functions of power series, by the recurrences that their differential equations give.

For y = F(u) with u a series, t y' = F'(u) t u' gives each coefficient of y from the lower ones;
the constant term F(u[0]) is asked of the coefficient ring itself. Each u is a `PowerSeries`, which
stands on this module and calls it. Source: Knuth, The Art of
Computer Programming 2, section 4.7, exercise 4 and equation (9) (powers); Griewank and Walther,
Evaluating Derivatives, section 13.2 (the table of recurrences).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from flint import fmpq

from bea.errors import BeaError, DomainError
from bea.series.powers import natural_power, rational_root

# The values that are rational: what an exact coefficient 0 (or 1, for log) is sent to.
_AT_ZERO = {"exp": 1, "cos": 1, "cosh": 1}
_AT_ZERO |= dict.fromkeys(("sin", "sinh", "tanh", "asin", "atan", "asinh", "erf"), 0)
_BY_ZERO = "division by a series or number that is zero"


def constant(name: str, value: Any) -> Any:
    """Return the elementary function `name` of a coefficient, in that coefficient's own ring.

    Raises
    ------
    BeaError
        If the value is an exact rational whose image is not rational.
    """
    if isinstance(value, float | np.ndarray | np.floating):
        return numpy_function(name)(value)
    if name in _AT_ZERO and value == 0:
        return value * 0 + _AT_ZERO[name]
    if name == "log" and value == 1:
        return value * 0
    if hasattr(value, name):
        return getattr(value, name)()
    raise BeaError(
        f"{name}({value}) is not a rational number: use polynomial or ball coefficients instead"
    )


def numpy_function(name: str) -> Any:
    """Return NumPy's function of that name, or SciPy's error function, which NumPy has not.

    >>> float(numpy_function("erf")(0.0))
    0.0
    """
    if name == "erf":
        from scipy.special import erf  # loaded here: few formulas have it

        return erf
    return getattr(np, name)


def pi_like(three: Any) -> Any:
    """Return π in the arithmetic of the number 3 that is given."""
    if isinstance(three, float | np.ndarray | np.floating):
        return np.float64(np.pi)
    if hasattr(three, "context"):
        return +three.context.pi
    if hasattr(three, "pi"):
        return three.pi()
    raise DomainError(f"numbers of type {type(three).__name__} have no π: give run(…, pi=…)")


def constant_power(value: Any, exponent: int | fmpq) -> Any:
    """Return value ** exponent in the coefficient ring; the exponent is an exact rational."""
    exponent = fmpq(exponent)
    if isinstance(value, int | np.integer):
        value = fmpq(int(value))
    if isinstance(value, fmpq):
        return _rational_power(value, exponent)
    if isinstance(value, float | np.ndarray | np.floating):
        if np.ndim(value) == 0 and value == 0 and exponent < 0:
            raise BeaError(_BY_ZERO)
        return value ** _number(exponent, value)
    if value == 1:
        return value  # in rings that have no inverses, such as polynomials, too
    return value ** (int(exponent.p) if exponent.q == 1 else exponent)


def exp(u: Any) -> Any:
    """Return e^u: k y[k] = sum over j of j u[j] y[k-j]."""
    y = [constant("exp", u[0])]
    w = _weighted(u)
    for k in range(1, u.order + 1):
        y.append(_convolve(w, y, k) * _inverse(k, y[0]))
    return type(u)(y)


def log(u: Any) -> Any:
    """Return log u: y' = u'/u, with the constant term log u[0] from the ring."""
    first = constant("log", u[0])
    if u.order == 0:
        return type(u)([first])
    return (u.derivative() * u.reciprocal()).integral() + first


def power(u: Any, exponent: int | fmpq) -> Any:
    """Return u^exponent for an exact rational exponent.

    A natural exponent needs no division. Otherwise u y' = exponent u' y is solved, after a
    common power t^v has been taken out, which must leave an integral power t^(v exponent).
    """
    exponent = fmpq(exponent)
    if exponent.q == 1 and exponent.p >= 0:
        return natural_power(u, int(exponent.p), one=u * 0 + 1)
    valuation = u.valuation() if np.any(u[0] == 0) else 0
    if valuation:
        return _power_with_valuation(u, exponent, valuation)
    inverse = constant_power(u[0], -1)
    y = [constant_power(u[0], exponent)]
    for k in range(1, u.order + 1):
        terms = [u[j] * y[k - j] * _number(exponent * j - (k - j), u[0]) for j in range(1, k + 1)]
        y.append(sum(terms[1:], start=terms[0]) * inverse * _inverse(k, u[0]))
    return type(u)(y)


def sin_cos(u: Any, sign: int) -> tuple[Any, Any]:
    """Return (sin u, cos u) for sign -1 and (sinh u, cosh u) for sign +1: s' = c u', c' = ±s u'."""
    names = ("sin", "cos") if sign == -1 else ("sinh", "cosh")
    s, c = ([constant(name, u[0])] for name in names)
    w = _weighted(u)
    for k in range(1, u.order + 1):
        new_s, new_c = _convolve(w, c, k), _convolve(w, s, k) * sign
        s.append(new_s * _inverse(k, s[0]))
        c.append(new_c * _inverse(k, c[0]))
    return type(u)(s), type(u)(c)


def tanh(u: Any) -> Any:
    """Return tanh u: y' = (1 - y^2) u'."""
    y = [constant("tanh", u[0])]
    slope = [1 - y[0] * y[0]]
    w = _weighted(u)
    for k in range(1, u.order + 1):
        y.append(_convolve(w, slope, k) * _inverse(k, y[0]))
        slope.append(-sum((y[j] * y[k - j] for j in range(1, k + 1)), start=y[0] * y[k]))
    return type(u)(y)


def asin(u: Any) -> Any:
    """Return arcsin u: y' = u'/sqrt(1 - u^2)."""
    return _integrated("asin", u, lambda: power(1 - u * u, fmpq(-1, 2)))


def atan(u: Any) -> Any:
    """Return arctan u: y' = u'/(1 + u^2)."""
    return _integrated("atan", u, lambda: power(1 + u * u, -1))


def asinh(u: Any) -> Any:
    """Return the inverse of sinh: y' = u'/sqrt(1 + u^2)."""
    return _integrated("asinh", u, lambda: power(1 + u * u, fmpq(-1, 2)))


def erf(u: Any) -> Any:
    """Return the error function: y' = 2/sqrt(π) e^(-u^2) u'."""
    return _integrated("erf", u, lambda: exp(-(u * u)) * _two_over_root_pi(u[0]))


# --- private helpers ----------------------------------------------------------------------------


def _integrated(name: str, u: Any, slope: Callable[[], Any]) -> Any:
    """Return the series with the slope F'(u), a series as well, times u'."""
    first = constant(name, u[0])
    if u.order == 0:
        return type(u)([first])
    return (u.derivative() * slope()).integral() + first


def _two_over_root_pi(like: Any) -> Any:
    return constant_power(pi_like(like), fmpq(-1, 2)) * 2


def _weighted(u: Any) -> list[Any]:
    """Return the coefficients j u[j] of t u'."""
    return [c * j for j, c in enumerate(u.coefficients)]


def _convolve(w: list[Any], y: list[Any], k: int) -> Any:
    """Return the sum of w[j] y[k-j] over j = 1 ... k."""
    return sum((w[j] * y[k - j] for j in range(2, k + 1)), start=w[1] * y[k - 1])


def _number(value: fmpq, like: Any) -> Any:
    """Return an exact number as it can meet `like`: a float beside floats."""
    if isinstance(like, float | np.ndarray | np.floating):
        return int(value.p) / int(value.q)
    return value


def _inverse(k: int, like: Any) -> Any:
    return _number(fmpq(1, k), like)


def _power_with_valuation(u: Any, exponent: fmpq, valuation: int) -> Any:
    places = exponent * valuation
    if valuation > u.order or places.q != 1 or places.p < 0:
        raise BeaError(
            f"a series that begins at t^{valuation} has no power {exponent}: divide by it what "
            "vanishes with it, as (theta - old)/gamma in a step, and take no 1/gamma by itself"
        )
    return power(u.shift(-valuation), exponent).shift(int(places.p))


def _rational_power(value: fmpq, exponent: fmpq) -> fmpq:
    """Return value ** exponent if it is rational."""
    if value == 0 and exponent < 0:
        raise BeaError(_BY_ZERO)
    root = rational_root(value, int(exponent.q))
    if root is None:
        raise BeaError(f"({value})^({exponent}) is irrational: use polynomial or ball coefficients")
    return root ** int(exponent.p)
