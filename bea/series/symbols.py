"""Operator symbols: the power series m(z) whose value at z = gamma D turns a field into f~.

With E = e^(gamma D) the shift by one step, a method that is linear in shifts,
rho(E) theta = gamma sigma(E) f(theta), has the modified field m(gamma D~) f with
m(z) = z sigma(e^z) / rho(e^z). Source: Hairer, Lubich and Wanner, Geometric Numerical
Integration, section IX.1 (one-step) and XV.3 (multistep); the expansion is derived, not quoted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flint import fmpq

from bea.errors import MethodError
from bea.series.power_series import PowerSeries


def exponential_symbol(order: int) -> PowerSeries:
    """Return e^z to `order`.

    >>> exponential_symbol(3)
    1 + t + 1/2 t^2 + 1/6 t^3 + O(t^4)
    """
    return PowerSeries.variable(order).exp()


def logarithm_symbol(order: int) -> PowerSeries:
    """Return log(1 + z) to `order`: the operator log S in powers of S - 1.

    >>> logarithm_symbol(3)
    t - 1/2 t^2 + 1/3 t^3 + O(t^4)
    """
    return (PowerSeries.variable(order) + 1).log()


def bernoulli_symbol(order: int) -> PowerSeries:
    """Return z/(e^z - 1), the symbol of Euler's method: its coefficients are B_n / n!.

    >>> bernoulli_symbol(4)
    1 - 1/2 t + 1/12 t^2 - 1/720 t^4 + O(t^5)
    """
    return multistep_symbol([-1, 1], [1], order)


def multistep_symbol(rho: Sequence[Any], sigma: Sequence[Any], order: int) -> PowerSeries:
    """Return m(z) = z sigma(e^z) / rho(e^z) to `order`.

    Parameters
    ----------
    rho, sigma
        Coefficients of the two polynomials in the shift E, lowest power first: exact rationals or
        elements of any ring in which rho'(1) can be inverted.
    order
        Highest power of z that is kept.

    Raises
    ------
    MethodError
        If rho(1) is not 0 or rho'(1) is 0: the step does not tend to the identity.

    Examples
    --------
    >>> multistep_symbol([-1, 1], [fmpq(1, 2), fmpq(1, 2)], 4)  # the trapezoidal rule
    1 + 1/12 t^2 - 1/720 t^4 + O(t^5)
    """
    numerator = _at_exponential(sigma, order)
    denominator = _at_exponential(rho, order + 1)
    if denominator.valuation() != 1:
        raise MethodError(
            "a multistep method needs rho(1) = 0 and rho'(1) not 0: its step does not tend to the "
            "identity"
        )
    return numerator / denominator.shift(-1)


def _at_exponential(polynomial: Sequence[Any], order: int) -> PowerSeries:
    """Return the sum of p[j] e^(j z)."""
    z = PowerSeries.variable(order)
    return sum((_as_exact(p) * (z * j).exp() for j, p in enumerate(polynomial)), start=z * 0)


def _as_exact(value: Any) -> Any:
    if isinstance(value, float):
        raise MethodError(
            f"the coefficient {value} is a float: give an exact number, such as fmpq(1, 2)"
        )
    return fmpq(value) if isinstance(value, int) else value
