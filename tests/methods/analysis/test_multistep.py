"""Multistep methods analysed: published constants, angles and roots."""

from __future__ import annotations

import numpy as np
import pytest
from flint import fmpq

from bea.methods.analysis import MultistepAnalysis, analyze
from bea.methods.analysis.polynomials import Polynomial, is_stable


def analysis(text: str) -> MultistepAnalysis:
    found = analyze(text)
    assert isinstance(found, MultistepAnalysis)
    return found


def test_error_constants() -> None:
    """Solving ODEs I, section III.2, table 2.1 (Adams), and III.3 (BDF: -1/(k + 1))."""
    adams = [fmpq(1, 2), fmpq(5, 12), fmpq(3, 8), fmpq(251, 720), fmpq(95, 288)]
    for k, wanted in enumerate(adams, start=1):
        found = analysis(f"ab{k}")
        assert (found.order, found.error_constant) == (k, wanted)
    for k in range(1, 7):
        found = analysis(f"bdf{k}")
        assert (found.order, found.error_constant) == (k, fmpq(-1, k + 1))


@pytest.mark.parametrize(
    ("steps", "alpha"), [(1, 90), (2, 90), (3, 86.03), (4, 73.35), (5, 51.84), (6, 17.84)]
)
def test_angles_of_bdf(steps: int, alpha: float) -> None:
    """Solving ODEs II, section V.2, table 2.1."""
    found = analysis(f"bdf{steps}")
    assert found.alpha == pytest.approx(alpha, abs=0.01)
    assert found.is_a_stable == (steps <= 2)  # Dahlquist's second barrier
    assert found.is_zero_stable


def test_bdf_of_seven_steps_is_not_zero_stable() -> None:
    """Cryer, BIT 12 (1972) 17-25; its rho is sum of (1/j) E^(k-j) (E - 1)^j."""
    rho, k = Polynomial.of([]), 7
    for j in range(1, k + 1):
        term = Polynomial.of([fmpq(1, j)])
        for _ in range(j):
            term = term * Polynomial.of([-1, 1])
        rho = rho + term.shifted(k - j)
    found = MultistepAnalysis("bdf7", rho.coefficients, [0] * k + [1])
    assert found.order == 7 and found.is_zero_stable is False and found.alpha is None


def test_milne_is_zero_stable_and_not_strongly() -> None:
    """Solving ODEs I, section III.1, (1.15'): the root -1 of Milne and Simpson's method."""
    simpson = MultistepAnalysis("milne", [-1, 0, 1], [fmpq(1, 3), fmpq(4, 3), fmpq(1, 3)])
    assert simpson.order == 4 and simpson.parasitic_roots == [-1]
    assert (simpson.is_zero_stable, simpson.is_strongly_stable) == (True, False)
    assert simpson.error_constant == fmpq(-1, 180)
    double = MultistepAnalysis("double", [-1, 1, 1, -1], [0, 1, 1])
    assert double.is_zero_stable is False  # a double root on the border of the disc


def test_the_trapezoidal_rule_is_a_stable_and_leapfrog_is_not() -> None:
    rule = MultistepAnalysis("trapezoidal", [-1, 1], [fmpq(1, 2), fmpq(1, 2)])
    assert rule.is_a_stable and rule.error_constant == fmpq(-1, 12)
    leapfrog = MultistepAnalysis("leapfrog", [-1, 0, 1], [0, 2])
    assert leapfrog.order == 2 and leapfrog.is_a_stable is False


def test_common_factors_do_not_count() -> None:
    found = MultistepAnalysis("euler", [0, -1, 1], [0, 1])
    assert found.steps == 1 and found.order == 1


def test_momentum_follows_the_field_at_its_rate() -> None:
    found = analysis("heavy-ball(beta=9/10)")
    assert found.rate == 10 and found.parasitic_roots == [0.9] and found.order == 1
    symbolic = analysis("heavy-ball(beta)")
    assert str(symbolic.parasitic.coefficients[0]) == "-beta"
    assert symbolic.is_zero_stable is None and symbolic.parasitic_roots is None


def test_growth_is_the_largest_root() -> None:
    bdf2 = analysis("bdf2")
    z = np.array([[0.0, -1.0 + 2.0j], [-1e3, 0.5]])
    for place in np.ndindex(z.shape):
        roots = np.roots([1 - 2 / 3 * z[place], -4 / 3, 1 / 3])
        assert bdf2.growth(z)[place] == pytest.approx(np.abs(roots).max())


def test_a_multistep_record() -> None:
    record = analysis("ab2").as_json()
    assert record["rho"] == ["0", "-1", "1"] and record["sigma"] == ["-1/2", "3/2"]
    assert record["alpha_degrees"] is None and record["zero_stable"] is True


def test_routh() -> None:
    def power(root: int, times: int) -> Polynomial:
        total = Polynomial.of([1])
        for _ in range(times):
            total = total * Polynomial.of([-root, 1])
        return total

    assert is_stable(power(-1, 5)) and not is_stable(power(-1, 4) * power(1, 1))
    assert not is_stable(Polynomial.of([1, 0, 1])) and not is_stable(Polynomial.of([0, 1]))


def test_positive_roots_and_crossings() -> None:
    touching = Polynomial.of([1, -2, 1])  # (x - 1)^2
    assert touching.is_nonnegative() and not touching.positive_roots()[0].crosses
    crossing = Polynomial.of([0, -2, 0, 1])
    (root,) = crossing.positive_roots()
    assert root.crosses and not crossing.is_nonnegative()
    assert crossing.shifted(-1).refined(root) == pytest.approx(2**0.5, rel=1e-15)
