"""The derivative of a field in every arithmetic is that of its components in the ring."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from flint import arb, fmpq

from bea.algebra.programs.linearised import adjugate, linearised, solve_lanes
from bea.algebra.programs.numpy_code import compile_program
from bea.algebra.ring.conversions import to_program
from bea.errors import DomainError, MethodError
from bea.fields import NumericField, ScalarField, SeriesField, VectorField

FIELDS = {
    "polynomial": ("x*y - x**3/3, y**2 - 2*x", "x y"),
    "functions": ("sin(x)*cosh(y) - log(x + 2), exp(-x*y) + tanh(y) + cos(y)/sinh(x + 1)", "x y"),
    "roots": ("1/(1 + x**2), sqrt(x + y + 3)*(x + 2)**(1/3) - (y + 2)**(-3/4)", "x y"),
    "constants": ("pi*x - 1/2, 3", "x y"),
    "one": ("exp(x)/x", "x"),
}
each_field = pytest.mark.parametrize("name", FIELDS)


def field(name: str) -> VectorField:
    return VectorField.read(*FIELDS[name])


def by_the_ring(of: VectorField, v: Any) -> list[Any]:
    """Return the sum of v_i d_i f by the ring's own derivatives."""
    rows = [component.gradient() for component in of.components]
    return [sum((s * x for s, x in zip(row, v, strict=True)), of.ring.constant(0)) for row in rows]


@each_field
def test_in_the_ring(name: str) -> None:
    of = field(name)
    f = SeriesField(of, 0)
    v = [of.ring.variable(i) ** 2 + i for i in range(of.dimension)]
    found = f.derivative(f.identity, v + f.identity * 0)
    wanted = by_the_ring(of, v)
    assert all((a[0] - b).is_zero() for a, b in zip(found, wanted, strict=True))


@each_field
def test_in_series_it_is_the_rate_of_change_of_the_field(name: str) -> None:
    """f(theta + gamma w)' by gamma = f'(theta + gamma w) w, order by order."""
    of = field(name)
    f = SeriesField(of, 4, [arb("0.7"), arb("0.2")][: of.dimension])
    w = f.identity * 0 + [arb(2), arb(-1)][: of.dimension]
    moved = f.identity + f.gamma * w
    for total, slope in zip(f(moved), f.derivative(moved, w), strict=True):
        for a, b in zip(total.derivative().coefficients, slope.coefficients, strict=False):
            assert a.overlaps(b) and b.rad() < 1e-8


@each_field
def test_in_numbers(name: str) -> None:
    of = field(name)
    theta = np.array([[0.7, 0.3], [0.2, -0.6]])[: of.dimension]
    v = np.array([[2.0, 0.5], [-1.0, 3.0]])[: of.dimension]
    f = NumericField(of.numeric(), np.ones(2), of.numeric_derivative)
    entries = to_program([s for c in of.components for s in c.gradient()])
    flat = compile_program(entries)(theta, np.empty((of.dimension**2, 2)))
    matrix = flat.reshape(of.dimension, of.dimension, 2)
    np.testing.assert_allclose(f.derivative(theta, v), np.einsum("ijl,jl->il", matrix, v), 1e-13)
    np.testing.assert_allclose(f.jacobian(theta), matrix, 1e-13)


def test_in_scalars() -> None:
    f = ScalarField(VectorField.read("x*y, x - y**2"), lambda q: q)
    theta, v = f.vector([fmpq(2), fmpq(3)]), f.vector([fmpq(1, 2), fmpq(-1)])
    assert list(f.derivative(theta, v)) == [fmpq(-1, 2), fmpq(13, 2)]
    assert f.jacobian(theta).tolist() == [[3, 2], [1, -6]]
    assert list(f.solve_linear(f.jacobian(theta), v)) == [fmpq(1, 20), fmpq(7, 40)]
    with pytest.raises(DomainError, match="division by zero"):
        f.solve_linear(f.jacobian(theta) * 0, v)


def test_of_corrections_too() -> None:
    of = VectorField.read("x**2")
    f = SeriesField(of, 2, corrections=[[of.ring.variable(0) ** 3]])
    (slope,) = f.derivative(f.identity, f(f.identity))
    x = of.ring.variable(0)
    assert list(slope.coefficients) == [x**3 * 2, x**4 * 5, x**5 * 3]  # (2x + 3x^2 g)(x^2 + x^3 g)


def test_parameters_do_not_move() -> None:
    f = SeriesField(VectorField.read("a*x**2", "x", "a"), 0)
    (slope,) = f.derivative(f.identity, f.identity)
    assert slope[0] == f.ring.symbol("a") * f.ring.variable(0) ** 2 * 2


def test_an_input_alone_has_the_slope_one() -> None:
    program = to_program(VectorField.read("x", "x").components * 2)
    assert linearised(program, 1).run([fmpq(5), fmpq(7)]) == [7, 7]


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_adjugate(size: int) -> None:
    entries = [fmpq((3 * i * i + 5 * j + i * j) % 7 - 2, 1 + (i + j) % 3)
               for i in range(size) for j in range(size)]  # fmt: skip
    matrix = np.array(entries, dtype=object).reshape(size, size)
    adjoint, determinant = adjugate(matrix)
    unit = np.array([[fmpq(i == j) for j in range(size)] for i in range(size)], dtype=object)
    assert (matrix @ adjoint == unit * determinant).all()
    wanted = np.linalg.det(np.array([[float(x.p) / float(x.q) for x in row] for row in matrix]))
    assert float(determinant.p) / float(determinant.q) == pytest.approx(wanted)


def test_linear_equations_in_series() -> None:
    f = SeriesField(VectorField.read("x*y, x - y**2"), 3)
    matrix = f.jacobian(f.identity + f.gamma * f(f.identity))
    found = f.solve_linear(matrix, f(f.identity))
    for row, wanted in zip(matrix @ found - f(f.identity), range(2), strict=True):
        assert all(c.is_zero() for c in row.coefficients), wanted
    with pytest.raises(MethodError, match="singular everywhere on this field: add a damping"):
        f.solve_linear(matrix * 0, f.identity)
    with pytest.raises(MethodError, match="singular everywhere"):
        f.solve_linear(matrix * f.gamma, f.identity)


def test_a_singular_lane_does_not_disturb_the_others() -> None:
    matrix = np.array([[[2.0, 1.0, np.nan], [1.0, 2.0, 1.0]], [[0.0, 2.0, 1.0], [1.0, 4.0, 1.0]]])
    right = np.array([[3.0, 1.0, 1.0], [1.0, 1.0, 1.0]])
    solution, singular = solve_lanes(matrix, right)
    np.testing.assert_allclose(solution[:, 0], [1.0, 1.0])
    assert np.isnan(solution[:, 1:]).all()
    assert singular.tolist() == [False, True, False]
    f = NumericField(VectorField.read("x, y").numeric(), np.ones(3))
    f.solve_linear(matrix, right)
    assert f.unsolved.tolist() == [False, True, False]


def test_a_field_without_a_derivative_is_refused() -> None:
    f = NumericField(VectorField.read("x").numeric(), np.ones(1))
    with pytest.raises(MethodError, match=r"has none: give it numeric_derivative\(\), which"):
        f.derivative(np.ones((1, 1)), np.ones((1, 1)))
