"""A field on power series in gamma: what exact expansions are made in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from flint import fmpq
from numpy.typing import NDArray

from bea.algebra.language.expressions import Expression
from bea.algebra.programs.linearised import adjugate, linearised
from bea.algebra.programs.program import Program
from bea.algebra.ring.conversions import to_program
from bea.algebra.ring.element import Element
from bea.algebra.ring.exact import in_ring
from bea.algebra.ring.ring import Ring
from bea.arrays import object_vector
from bea.errors import DimensionError, MethodError
from bea.fields.arithmetics.split_by_terms import SplitByTerms
from bea.fields.parts import given_parts
from bea.fields.vector_field import VectorField
from bea.series import PowerSeries
from bea.trees.splits import Split


class SeriesField(SplitByTerms):
    """A field on power series in gamma: the arithmetic in which exact expansions are made.

    Parameters
    ----------
    field
        The vector field.
    order
        Highest power of gamma that is kept.
    point
        Exact numbers or balls to expand at; by default the general point, that is the ring's own
        variables.
    corrections
        Further terms of the field, f + gamma c[0] + gamma^2 c[1] + ..., each a vector of elements.

    Attributes
    ----------
    field : VectorField
        The vector field.
    identity : ndarray of PowerSeries, shape (d,)
        The point theta.
    gamma : PowerSeries
        The step size.

    Examples
    --------
    >>> f = SeriesField(VectorField.read("y**2"), 3)
    >>> f(f.identity + f.gamma * f(f.identity))
    array([y**2 + 2*y**3 t + y**4 t^2 + O(t^4)], dtype=object)
    """

    counts = False

    def __init__(
        self,
        field: VectorField,
        order: int,
        point: Sequence[Any] | None = None,
        corrections: Sequence[Sequence[Element]] = (),
    ) -> None:
        self.field = field
        self.ring: Ring = field.ring
        self.order = order
        has_pi = any(atom.kind == "pi" for atom in self.ring.atoms)
        self._pi = self.ring.pi() if has_pi and point is None else None
        if point is None:
            point = [self.ring.variable(i) for i in range(field.dimension)]
        if len(point) != field.dimension:
            raise DimensionError(f"the point has {len(point)} components, not {field.dimension}")
        self.variables = field.variables
        self._programs = [field.program, *(to_program(c) for c in corrections)]
        self._linearised: list[Program] = []  # made when a step asks for them
        self._parts: dict[Split, list[Any]] = {}  # likewise
        self._parameters = [self.ring.symbol(name) for name in self.ring.parameters]
        self._one = point[0] * 0 + 1
        self.gamma = PowerSeries.variable(order, self._one)
        self.identity = object_vector([PowerSeries([x], order) for x in point])

    def constant(self, value: Expression) -> Element:
        """Return an exact hyperparameter as a coefficient."""
        return in_ring(value, self.ring)

    def __call__(self, theta: Any) -> NDArray[np.object_]:
        """Return the field at a vector of series."""
        return self._sum(self._programs, [*theta, *self._parameters])

    def derivative(self, theta: Any, v: Any) -> NDArray[np.object_]:
        """Return f'(theta) v for vectors of series."""
        if not self._linearised:
            self._linearised = [linearised(p, len(self.identity)) for p in self._programs]
        return self._sum(self._linearised, [*theta, *self._parameters, *v])

    def given_part(self, theta: Any, split: Split, part: int) -> NDArray[np.object_]:
        """Return a part of the field at a vector of series."""
        if len(self._programs) > 1:
            raise MethodError(
                "a split by terms does not say to which part a correction of the field belongs: "
                "derive this for every field, without a problem, or split by variables"
            )
        if split not in self._parts:
            parts = given_parts(self.ring, split)
            self._parts[split] = [None if p is None else to_program(p) for p in parts]
        return self._run(self._parts[split][part], [*theta, *self._parameters])

    def columns(self) -> int:
        """Return half the order, to which an extrapolation is exact."""
        return (self.order + 1) // 2

    def solve_linear(self, matrix: Any, right: Any) -> NDArray[np.object_]:
        """Return x with matrix x = right, by Cramer's rule with one inverse, that of det.

        Raises
        ------
        MethodError
            If the determinant vanishes everywhere at gamma = 0.
        """
        adjoint, determinant = adjugate(matrix)
        if not _certainly_not_zero(determinant.truncate(0)):
            raise MethodError(_SINGULAR)
        return adjoint @ right * determinant.reciprocal()

    def transport(self, field: Sequence[Sequence[Element]], vector: Any) -> NDArray[np.object_]:
        """Return exp(gamma D~) of an array of series, with f~ = sum of gamma^k field[k].

        Only at the general point: coefficients have no derivatives elsewhere.
        """
        moved = [self._transported(field, series) for series in np.ravel(vector)]
        return object_vector(moved).reshape(np.shape(vector))

    def before(self, moved: Any, part: Any) -> Any:
        """Return exp(-gamma D~) part, where exp(gamma D~) theta = moved."""
        if not isinstance(part, PowerSeries | np.ndarray):
            return part
        field: list[Any] = []
        for power in range(1, self.order + 1):
            gap = moved - self.transport(field, self.identity)
            field.append(object_vector([series[power] for series in gap]))
        return self.transport([-term for term in field], part)

    def _transported(self, field: Sequence[Sequence[Element]], series: PowerSeries) -> PowerSeries:
        zero = self._one * 0
        level = [series[k] for k in range(self.order + 1)]
        total = series
        for m in range(1, self.order + 1):
            raised = [zero] * (self.order + 1)
            for j in range(m - 1, self.order):
                for k, term in enumerate(field[: self.order - j]):
                    if not level[j].poly.is_zero():
                        moved = self.ring.lie_derivative(term, level[j])
                        raised[j + k + 1] = raised[j + k + 1] + moved * fmpq(1, m)
            level = raised
            total = total + PowerSeries(level, self.order)
        return total

    def _sum(self, programs: Sequence[Program], inputs: Sequence[Any]) -> NDArray[np.object_]:
        """Return programs[0] + gamma programs[1] + ... at these inputs."""
        total = self._run(programs[0], inputs)
        power = self.gamma
        for program in programs[1:]:
            total = total + self._run(program, inputs) * power
            power = power * self.gamma
        return total

    def _run(self, program: Program, inputs: Sequence[Any]) -> NDArray[np.object_]:
        one = self._one
        values = program.run(inputs, lift=lambda c: one * c, scale=lambda c: c, pi=self._pi)
        zero = self.gamma * 0
        return object_vector([zero + value for value in values])

    def solve(self, function: Callable[[Any], Any], guess: Any) -> Any:
        """Return the fixed point of `function`: each sweep settles one more power of gamma.

        Raises
        ------
        MethodError
            If one does not, as in k = f(theta + k): the root is then no matter of sweeps.
        """
        for power in range(self.order + 1):  # beyond which this sweep would settle nothing
            guess = function(_to_power(power, guess))
        again = function(guess)
        if any(map(_certainly_not_zero, _flat(again) - _flat(guess))):
            raise MethodError(
                "the implicit equation does not settle power by power of gamma: its right-hand "
                "side may depend on the unknown only through gamma times it"
            )
        return again


# --- private helpers ------------------------------------------------------------------------------

_SINGULAR = (
    "the linear equations of the step are singular everywhere on this field: add a damping, or "
    "choose a method without them"
)


def _to_power(power: int, unknowns: Any) -> Any:
    """Return the series to gamma^power, with zeros where they end before."""
    if isinstance(unknowns, list):
        return [_to_power(power, vector) for vector in unknowns]
    return object_vector([PowerSeries(series.coefficients, power) for series in unknowns])


def _flat(unknowns: Any) -> NDArray[np.object_]:
    return np.concatenate(unknowns) if isinstance(unknowns, list) else unknowns


def _certainly_not_zero(series: PowerSeries) -> bool:
    """Tell whether a coefficient is not 0 as a function, or is a ball away from 0."""
    return any(not c.is_zero() if isinstance(c, Element) else c != 0 for c in series.coefficients)
