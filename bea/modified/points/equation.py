"""The modified equation of a method on a problem without symbols: a field of numbers.

Where the method is expressed on trees its terms are B-series of directional derivatives; otherwise,
and as a check, they come from the step alone (`bea.modified.points.from_step`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NoReturn

import numpy as np
from flint import fmpq

from bea.algebra.language.reals import real_numbers, real_points
from bea.arrays import Floats
from bea.errors import BeaError
from bea.fields.functions import Derivatives, FunctionField, without_symbols
from bea.fields.vector_field import lanes_of, within
from bea.methods import Method
from bea.modified.elementary import weights
from bea.modified.equation import ModifiedEquation
from bea.modified.points.from_step import Orbit, memory_factors, orbit_through
from bea.modified.points.on_manifold import OnManifoldAtPoints
from bea.modified.points.on_trees import series_at_points
from bea.modified.structure import gradient
from bea.modified.writing import display
from bea.patience import counted
from bea.trees import Tree

_VANISHES = 1e-10  # of a term beside f_0, in units of the pace: rounding is less
_NUDGE = 1e-6  # of a difference quotient
AT_POINTS = ("trees", "step")


@dataclass(frozen=True, eq=False)
class TermsAtPoints:
    """The terms f_0 ... f_K of a modified field at points.

    Attributes
    ----------
    points : (points, d)
    values : (K + 1, points, d)
        values[k] is f_k.
    """

    points: Floats
    values: Floats

    def __call__(self, gamma: float) -> Floats:
        """Return the truncated field at the points, (points, d)."""
        return np.tensordot(gamma ** np.arange(len(self.values)), self.values, axes=1)


@dataclass(frozen=True, eq=False)
class PointTerm:
    """A term f_k as a function of points, times a number."""

    equation: PointwiseEquation
    power: int
    factor: float = 1.0

    def __mul__(self, factor: Any) -> PointTerm:
        number = int(factor.p) / int(factor.q) if isinstance(factor, fmpq) else float(factor)
        return replace(self, factor=self.factor * number)

    def is_zero(self) -> bool:
        """Tell whether it vanishes on every loss or, from the step, at some points."""
        return self.equation.at_least(self.power).term_vanishes(self.power)


class _LeadingDerivatives(Derivatives):
    """Those of f_0, by differences: what paces, and so step sizes, are chosen by."""

    def __init__(self, rhs: Callable[[Floats, Floats], Floats]) -> None:
        self._rhs = rhs

    def field(self, theta: Floats) -> Floats:
        return self._rhs(theta, np.ones(theta.shape[1]))

    def differential(self, theta: Floats, directions: Sequence[Floats]) -> Floats:
        (way,) = directions
        length = np.linalg.norm(way, axis=0)
        step = _NUDGE * (1 + np.abs(theta).max(axis=0)) / np.where(length > 0, length, 1.0)
        return (self.field(theta + step * way) - self.field(theta - step * way)) / (2 * step)


class PointwiseEquation(ModifiedEquation):
    """The field f~ = f_0 + ... + gamma^K f_K as numbers, of a loss that is a function, say.

    It is integrated, compared and verified like any modified equation; what asks for symbols is
    refused. `at` returns the single terms at points.
    """

    @cached_property
    def source(self) -> FunctionField:
        """The problem as a function."""
        return without_symbols(self._require_problem())

    @cached_property
    def components(self) -> Any:
        """The terms as functions of points."""
        return tuple(self._find_components(self.order))

    @property
    def terms(self) -> NoReturn:
        """Refused: there is no formula; see `at`."""
        raise BeaError(
            f"the terms on '{self._require_problem().name}' are numbers at points: ask for "
            "equation.at(points).values, or leave the problem out for the equation on every loss"
        )

    def at(self, points: Any) -> TermsAtPoints:
        """Return f_0 ... f_K at points (points, d) or (d,); nan where the problem is not defined.

        Of a step that compares values each point is on its own branch.

        >>> import bea
        >>> descent = bea.methods.gradient_descent()
        >>> found = bea.modified_equation(descent, bea.problems.booth(), 1, at=[[1.0, 2.0]])
        >>> found.values[:, 0]
        array([[ 8., 10.],
               [80., 82.]])
        """
        array = real_points(points, self.dimension, "the points")
        lanes = lanes_of(array, self.dimension)
        values = within(self.domain(), lanes, self._on_their_branches(lanes))
        return TermsAtPoints(array, np.moveaxis(values, 1, 2))

    @property
    def starting_point(self) -> Floats:
        """Where the problem begins."""
        if self.source.starts is not None:
            return self.source.starts[0]
        return np.array(self.source.about.start or [0.5] * self.dimension)

    def as_json(self) -> dict[str, Any]:
        """Return an object with the terms f_0 ... f_K as numbers at the start."""
        point = self.starting_point
        terms = self.at(point).values[:, 0].tolist()
        return {
            "method": self.method.name,
            "parameters": self.method.parameters,
            "order": self.order,
            "variables": list(self.variables),
            "point": point.tolist(),
            "terms": terms,
        }

    def terms_at(self, lanes: Floats) -> Floats:
        """Return the terms at lanes (d, lanes), (K + 1, d, lanes)."""
        if self.route == "step":
            factors = np.array([term.factor for (term,) in self.components])
            found = np.full((self.order + 1, *lanes.shape), np.nan)
            finite = np.isfinite(lanes).all(axis=0)
            if finite.any():
                terms = self.orbit(np.ascontiguousarray(lanes[:, finite])).terms
                found[:, :, finite] = factors[:, None, None] * terms
            return found
        one, derivatives = np.ones(lanes.shape[1]), self.source.derivatives
        return np.array(
            [
                series_at_points(derivatives, {t: b for t, b in self.coefficients.items()
                                               if t.order == k + 1})(lanes, one)
                for k in counted(range(self.order + 1), "order", rounds=True)
            ]
        )  # fmt: skip

    def _on_their_branches(self, lanes: Floats) -> Floats:
        """Return the terms at lanes, each on the branch that the step takes there."""
        around = getattr(self.method, "around", None)
        if around is None or self.route != "step":
            return self.terms_at(lanes)
        found = []
        for k in range(lanes.shape[1]):
            there = copy(self)
            there.method = around(lanes[:, k])
            there.__dict__.pop("_linear", None)
            found.append(there.terms_at(lanes[:, k : k + 1]))
        return np.concatenate(found, axis=2)

    def orbit(self, lanes: Floats) -> Orbit:
        """Return terms and memory from the step at lanes (d, lanes)."""
        source = self.source
        return orbit_through(
            self.method, source.derivatives, lanes, self.order, source.variables, self._linear
        )

    @cached_property
    def _linear(self) -> Floats | None:
        return memory_factors(self.method, self.source) if self.character.has_memory else None

    def term_vanishes(self, power: int) -> bool:
        """Tell whether a term vanishes: on trees for every field, else at some points."""
        if self.route == "trees":
            return all(w == 0 for w in weights(self.coefficients, power + 1).values())
        size = np.abs(self._sample).max(axis=(1, 2))
        return bool(size[power] <= _VANISHES * size.max())

    @cached_property
    def _sample(self) -> Floats:
        starts = self.source.starts
        if starts is None:
            starts = self.starting_point + 0.1 * np.random.default_rng(0).standard_normal(
                (2, self.dimension)
            )
        return self.terms_at(np.ascontiguousarray(starts[:2].T))

    @cached_property
    def is_gradient(self) -> tuple[bool, ...]:
        """Per power of gamma, whether the term is a gradient for every loss, by the trees."""
        return tuple(
            gradient.is_gradient_on_trees(self.coefficients, k + 1) for k in range(self.order + 1)
        )

    @cached_property
    def _rhs(self) -> Callable[[Floats, Floats], Floats]:
        if self.route == "trees":
            return series_at_points(self.source.derivatives, self.coefficients)
        return lambda theta, gamma: np.asarray(
            sum(t * gamma**k for k, t in enumerate(self.terms_at(theta)))
        )

    def numeric_derivative(self) -> NoReturn:
        """Refused: the derivative of a field of numbers is not known."""
        raise BeaError("the derivative of a modified field at points is not known: use no method "
                       "that asks for it")  # fmt: skip

    def leading_field(self) -> FunctionField:
        """Return f_0 as a field by itself."""
        source = self.source
        derivatives = _LeadingDerivatives(self.truncate(0).numeric())
        return FunctionField(derivatives, source.groups, source.about, inside=source.domain())

    # --- memory -----------------------------------------------------------------------------------

    @property
    def has_start_correction(self) -> bool:
        """Whether the corrected start is known, on trees."""
        return self.route == "trees" and super().has_start_correction

    def corrected_starts(self, starts: Any, gammas: Any) -> Floats:
        """Return the starts (gammas, starts, d) of the flows that meet runs from zero memory."""
        points = real_points(starts, self.dimension, "the starts")
        steps = np.atleast_1d(real_numbers(gammas, "the step sizes"))
        lanes = np.ascontiguousarray(np.tile(points.T, (1, len(steps))))
        found = series_at_points(self.source.derivatives, self.start_correction, is_map=True)
        values = found(lanes, np.repeat(steps, len(points)))
        return values.T.reshape(len(steps), *points.shape)

    def started_on_manifold(self) -> Method:
        """Return the method with its memory begun on the slow manifold, instead of from zero."""
        return OnManifoldAtPoints(self.method, lambda lanes: self.orbit(lanes).memory)

    # --- writing ----------------------------------------------------------------------------------

    def __repr__(self) -> str:
        name, d = self._require_problem().name, self.dimension
        on = f"on '{name}' (d={d}), at points"
        if self.route == "trees":
            return f"{display.universal_text(self)} {on}"
        return f"{self.method}: f~ to γ^{self.order} from its step {on}"

    def text(self, full: bool = False) -> str:
        """Return the equation for every loss as text, and what it is taken on."""
        return repr(self)

    def latex(self, full: bool = False) -> str:
        """Return the equation for every loss in LaTeX."""
        if self.route == "step":
            raise BeaError(
                f"the equation of '{self.method.name}' is one of numbers at points, and no formula "
                "is written in LaTeX: ask for text or json"
            )
        return display.universal_latex(self)


def derive_at_points(
    equation: Mapping[str, Any], coefficients: Callable[[int], Mapping[Tree, Any]], route: str
) -> PointwiseEquation:
    """Return the equation made of these; `coefficients` is what it is on trees."""

    def terms(order: int) -> Any:
        return [(PointTerm(found, k),) for k in range(order + 1)]

    found = PointwiseEquation(**equation, route=route, coefficients=coefficients, components=terms)
    return found
