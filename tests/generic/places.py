"""The arithmetics that every law here is tried in, and a point in each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np
from flint import arb, fmpq

from bea.arithmetic import Arithmetic
from bea.fields import NumericField, ScalarField, SeriesField, VectorField

PENDULUM = VectorField.read("p, -sin(q)", "q p")
START = (fmpq(1), fmpq(1, 4))
GAMMA = fmpq(1, 16)


@dataclass(frozen=True)
class Place:
    """A field in an arithmetic, with a point, a step size, and how its numbers become floats."""

    f: Arithmetic
    theta: Any
    gamma: Any
    to_float: Callable[[Any], float]

    def floats(self, vector: Any) -> list[float]:
        """Return the components of a vector."""
        return [self.to_float(x) for x in np.ravel(vector)]


def on_lanes(field: VectorField, point: Sequence[fmpq]) -> Place:
    gamma = np.array([float(GAMMA.p) / float(GAMMA.q)])
    f = NumericField(field.numeric(), gamma, field.numeric_derivative)
    return Place(f, np.array([[float(c.p) / float(c.q)] for c in point]), gamma, float)


def in_balls(field: VectorField, point: Sequence[fmpq]) -> Place:
    f = ScalarField(field, arb)
    return Place(f, f.vector(point), f.lift(GAMMA), lambda x: float(arb(x).mid()))


def in_mpmath(field: VectorField, point: Sequence[fmpq]) -> Place:
    f = ScalarField(field, lambda q: mpmath.mpf(int(q.p)) / int(q.q))
    return Place(f, f.vector(point), f.lift(GAMMA), float)


def in_series(field: VectorField, point: Sequence[fmpq]) -> Place:
    """Series at a point; the coefficients of gamma^0 are what is compared."""
    f = SeriesField(field, 3, [arb(c) for c in point])

    def constant_term(x: Any) -> float:
        return float(arb(x[0] if hasattr(x, "order") else x).mid())

    return Place(f, f.identity, f.gamma, constant_term)


NUMBERS = {"floats": on_lanes, "balls": in_balls, "mpmath": in_mpmath}
WITH_COMPONENTS = {**NUMBERS, "series": in_series}
