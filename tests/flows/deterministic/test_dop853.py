"""A single step of DOP853 is of order 8, and its lanes do not mix."""

from __future__ import annotations

import numpy as np
import pytest

from bea.flows.deterministic import dop853

ONE = np.ones(1)


def decay(theta: np.ndarray, gamma: np.ndarray) -> np.ndarray:
    return -theta


def attempts(lengths: np.ndarray) -> dop853.Attempt:
    """Return one step of each length from 1."""
    ones = np.ones(len(lengths))
    return dop853.attempt(decay, ones[None, :], ones, lengths, 1e-12 * ones, 1e-12 * ones)


def order_of_a_step() -> float:
    """Return the order of the error of one step, carried on to step length 0."""
    lengths = np.linspace(0.4, 1.0, 7)
    errors = np.abs(attempts(lengths).theta[0] - np.exp(-lengths))
    assert errors.min() > 1e-12  # clear of rounding
    orders = np.diff(np.log(errors)) / np.diff(np.log(lengths))
    return float(np.polyfit((lengths[1:] + lengths[:-1]) / 2, orders, 2)[-1])


def test_step_is_of_order_eight() -> None:
    # The error of one step is one order higher.
    assert abs(order_of_a_step() - 9) < 0.1


def test_a_wrong_coefficient_lowers_the_order(monkeypatch: pytest.MonkeyPatch) -> None:
    right = dop853.coefficients()
    (stage, weight), *rest = right.weights
    wrong = right._replace(weights=((stage, weight * (1 + 1e-4)), *rest))
    monkeypatch.setattr(dop853, "coefficients", lambda: wrong)
    assert order_of_a_step() < 2


def test_error_estimate_exceeds_the_error() -> None:
    lengths = np.linspace(0.5, 2.0, 7)
    tried = attempts(lengths)
    error = np.abs(tried.theta[0] - np.exp(-lengths))
    assert (error < tried.error * 1e-12 * (1 + tried.size)).all()


def test_lane_does_not_depend_on_its_neighbours() -> None:
    lengths = np.random.default_rng(0).uniform(0.1, 2.0, 37)
    together = attempts(lengths)
    for lane in (0, 5, 36):
        alone = attempts(lengths[lane : lane + 1])
        assert alone.theta[0, 0] == together.theta[0, lane]
        assert alone.error[0] == together.error[lane]


def test_step_at_rest_has_no_error() -> None:
    tried = dop853.attempt(decay, np.zeros((1, 1)), ONE, ONE, 1e-13 * ONE, 1e-13 * ONE)
    assert tried.error == 0 and tried.theta == 0


def first_step(rate: float, start: float, sign: float = 1.0) -> float:
    """Return the first step for θ̇ = rate·θ³, forward or backward over a time of 10."""
    theta, tol = np.array([[start]]), np.array([1e-13])
    with np.errstate(all="ignore"):
        length = dop853.first_step(
            lambda theta, gamma: rate * theta**3, theta, ONE, sign * ONE, 10 * ONE, tol, tol
        )
    return float(length[0])


def test_first_step_is_short_where_the_field_is_fast() -> None:
    assert 1e-3 < first_step(-1.0, 1.0) < 1.0
    assert 1e-5 < first_step(-1000.0, 1.0) < first_step(-1.0, 1.0) / 10


def test_first_step_backward_is_that_of_the_opposite_field() -> None:
    assert first_step(-1.0, 2.0, sign=-1.0) == first_step(1.0, 2.0)
    assert first_step(-1.0, 2.0, sign=-1.0) != first_step(-1.0, 2.0)


def test_first_step_at_rest_spans_everything() -> None:
    assert first_step(-1.0, 0.0) == 10.0


def test_first_step_is_positive_where_the_probe_overflows() -> None:
    assert 0 < first_step(1e300, 1e5) < 1e-20


