"""What a step may ask beside f: f' v, linear systems and flows, alike in every arithmetic."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from flint import fmpq

from bea.algebra import exact
from bea.errors import DomainError, MethodError
from bea.fields import NumericField, SeriesField, VectorField
from bea.fields.arithmetics import ScalarField
from bea.series import PowerSeries

FIELD = VectorField.read("x*y + x**2, y**3 - x", "x y")
POINT = [fmpq(1, 2), fmpq(-2)]
ALONG = [fmpq(3), fmpq(1, 3)]
JACOBIAN = [[POINT[1] + 2 * POINT[0], POINT[0]], [fmpq(-1), 3 * POINT[1] ** 2]]
EXPECTED = [sum((a * v for a, v in zip(row, ALONG, strict=True)), fmpq(0)) for row in JACOBIAN]


def lanes(values: list[fmpq]) -> np.ndarray:
    return np.array([[float(v)] * 3 for v in values])


def numeric(derivative: Any = None) -> NumericField:
    return NumericField(FIELD.numeric(), np.array([0.1, 0.2, 0.3]), derivative)


def test_the_derivative_along_a_vector_in_every_arithmetic() -> None:
    scalars = ScalarField(FIELD, fmpq)
    assert list(scalars.derivative(scalars.vector(POINT), scalars.vector(ALONG))) == EXPECTED
    series = SeriesField(FIELD, 2, POINT)
    along = np.array([PowerSeries([v], 2) for v in ALONG], dtype=object)
    assert [s[0] for s in series.derivative(series.identity, along)] == EXPECTED
    numbers = numeric(FIELD.numeric_derivative)
    found = numbers.derivative(lanes(POINT), lanes(ALONG))
    np.testing.assert_allclose(found, lanes(EXPECTED), rtol=1e-14)


def test_the_derivative_is_the_slope_of_the_field_in_series() -> None:
    """f(theta + gamma v) = f + gamma f' v + ..., at any moved point, with corrections too."""
    x, y = FIELD.ring.generators()
    corrections = [[x * y, y], [x, x**2]]
    f = SeriesField(FIELD, 3, corrections=corrections)
    moved = f.identity + f.gamma * f(f.identity)
    v = f(f.identity)
    size = f.gamma * f.gamma * f.gamma  # the square of this is beyond the order
    assert list(f(moved + size * v) - f(moved)) == list(size * f.derivative(moved, v))
    first = f.derivative(f.identity, v)
    again = f.derivative(f.identity, v)  # what was made for the first is there for the second
    assert list(first) == list(again)


def test_a_field_without_a_derivative_says_what_to_give() -> None:
    with pytest.raises(MethodError, match=r"has none: give it numeric_derivative\(\), which ret"):
        numeric().derivative(lanes(POINT), lanes(ALONG))


def test_numbers_are_floats_and_roots_are_taken_entry_by_entry() -> None:
    f = numeric()
    assert f.constant(exact("9/10")) == 0.9
    assert f.sqrt(np.array([[4.0, 9.0]])).tolist() == [[2.0, 3.0]]


MATRIX = [[fmpq(2), fmpq(1)], [fmpq(-1), fmpq(1, 2)]]  # its determinant is 2
RIGHT = [fmpq(1), fmpq(3)]
SOLUTION = [fmpq(-5, 4), fmpq(7, 2)]


def test_a_linear_system_has_one_solution_in_every_arithmetic() -> None:
    f = ScalarField(FIELD, fmpq)
    assert list(f.solve_linear(np.array(MATRIX), np.array(RIGHT))) == SOLUTION
    with pytest.raises(DomainError):
        f.solve_linear(np.array([[fmpq(1), fmpq(2)], [fmpq(2), fmpq(4)]]), np.array(RIGHT))
    series = SeriesField(FIELD, 3, POINT)
    matrix = np.array(MATRIX, dtype=object) * (1 + series.gamma)
    found = series.solve_linear(matrix, np.array(RIGHT, dtype=object) * (1 + 0 * series.gamma))
    for s, x in zip(found, SOLUTION, strict=True):  # 1/(1 + gamma) of the solution
        assert list(s.coefficients) == [x, -x, x, -x]
    with pytest.raises(MethodError, match="singular everywhere"):
        series.solve_linear(matrix * series.gamma, series.identity)


def test_lanes_without_a_solution_are_flagged_and_the_others_solved() -> None:
    f = numeric()
    matrix = np.array([[[float(a)] * 3 for a in row] for row in MATRIX])
    matrix[:, :, 1] = [[1, 2], [2, 4]]
    found = f.solve_linear(matrix, lanes(RIGHT))
    np.testing.assert_allclose(found[:, [0, 2]], lanes(SOLUTION)[:, [0, 2]], rtol=1e-14)
    assert f.unsolved.tolist() == [False, True, False]
    f.solve_linear(matrix[:, :, [0, 0, 0]], lanes(RIGHT))
    assert f.unsolved.tolist() == [False, True, False]  # it stays lost


def test_series_are_carried_along_a_flow() -> None:
    """theta' = theta^2 takes theta to theta/(1 - gamma theta), and theta^2 with it."""
    field = VectorField.read("y**2")
    y = field.ring.variable(0)
    f = SeriesField(field, 4)
    (moved,) = f.transport([[y * y]], f.identity)
    assert list(moved.coefficients) == [y ** (n + 1) for n in range(5)]
    squares = f.transport([[y * y]], np.array([[f.identity[0] ** 2, f.gamma * f.identity[0]]]))
    assert squares.shape == (1, 2)
    assert list(squares[0, 0].coefficients) == [(n + 1) * y ** (n + 2) for n in range(5)]
    assert list(squares[0, 1].coefficients) == [0, y, y**2, y**3, y**4]


def test_the_flow_of_higher_terms_comes_a_power_of_gamma_later() -> None:
    """theta' = gamma^2 theta takes theta to exp(gamma^3) theta; with theta' = theta to both."""
    field = VectorField.read("y")
    y = field.ring.variable(0)
    f = SeriesField(field, 6)
    (late,) = f.transport([[y * 0], [y * 0], [y]], f.identity)
    assert list(late.coefficients) == [y, 0, 0, y, 0, 0, y / 2]
    (both,) = f.transport([[y], [y]], f.identity)  # exp(gamma + gamma^2)
    factors = [1, 1, fmpq(3, 2), fmpq(7, 6), fmpq(25, 24), fmpq(27, 40), fmpq(331, 720)]
    assert list(both.coefficients) == [c * y for c in factors]


def test_stages_are_solved_as_sharply_as_theta_lets_them_be_seen() -> None:
    """Where theta is far larger than gamma k, the root is as sharp as theta + gamma k can see."""
    field = VectorField.read("-(x - 100000000)")
    f = NumericField(field.numeric(), np.array([1e-6]))
    theta = np.array([[1e8 + 1]])
    (k,) = f.solve(lambda k: [f(theta + f.gamma * k[0])], [f(theta)])
    assert not f.unsolved.any()
    assert k[0, 0] == pytest.approx(-1 / (1 + 1e-6), abs=1e-7)
