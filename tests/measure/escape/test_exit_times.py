"""Mean times of exit on a grid: as the exact integrals say, and Kramers' rate is their limit."""

from __future__ import annotations

import numpy as np
import pytest

import bea
from bea.errors import BeaError, DimensionError
from bea.measure.escape import (
    Near,
    critical_points,
    escape_rate,
    mean_exit_time,
    mean_passage_time,
    unstable_exit_time,
)

WELL = bea.Loss.read("(x**2 - 1)**2/4")
DOUBLE = bea.problems.double_well()


def test_grid_and_double_integral_agree_to_the_order_of_the_extrapolation() -> None:
    exact = mean_passage_time(WELL, -1, 1, 0.1)
    loss = bea.problems.double_well()
    errors = [
        abs(mean_exit_time(loss, [-1, 0], "x - 1", 0.1, cells=cells).time / exact - 1)
        for cells in (64, 128)
    ]
    assert errors[1] < 5e-6
    assert errors[0] / errors[1] > 10


def test_kramers_in_two_dimensions_where_no_coordinate_separates() -> None:
    camel = bea.problems.three_hump_camel()
    middle, side, _, top, _ = critical_points(camel)
    until = Near(tuple(middle.point), 0.4)
    excess = [
        mean_exit_time(camel, side.point, until, t, cells=192).time * escape_rate(side, top, t) - 1
        for t in (0.15, 0.075)
    ]
    assert 0 < excess[1] < 0.6 * excess[0] < 0.12
    # Without the transverse curvatures the time is wrong by the root of their ratio, 2.4.
    wrong = escape_rate(side, top, 0.075) * np.sqrt(top.eigenvalues[1] / side.eigenvalues[1])
    assert abs(wrong / escape_rate(side, top, 0.075) * (1 + excess[1]) - 1) > 0.5


def test_exit_from_a_saddle_solves_the_backward_equation() -> None:
    found = mean_exit_time(
        bea.Loss.read("-x**2/2 + y**2/2", "x y"), [0, 0], "x**2 - 1", 0.05,
        window=[(-1.1, 1.1), (-2, 2)], cells=128,
    )  # fmt: skip
    assert found.time == pytest.approx(unstable_exit_time(-1, 1, 0.05), rel=1e-3)


def test_outside_of_the_domain_there_is_a_wall() -> None:
    line = bea.Loss.read("x - log(x)")
    plane = bea.Loss.read("x - log(x) + y**2", "x y")
    box = [(-1, 4), (-3, 3)]
    found = mean_exit_time(plane, [1, 0], "x - 2", 0.5, window=box, cells=200)
    # T = 1/2: in one variable, from the weight exp(-L/T) = x² exp(-2x), by quadrature.
    x = np.linspace(1e-6, 2, 400_001)
    weight = np.exp(-2 * line.at(x[:, None]))
    below = np.cumsum(weight) * (x[1] - x[0])
    inside = x >= 1
    exact = np.trapezoid((below / weight)[inside], x[inside]) / 0.5
    assert found.time == pytest.approx(exact, rel=1e-3)


def test_bad_input() -> None:
    with pytest.raises(BeaError, match="never ends"):
        mean_exit_time(DOUBLE, [-1, 0], "x - 9", 0.1, cells=32)
    with pytest.raises(BeaError, match="not in the window"):
        mean_exit_time(DOUBLE, [-9, 0], "x", 0.1)
    with pytest.raises(BeaError, match="from 8 to 1024"):
        mean_exit_time(DOUBLE, [-1, 0], "x", 0.1, cells=2000)
    with pytest.raises(BeaError, match="by one observable"):
        mean_exit_time(DOUBLE, [-1, 0], "x, y", 0.1)
    with pytest.raises(BeaError, match="too coarse"):
        mean_exit_time(DOUBLE, [-1, 0], "x", 1e-4, cells=32)
    with pytest.raises(BeaError, match="needs a window"):
        mean_exit_time(bea.Loss.read("x**2 + y**2"), [0, 0], "x - 1", 0.1)
    with pytest.raises(DimensionError, match="a loss of two"):
        mean_exit_time(WELL, [-1], "x", 0.1)