def test_the_coefficients_are_those_of_scipy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read from SciPy's file, or from SciPy where there is no such file."""
    from_file = dop853.coefficients.__wrapped__()
    monkeypatch.setattr("pathlib.Path.exists", lambda path: False)
    assert dop853.coefficients.__wrapped__() == from_file
    assert len(from_file.stages) == 11 and len(from_file.weights) == 8


def test_the_error_is_that_of_the_book() -> None:
    """|h| e5^2 / sqrt((e5^2 + e3^2/100) d), with norms in units of the tolerance (II.10.17)."""
    source = np.random.default_rng(3)
    theta, matrix = source.normal(size=(3, 4)), source.normal(size=(3, 3))
    lengths, rtol, atol = (np.array([0.3, -0.2, 1.1, 0.01]), np.geomspace(1e-9, 1e-6, 4), 1e-8)

    def rhs(x: np.ndarray, gamma: np.ndarray) -> np.ndarray:
        return np.sin(matrix @ x) * gamma

    gamma = np.array([1.0, 2.0, 0.5, 3.0])
    tried = dop853.attempt(rhs, theta, gamma, lengths, rtol, np.full(4, atol))
    table = dop853.coefficients()

    def weighted(row: dop853.Row, slopes: list[np.ndarray]) -> np.ndarray:
        return sum(weight * slopes[stage] for stage, weight in row)

    for lane, h in enumerate(lengths):
        start, g = theta[:, lane : lane + 1], gamma[lane : lane + 1]
        slopes = [rhs(start, g)]
        for row in table.stages:
            slopes.append(rhs(start + h * weighted(row, slopes), g))
        end = start + h * weighted(table.weights, slopes)
        scale = atol + rtol[lane] * np.maximum(np.abs(start), np.abs(end))
        fifth = np.linalg.norm(weighted(table.fifth, slopes) / scale) ** 2
        third = weighted(table.weights, slopes) - weighted(table.third, slopes)
        third = np.linalg.norm(third / scale) ** 2
        error = abs(h) * fifth / np.sqrt((fifth + third / 100) * 3)
        np.testing.assert_allclose(tried.theta[:, lane], end[:, 0], rtol=1e-14)
        assert tried.error[lane] == pytest.approx(error, rel=1e-6)  # differences cancel
        assert tried.size[lane] == np.abs(tried.theta[:, lane]).max()


def test_a_step_is_lengthened_by_the_eighth_root_of_its_error() -> None:
    errors = np.array([2.0**8, 2.0**-8, 1.5**8, 1e30, 1e-30, np.inf])
    expected = [0.45, 1.8, 0.6, 0.2, 8.0, 0.2]
    np.testing.assert_allclose(dop853.step_factor(errors), expected, rtol=1e-14)


@pytest.mark.parametrize("start", [1e-14, 1e-3, 0.5, 20.0])
@pytest.mark.parametrize("rate", [-3.0, 1e-14, 0.01, 50.0])
def test_the_first_step_is_that_of_the_book(rate: float, start: float) -> None:
    """h0 = |y|/(100 |f|), h = (1/(100 max(|f|, |f(y + h0 f) - f|/h0)))^(1/8), at most 100 h0."""
    scale = 1e-13 + 1e-13 * start
    size, speed = start / scale, abs(rate) * start**3 / scale
    probe = min(size / speed / 100, 10.0)
    ahead = start + probe * rate * start**3
    bend = abs(rate * ahead**3 - rate * start**3) / scale / probe
    length = (1 / (100 * max(speed, bend))) ** (1 / 8)
    expected = min(length, 100 * probe, 10.0)
    assert first_step(rate, start) == pytest.approx(expected, rel=1e-9)


def test_the_first_step_from_zero_probes_a_millionth_of_the_span() -> None:
    """From 0 with speed 1, straight on: 0.01 of the tolerance by the speed alone."""
    tol = np.array([1e-8])
    length = dop853.first_step(
        lambda x, g: np.ones_like(x), np.zeros((1, 1)), ONE, ONE, 5 * ONE, tol, tol
    )
    assert length[0] == pytest.approx(min(100 * 5e-6, (1e-8 / 100) ** (1 / 8)))
