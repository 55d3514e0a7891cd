"""The arithmetics in which a method's `step` is run on a concrete field.

`SeriesField` evaluates the field on power series in gamma, over the field's own ring (at the
general point), or over exact numbers or balls (at one point). `ScalarField` evaluates it on exact
numbers or balls themselves, `NumericField` on float64 arrays with a lane per trajectory. All are
a `bea.arithmetic.Arithmetic`, as is that on trees, `bea.bseries.TreeArithmetic`.
"""

from bea.fields.arithmetics.numbers import NumericField
from bea.fields.arithmetics.scalars import ScalarField
from bea.fields.arithmetics.series import SeriesField

__all__ = ["NumericField", "ScalarField", "SeriesField"]
