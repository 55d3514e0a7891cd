"""What each term does, extrapolated to gamma = 0: sharper than an order, honest about noise."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from flint import fmpq
from hypothesis import given
from hypothesis import strategies as st

import bea
from bea.measure.order.certificate import Certificate
from bea.measure.order.coefficients import (
    RIGHT_TO,
    Coefficients,
    Size,
    coefficients_of,
    extrapolated,
)
from bea.measure.order.controls import changed
from bea.methods import get

GAMMAS = 0.1 / np.geomspace(1, 24, 12)


def noisy(off: float, slope: float, noise: float) -> tuple[float, float]:
    rng = np.random.default_rng(7)
    values = off + slope * np.sin(3 * GAMMAS)[:, None] + noise * rng.standard_normal((12, 2))
    return extrapolated(GAMMAS, values, np.full(12, noise))


@given(off=st.floats(0, 0.1), slope=st.floats(-5, 5), noise=st.floats(1e-14, 1e-4))
def test_the_value_at_zero_is_within_its_uncertainty(
    off: float, slope: float, noise: float
) -> None:
    found, uncertainty = noisy(off, slope, noise)
    assert abs(found - off * 2**0.5) <= 4 * uncertainty + 1e-15
    assert uncertainty < 100 * noise + 1e-6 * abs(slope) + 1e-12


def test_noise_and_runs_that_stopped_are_left_out() -> None:
    values = 0.002 + GAMMAS[:, None]
    noise = np.where(GAMMAS < 0.02, 1.0, 1e-13)
    values[0] = np.nan
    values[GAMMAS < 0.02] = 5.0
    found, uncertainty = extrapolated(GAMMAS, values, noise)
    assert found == pytest.approx(0.002, abs=1e-9) and uncertainty < 0.01


def test_too_few_step_sizes_say_nothing() -> None:
    found, uncertainty = extrapolated(GAMMAS[:4], GAMMAS[:4, None], np.full(4, 1e-13))
    assert np.isnan(found) and uncertainty == np.inf
    size = Size(1, found, uncertainty)
    assert size.result == "open" and "error floor" in str(size)
    assert size.as_json() == {"order": 1, "off": None, "uncertainty": None, "agrees": None}


@pytest.mark.parametrize(
    ("off", "uncertainty", "result"),
    [
        (0.0, 1e-9, "yes"),
        (1e-6, 1e-9, "yes"),
        (1e-3, 1e-9, "no"),
        (1e-3, 1e-3, "open"),
        (0.0, 2 * RIGHT_TO, "open"),
        (2e-5, 1e-6, "no"),
        (0.0, RIGHT_TO, "yes"),
        (1e-6, 0.0, "yes"),  # so little is rounding
        (1.1e-6, 0.0, "no"),
        (1e-3, 2e-4, "open"),  # five times what it is uncertain by, and not more
        (4.9e-5, 1.1e-5, "open"),  # one component, 5 % of its term, too large by 0.001
        (4e-5, 2e-5, "yes"),  # twice what it is uncertain by, and not more
        (np.nan, np.inf, "open"),
    ],
)
def test_a_size_is_judged_by_what_it_is_uncertain_by(
    off: float, uncertainty: float, result: str
) -> None:
    assert Size(2, off, uncertainty).result == result


def test_a_size_is_written_with_what_it_is_uncertain_by() -> None:
    assert str(Size(2, 1e-3, 2e-5)) == "gamma^2 off by 0.1 % (+- 0.002 %)"
    assert str(Size(2, 2e-5, 2e-5)) == "gamma^2 right to 4e-05"
    assert str(Size(2, 4.9e-5, 1.1e-5)) == "gamma^2 seems off by 0.0049 % (+- 0.001 %)"
    assert Size(2, 2e-5, 2e-5).as_json() == {
        "order": 2, "off": 2e-5, "uncertainty": 2e-5, "agrees": True,
    }  # fmt: skip
    assert Size(1, 0.5, np.inf).as_json()["off"] is None
    assert "error floor" in str(Size(1, 0.5, np.inf))


# --- the extrapolation, written out once more by ordinary least squares ---------------------------


def by_polynomials(gammas: np.ndarray, values: np.ndarray, noise: np.ndarray) -> Any:
    """Return (R(0), uncertainty) of the degree that is least uncertain, for each window."""
    found, count = [], len(gammas)
    for window in (count, count - count // 4, count - count // 2):
        x, y, w = gammas[-window:], values[-window:], 1 / noise[-window:]
        at_zero, spread = [], []
        for degree in range(min(7, window - 3) + 1):
            powers = x[:, None] ** np.arange(degree + 1)
            fit = np.polynomial.polynomial.polyfit(x, y, degree, w=w)
            at_zero.append(fit[0])
            normal = np.linalg.inv((powers * w[:, None]).T @ (powers * w[:, None]))
            chi2 = np.sum(((y - powers @ fit) * w[:, None]) ** 2)
            reduced = chi2 / (y.shape[1] * (window - degree - 1))
            spread.append(np.sqrt(normal[0, 0] * max(1.0, reduced)))
        here = []
        for k in range(2, len(at_zero)):
            last, before = at_zero[k] - at_zero[k - 1], at_zero[k - 1] - at_zero[k - 2]
            change = np.linalg.norm(last) + np.linalg.norm(before) / 10
            here.append((at_zero[k], float(change + 2 * spread[k])))
        found += sorted(here, key=lambda pair: pair[1])[:1]
    return found


@pytest.mark.parametrize("count", [5, 6, 7, 10, 12])
@pytest.mark.parametrize("bad", [0, 1, 3, 5])
@pytest.mark.parametrize("noise", [1e-3, 1e-7])
def test_the_polynomial_is_taken_that_is_least_uncertain(
    count: int, bad: int, noise: float
) -> None:
    """Also where the largest step sizes are no part of the series."""
    rng = np.random.default_rng(count + bad)
    gammas = 0.5 / np.linspace(1, 4, count)
    noises = noise * np.linspace(1, 3, count)
    values = 0.01 + np.stack([np.exp(gammas) - 1, np.sin(gammas)], axis=1)
    values += noises[:, None] * rng.standard_normal((count, 2))
    values[:bad] += 1.0
    order = rng.permutation(count)
    found = extrapolated(gammas[order], values[order], noises[order])
    limits = by_polynomials(gammas, values, noises)
    least, uncertainty = min(limits, key=lambda pair: pair[1])
    apart = max(0.0, *(np.linalg.norm(other - least) - more for other, more in limits))
    assert found == pytest.approx((np.linalg.norm(least), uncertainty + apart), rel=1e-5)


# Each begins with 0, and is no polynomial where x is not small.
BEYOND: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "x^2/(1+x^2)": lambda x: x**2 / (1 + x**2),
    "x^4/(1+x^4)": lambda x: x**4 / (1 + x**4),
    "x/sqrt(1+x^2)": lambda x: x / np.sqrt(1 + x**2),
    "x^2/(1+x^3)": lambda x: x**2 / (1 + x**3),
    "x exp(-x)": lambda x: x * np.exp(-x),
    "arctan x": np.arctan,
    "tanh x": np.tanh,
}


@pytest.mark.parametrize("name", BEYOND)
@pytest.mark.parametrize("smallest", [0.231, 0.722, 0.85, 1.0])
@pytest.mark.parametrize("span", [4.0, 24.0])
def test_what_bends_too_much_for_polynomials_refutes_nothing(
    name: str, smallest: float, span: float
) -> None:
    """Some of these polynomials would be sure, and of another value than 0."""
    gammas = smallest * np.geomspace(span, 1, 12)
    values = BEYOND[name](gammas[:, None] * np.array([1.0, 0.5]))
    assert Size(1, *extrapolated(gammas, values, np.full(12, 1e-9))).result != "no"


@pytest.mark.parametrize("name", BEYOND)
def test_within_the_expansion_a_thousandth_is_seen(name: str) -> None:
    gammas = 0.02 * np.geomspace(24, 1, 12)
    values = BEYOND[name](gammas[:, None] * np.array([0.3, 0.2]))
    right, wrong = (extrapolated(gammas, values + off, np.full(12, 1e-12)) for off in (0.0, 1e-3))
    assert Size(1, *right).result == "yes" and Size(1, *wrong).result == "no"


def test_what_is_noise_is_left_out() -> None:
    """A thirtieth of what the term does is noise already, and nothing is left."""
    values = np.full((12, 1), 0.1)
    assert extrapolated(GAMMAS, values, np.full(12, 0.033))[0] == pytest.approx(0.1)
    assert np.isnan(extrapolated(GAMMAS, values, np.full(12, 1 / 30))[0])
    noise = np.full(12, 1e-9)
    noise[4:] = 0.04
    assert np.isnan(extrapolated(GAMMAS, values, noise)[0])  # four are too few
    values[3] = np.nan
    assert extrapolated(GAMMAS, values, np.zeros(12))[0] == pytest.approx(0.1)


def ends(*points: list[float]) -> Any:
    """Return two runs of one start, with one step size each, that end at these points."""
    values = np.array(points, dtype=float).reshape(len(points), 1, 1, 2)
    return SimpleNamespace(values=np.concatenate([np.full_like(values, 9.0), values], axis=2))


def test_what_is_left_is_measured_in_units_of_what_the_term_does() -> None:
    """From where the flow before it ended; of order 0 that is the start."""
    iterates = ends([7.0, 3.0], [1.0, 1.0])
    iterates.starts = np.array([[1.0, 1.0]])
    runs = [
        ends([1.0, 5.0], [1.0, 1.0]),
        ends([4.0, 1.0], [3.0, 1.0]),
        ends([4.0, 3.0], [1.0, 1.0]),
    ]
    floors = np.array([[[[9.0, 0.2]], [[9.0, 0.4]]]] * 3)
    study: Any = SimpleNamespace(
        orders=np.array([0, 1, 4]), gammas=np.array([0.2, 0.1]), floors=floors
    )
    found = coefficients_of(study, [0, 4], iterates, runs)
    assert found is not None and found.orders.tolist() == [0, 4]
    assert found.gammas.tolist() == [0.2, 0.1] and found.remainders.shape == (2, 2, 1, 2)
    # |(1, 5) - (1, 1)| = 4; at the second step size nothing moved.
    np.testing.assert_allclose(found.remainders[0, :, 0], [[1.5, -0.5], [np.nan, np.nan]])
    np.testing.assert_allclose(found.floors[0, :, 0], [0.05, np.nan])
    np.testing.assert_allclose(found.remainders[1, :, 0], [[1.5, 0.0], [0.0, 0.0]])
    np.testing.assert_allclose(found.floors[1, :, 0], [0.1, 0.2])
    assert coefficients_of(study, [2, 3], iterates, runs) is None


def test_of_most_starts_nothing_known_is_nothing_known() -> None:
    remainders = np.zeros((2, 12, 3, 1)) + GAMMAS[:, None, None]
    remainders[0, :, 0], remainders[1, :, 1:] = np.nan, np.nan
    found = Coefficients(np.array([1, 3]), GAMMAS, remainders, np.full((2, 12, 3), 1e-12))
    first, third = found.sizes
    assert (first.order, first.result) == (1, "yes")
    assert (third.order, third.result) == (3, "open")
    assert np.isnan(third.off) and third.uncertainty == np.inf


def test_why_a_size_is_not_known_is_said() -> None:
    """Noise, runs that stopped, or too few of them: each by its name."""
    ones, quiet = np.ones((1, 12, 3, 1)), np.full((1, 12, 3), 1e-12)
    noisy = Coefficients(np.array([2]), GAMMAS, ones, quiet + 1)
    assert str(noisy.sizes[0]) == "gamma^2 does not stand clear of the error floor"
    stopped = np.where(np.arange(12)[:, None, None] < 8, np.nan, ones)
    (size,) = Coefficients(np.array([2]), GAMMAS, stopped, quiet).sizes
    assert str(size) == "gamma^2 needs runs that finish, at 5 step sizes"
    (size,) = Coefficients(np.array([2]), GAMMAS[:4], ones[:, :4], quiet[:, :4]).sizes
    assert str(size) == "gamma^2 needs 5 step sizes or more"
    five = np.where(np.arange(12)[:, None, None] < 7, np.nan, ones)
    assert np.isfinite(Coefficients(np.array([2]), GAMMAS, five, quiet).sizes[0].off)
    (size,) = Coefficients(np.array([2]), GAMMAS, five, quiet + 1).sizes
    assert str(size) == "gamma^2 does not stand clear of the error floor"


def test_one_start_in_three_decides_nothing() -> None:
    remainders = np.zeros((1, 12, 3, 2)) + GAMMAS[:, None, None]
    remainders[0, :, 1] += 0.5
    found = Coefficients(np.array([1]), GAMMAS, remainders, np.full((1, 12, 3), 1e-13))
    assert found.sizes[0].result == "yes"


def wrong_by(factor: Any) -> Certificate:
    """Return the certificate of descent whose last term, of gamma^2, is too large."""
    method, loss = get("gradient-descent"), bea.problems.loss("x**2*y**2/2 + x**2 + y**2/2")
    right = bea.modified_equation(method, loss, 2)
    return bea.verify(method, loss, 2, equation=changed(right, 2, factor=factor))


def test_a_last_term_wrong_by_a_thousandth_is_refuted() -> None:
    certificate = wrong_by(fmpq(1001, 1000))
    assert certificate.verdict == "refuted"
    assert certificate.reason.startswith("what the term of gamma^2 does is off by 0.1 %")
    assert [size.result for size in certificate.sizes] == ["yes", "yes", "no"]
    # By the orders alone it would have passed.
    assert all(f.result != "no" for f in certificate.findings)
    (entry,) = [term for term in certificate.as_json()["terms"] if term["order"] == 2]
    assert entry["off"] == pytest.approx(1e-3, rel=0.01) and entry["agrees"] is False


def test_how_sharp_a_certificate_is_is_said() -> None:
    certificate = wrong_by(1)
    assert certificate.verdict == "confirmed"
    assert "What each term does, as a part of it: gamma^0 right to " in certificate.table()
    assert "each term is right to " in certificate.sentence()
    assert max(size.off + size.uncertainty for size in certificate.sizes) < 1e-6


@pytest.mark.parametrize(
    ("off", "uncertainty", "may_be"),
    [
        (0.01, 0.01, True),
        (0.01, 0.004, False),
        (1e-6, 4e-9, True),  # so little is rounding
        (0.5, 0.5, False),  # nothing is known of it
        (np.nan, np.inf, False),
    ],
)
def test_a_term_may_be_right_if_it_is_off_by_no_more_than_twice_what_that_is_uncertain_by(
    off: float, uncertainty: float, may_be: bool
) -> None:
    assert Size(2, off, uncertainty).may_be_right is may_be
