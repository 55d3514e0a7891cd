"""The arithmetics in which a method's `step` is run on a concrete field.

`SeriesField` evaluates the field on power series in gamma, over the field's own ring (at the
general point), or over exact numbers or balls (at one point). `ScalarField` evaluates it on exact
numbers or balls themselves, `NumericField` on float64 arrays with a lane per trajectory. All have
what a `step` may use: the call f(theta), `f.solve` for implicit methods, the derivative
`f.derivative(theta, v)` = f'(theta) v and its matrix `f.jacobian(theta)`, and `f.solve_linear` for
equations with such a matrix. The arithmetic on trees is `bea.bseries.TreeArithmetic`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from flint import fmpq
from numpy.typing import NDArray

from bea.algebra.language.expressions import Expression
from bea.algebra.programs.linearised import adjugate, linearised, solve_lanes
from bea.algebra.programs.newton import fixed_point
from bea.algebra.programs.operations import reciprocal
from bea.algebra.programs.program import Program
from bea.algebra.ring.conversions import to_program
from bea.algebra.ring.element import Element
from bea.algebra.ring.exact import in_ring
from bea.algebra.ring.ring import Ring
from bea.errors import DimensionError, MethodError
from bea.fields.vector_field import VectorField
from bea.series import PowerSeries

__all__ = ["NumericField", "ScalarField", "SeriesField"]

Numbers = NDArray[np.float64]
Derivative = Callable[[Numbers, Numbers, Numbers], Numbers]


class SeriesField:
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

    def __init__(
        self,
        field: VectorField,
        order: int,
        point: Sequence[Any] | None = None,
        corrections: Sequence[Sequence[Element]] = (),
    ) -> None:
        self.ring: Ring = field.ring
        self.order = order
        has_pi = any(atom.kind == "pi" for atom in self.ring.atoms)
        self._pi = self.ring.pi() if has_pi and point is None else None
        if point is None:
            point = [self.ring.variable(i) for i in range(field.dimension)]
        if len(point) != field.dimension:
            raise DimensionError(f"the point has {len(point)} components, not {field.dimension}")
        self._programs = [field.program, *(to_program(c) for c in corrections)]
        self._linearised: list[Program] = []  # made when a step asks for them
        self._parameters = [self.ring.symbol(name) for name in self.ring.parameters]
        self._one = point[0] * 0 + 1
        self.gamma = PowerSeries.variable(order, self._one)
        self.identity = _object_array([PowerSeries([x], order) for x in point])

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

    def jacobian(self, theta: Any) -> NDArray[np.object_]:
        """Return the matrix f'(theta), (d, d), of series."""
        return _matrix(self, theta, [self.gamma * 0 + self._one * u for u in (0, 1)])

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
        return _object_array([zero + value for value in values])

    def solve(self, function: Callable[[Any], Any], guess: Any) -> Any:
        """Return the fixed point of `function`: each sweep settles one more power of gamma.

        Raises
        ------
        MethodError
            If one does not, as in k = f(theta + k): the root is then no matter of sweeps.
        """
        for _ in range(self.order + 1):
            guess = function(guess)
        again = function(guess)
        if any(map(_certainly_not_zero, _flat(again) - _flat(guess))):
            raise MethodError(
                "the implicit equation does not settle power by power of gamma: its right-hand "
                "side may depend on the unknown only through gamma times it"
            )
        return again


class ScalarField:
    """A field on vectors of any scalars: rationals, mpmath numbers, Arb balls.

    Parameters
    ----------
    field
        The vector field; its parameters must have values.
    lift
        Turns an exact rational (`flint.fmpq`) into a scalar.

    Examples
    --------
    >>> from flint import arb, fmpq
    >>> f = ScalarField(VectorField.read("exp(y)"), arb)
    >>> theta = f.vector([fmpq(0)])
    >>> theta + f.lift(fmpq(1, 10)) * f(theta)
    array([[0.100000000000000 +/- 2.23e-17]], dtype=object)
    """

    def __init__(self, field: VectorField, lift: Callable[[fmpq], Any]) -> None:
        field.require_values()
        self._program = field.program
        self._linearised = linearised(field.program, field.dimension)
        self.lift = lift

    def vector(self, values: Sequence[fmpq]) -> NDArray[np.object_]:
        """Return a point with these exact coordinates."""
        return _object_array([self.lift(value) for value in values])

    def constant(self, value: Expression) -> Any:
        """Return an exact hyperparameter as a scalar."""
        return to_program([in_ring(value, Ring([]))]).run([], self.lift)[0]

    def __call__(self, theta: Any) -> NDArray[np.object_]:
        """Return the field at a vector of scalars."""
        return _object_array(self._program.run(list(theta), self.lift))

    def derivative(self, theta: Any, v: Any) -> NDArray[np.object_]:
        """Return f'(theta) v for vectors of scalars."""
        return _object_array(self._linearised.run([*theta, *v], self.lift))

    def jacobian(self, theta: Any) -> NDArray[np.object_]:
        """Return the matrix f'(theta), (d, d), of scalars."""
        return _matrix(self, theta, [self.lift(fmpq(u)) for u in (0, 1)])

    def solve_linear(self, matrix: Any, right: Any) -> NDArray[np.object_]:
        """Return x with matrix x = right; `DomainError` where the determinant is 0."""
        adjoint, determinant = adjugate(matrix)
        return adjoint @ right * reciprocal(determinant)

    def solve(self, function: Callable[[Any], Any], guess: Any) -> Any:
        """Refuse: an implicit equation is solved in floats or in power series."""
        raise MethodError(
            "an implicit step is solved in floats (bea.iterate) or in power series, not in these "
            "numbers: choose an explicit method"
        )


