"""What each term does, extrapolated to gamma = 0: sharper than an order, honest about noise."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from flint import fmpq
from hypothesis import given
from hypothesis import strategies as st

import bea
from bea.measure.order.certificate import Certificate
from bea.measure.order.coefficients import RIGHT_TO, Coefficients, Size, extrapolated
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
    ],
)
def test_a_size_is_judged_by_what_it_is_uncertain_by(
    off: float, uncertainty: float, result: str
) -> None:
    assert Size(2, off, uncertainty).result == result


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
