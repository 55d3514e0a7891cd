"""Formal power series, floor 0 of bea.

`PowerSeries` is a number type over any coefficient ring, `SeriesArray` a whole array of series in
floats; `symbols` holds the operator symbols of
backward error analysis (e^z, log(1+z), z/(e^z - 1), z sigma(e^z)/rho(e^z)). What the coefficients
are (rationals, polynomials, arrays) and what the series mean is left to the floors above.
"""

from bea.series.array_series import SeriesArray
from bea.series.power_series import PowerSeries
from bea.series.symbols import (
    bernoulli_symbol,
    exponential_symbol,
    logarithm_symbol,
    multistep_symbol,
)

__all__ = [
    "PowerSeries",
    "SeriesArray",
    "bernoulli_symbol",
    "exponential_symbol",
    "logarithm_symbol",
    "multistep_symbol",
]