class NumericField:
    """A field on float64 arrays: the arithmetic in which iterates are computed.

    Parameters
    ----------
    rhs
        rhs(theta, gamma) for arrays of shape (d, lanes) and (lanes,).
    gamma
        The step size of each lane.
    derivative
        Returns (theta, v, gamma) -> f'(theta) v for arrays of these shapes, as
        `VectorField.numeric_derivative` does; None if the field has none.

    Attributes
    ----------
    unsolved : ndarray of bool, shape (lanes,)
        Where an equation of the step was not solved; the values are nan there.
    """

    def __init__(
        self,
        rhs: Callable[[Numbers, Numbers], Numbers],
        gamma: Numbers,
        derivative: Callable[[], Derivative] | None = None,
    ) -> None:
        self._rhs = rhs
        self._find_derivative = derivative
        self._theta = np.zeros((1, *gamma.shape))  # where the field was asked for last
        self.gamma = gamma
        self.unsolved = np.zeros(gamma.shape, dtype=bool)

    def __call__(self, theta: Numbers) -> Numbers:
        """Return the field at theta, (d, lanes)."""
        self._theta = theta
        return self._rhs(theta, self.gamma)

    def derivative(self, theta: Numbers, v: Numbers) -> Numbers:
        """Return f'(theta) v, (d, lanes).

        Raises
        ------
        MethodError
            If the field has no derivative of its own, as those that bea cannot look into.
        """
        if self._find_derivative is None:
            raise MethodError(
                "the step asks for the derivative of the field, and this field has none: give it "
                "numeric_derivative(), which returns (theta, v, gamma) -> f'(theta) v, or iterate "
                "on a problem of bea's"
            )
        return self._find_derivative()(theta, v, self.gamma)

    def jacobian(self, theta: Numbers) -> Numbers:
        """Return the matrix f'(theta), (d, d, lanes)."""
        units = np.eye(len(theta))[:, :, None] * np.ones_like(self.gamma)
        return np.stack([self.derivative(theta, unit) for unit in units], axis=1)

    def solve_linear(self, matrix: Numbers, right: Numbers) -> Numbers:
        """Return x with matrix x = right, (d, lanes), for a matrix (d, d, lanes)."""
        solution, singular = solve_lanes(matrix, right)
        self.unsolved |= singular
        return solution

    def solve(self, function: Callable[[Any], Any], guess: Any) -> Any:
        """Return the root k of k = function(k) near `guess`, by Newton's method, lane by lane.

        `guess` is an array (d, lanes) or a list of such arrays (the stages of a method).
        """
        if isinstance(guess, np.ndarray):
            return self._root(function, guess)
        shape = (len(guess), *guess[0].shape)

        def stacked(flat: Numbers) -> Numbers:
            return np.concatenate(function(list(flat.reshape(shape))))

        return list(self._root(stacked, np.concatenate(guess)).reshape(shape))

    def _root(self, function: Callable[[Numbers], Numbers], guess: Numbers) -> Numbers:
        # theta + gamma k does not see a change of k that is below the rounding of theta / gamma.
        with np.errstate(all="ignore"):
            scale = np.max(np.abs(self._theta), axis=0) / self.gamma
        root, failed = fixed_point(function, guess, scale)
        self.unsolved |= failed
        return root


_SINGULAR = (
    "the linear equations of the step are singular everywhere on this field: add a damping, or "
    "choose a method without them"
)


def _matrix(f: SeriesField | ScalarField, theta: Any, numbers: Sequence[Any]) -> Any:
    """Return f'(theta), column by column; `numbers` are 0 and 1."""
    count = len(theta)
    units = [_object_array([numbers[i == j] for i in range(count)]) for j in range(count)]
    return np.stack([f.derivative(theta, unit) for unit in units], axis=1)


def _flat(unknowns: Any) -> NDArray[np.object_]:
    return np.concatenate(unknowns) if isinstance(unknowns, list) else unknowns


def _certainly_not_zero(series: PowerSeries) -> bool:
    """Tell whether a coefficient is not 0 as a function, or is a ball away from 0."""
    return any(not c.is_zero() if isinstance(c, Element) else c != 0 for c in series.coefficients)


def _object_array(values: Sequence[Any]) -> NDArray[np.object_]:
    result = np.empty(len(values), dtype=object)
    result[:] = values
    return result
