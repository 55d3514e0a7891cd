"""Ensembles in equilibrium: sqrt(2 gamma lambda/tau) and 4 gamma lambda within standard errors."""

from __future__ import annotations

from math import log
from typing import Any

import numpy as np
import pytest

import bea
from bea.errors import BeaError, DimensionError, DomainError, UnknownNameError
from bea.measure.equilibrium import EquilibriumRun, equilibrium_run
from bea.measure.training import Measured, log_slope
from bea.noise import Batches
from bea.problems import FiniteSum

ERRORS = 4.0  # standard errors
RUNS = 4096


def problem(name: str, **parameters: str) -> FiniteSum:
    found = bea.problems.get(name, **parameters)
    assert isinstance(found, FiniteSum)
    return found


FLAT = problem("rayleigh-quotient", eigenvalues="0, 0", noise="2")
CIRCLE = problem("rayleigh-quotient", noise="3/2")
WELLS = problem("scale-invariant-wells")


def agrees(found: Measured, expected: float) -> bool:
    return abs(found.value - expected) < ERRORS * found.error


@pytest.fixture(scope="module")
def flat() -> EquilibriumRun:
    """Noise alone: the mean square of the gradient is tau = 2 in every direction.

    The intrinsic rate is so small that the next order is about a standard error.
    """
    return equilibrium_run(FLAT, "1/2", "1/1000", [1, 0], runs=RUNS, seed=1)


# --- must hold: values in equilibrium, and how they are reached ----------------------------------


def test_the_effective_rate_in_equilibrium_is_sqrt_2_gamma_lambda_over_tau(
    flat: EquilibriumRun,
) -> None:
    found = flat.at_end("effective_rate")
    expected = (2 * 0.5 * 0.001 / 2) ** 0.5
    assert flat.prediction.gradient_square == pytest.approx(2, rel=1e-12)
    assert found.error < 0.0005 * expected
    assert agrees(found, expected) and agrees(found, flat.prediction.corrected.effective_rate)
    for wrong in (2**-0.5, 2**0.5):  # without the factor 2; with 4
        assert abs(found.value - wrong * expected) > 500 * found.error


def test_the_fourth_power_relaxes_at_four_gamma_lambda(flat: EquilibriumRun) -> None:
    found, expected = flat.relaxation_rate(), 4 * 0.5 * 0.001
    assert found.error < 0.003 * expected
    assert agrees(found, expected) and agrees(found, flat.predicted_relaxation_rate())
    for wrong in (1 / 2, 2):  # the rate of the norm's decay alone; of its eighth power
        assert abs(found.value - wrong * expected) > 100 * found.error


@pytest.mark.parametrize("name", ["fourth_power", "squared_norm", "effective_rate"])
def test_the_whole_path_is_as_predicted(flat: EquilibriumRun, name: str) -> None:
    mean, error = flat[name]
    # The largest of sixty.
    assert np.all(np.abs(mean - flat.predicted_path(name))[1:] < 4.5 * error[1:])
    slower = np.interp(0.9 * flat.steps, flat.steps, flat.predicted_path(name))
    assert np.any(np.abs(mean - slower)[1:] > 20 * error[1:])


def test_the_variance_of_the_norm_grows_into_equilibrium(flat: EquilibriumRun) -> None:
    mean, error = flat["fourth_power"]
    variance = error**2 * RUNS / mean**2  # of one run, over its squared mean
    expected = flat.prediction.spread(mean, flat.steps)
    # Groups of a variance have the relative error sqrt(2/32) at each record.
    ratio = variance[10:] / expected[10:]
    assert abs(ratio.mean() - 1) < 0.1


def test_corrections_are_seen_at_a_large_intrinsic_rate() -> None:
    run = equilibrium_run(FLAT, "1/2", "1/25", [1, 0], runs=8192, seed=2)
    fourth, rate = run.at_end("fourth_power"), run.at_end("effective_rate")
    assert agrees(fourth, run.prediction.corrected.fourth_power)
    assert agrees(rate, run.prediction.corrected.effective_rate)
    assert abs(fourth.value - run.prediction.leading.fourth_power) > 8 * fourth.error
    assert agrees(run.relaxation_rate(), run.predicted_relaxation_rate())


def test_with_momentum_the_rate_over_one_minus_beta_has_the_same_equilibrium() -> None:
    # Noise alone grows the norm by gamma/(1 - beta): the generator of heavy-ball-decay.
    decay, beta = 1 / 400, 1 / 2
    method = bea.methods.heavy_ball_decay(beta="1/2", weight_decay="1/400")
    size = (0.5 * 2 / (2 * decay)) ** 0.25 / (1 - beta) ** 0.5
    found = bea.ensemble(method, FLAT, [size, 0], gamma="1/2", steps=1600, runs=4096, seed=7,
                         observables="1/(x**2 + y**2)")  # fmt: skip
    mean, error = (float(part[-1, 0]) * 0.5 / (1 - beta) for part in (found.mean, found.error))
    expected = (2 * 0.5 * decay / 2) ** 0.5
    assert error < 0.001 * expected
    # What is left is of the relative order gamma lambda/(1 - beta).
    assert abs(mean - expected) < ERRORS * error + 0.5 * decay / (1 - beta) * expected
    assert abs(mean - expected * (1 - beta)) > 100 * error


def test_only_the_product_of_rate_and_decay_matters() -> None:
    rates = [
        equilibrium_run(FLAT, gamma, decay, [1, 0], runs=2048, seed=3).at_end("effective_rate")
        for gamma, decay in [("1/2", "1/50"), ("1/10", "1/10"), ("1/2", "2/50")]
    ]
    assert agrees(rates[0], rates[1].value)
    assert agrees(rates[2], 2**0.5 * rates[0].value) and not agrees(rates[2], rates[0].value)


def test_half_the_variance_is_a_rate_larger_by_sqrt_2() -> None:
    asked: dict[str, Any] = {"runs": 2048, "seed": 4}
    one = equilibrium_run(FLAT, "1/2", "1/100", [1, 0], **asked).at_end("effective_rate")
    two = equilibrium_run(FLAT, "1/2", "1/100", [1, 0], batches=Batches(2, True), **asked)
    found = two.at_end("effective_rate")
    assert two.prediction.gradient_square == pytest.approx(1, rel=1e-12)
    assert abs(found.value - 2**0.5 * one.value) < ERRORS * (found.error + 1.5 * one.error)


def test_the_stochastic_equation_has_the_same_equilibrium() -> None:
    # The covariance 2 (I - w wᵀ/rho)/rho, written so that it is singular to the last bit.
    def diffusion(w: np.ndarray, gamma: float) -> np.ndarray:
        tangent = np.array([-w[1], w[0]]) / np.sum(w * w, axis=0)
        return 2 * gamma * tangent[:, None] * tangent[None]

    decay, span = 1 / 100, 1 / 4
    drift = bea.modified_equation(
        bea.methods.gradient_descent_decay(weight_decay="1/100"), FLAT, order=0
    )
    asked: dict[str, Any] = {"scheme": "euler-maruyama", "observables": "(x**2 + y**2)**2"}
    found = bea.sde_ensemble(
        drift, diffusion, [3, 0], gamma="1/2", time=400, steps=1600, runs=4096, seed=8, **asked
    )
    assert found.ok.all()
    mean, error = found.mean[-1, 0], found.error[-1, 0]
    # A step of Euler and Maruyama is one of the norm's, with Gaussian noise: kurtosis 3.
    expected = 0.5 * 2 / (2 * decay)
    corrected = expected * (1 + (3 - 1 / 2) * span * decay)
    assert error < 0.003 * expected and abs(mean - corrected) < ERRORS * error
    assert abs(mean - 2 * expected) > 100 * error


# --- in function space ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def on_circle() -> list[EquilibriumRun]:
    return [
        equilibrium_run(CIRCLE, "1/2", f"1/{n}", runs=4096, ratio=16, seed=5)
        for n in (60, 120, 240, 480)
    ]


def test_with_a_mean_loss_tau_is_that_of_the_directions_in_equilibrium(
    on_circle: list[EquilibriumRun],
) -> None:
    for run in on_circle:
        assert run.prediction.gradient_square > 1.001 * run.start.gradient_square
        found = run.at_end("effective_rate")
        assert abs(found.value / run.prediction.leading.effective_rate - 1) < 0.003
        assert abs(run.relaxation_rate().value / (4 * run.prediction.intrinsic_rate) - 1) < 0.02
        assert agrees(run.relaxation_rate(), run.predicted_relaxation_rate())


def test_time_to_equilibrium_scales_with_the_intrinsic_rate_on_a_manifold_of_minimisers(
    on_circle: list[EquilibriumRun],
) -> None:
    rates = np.array([run.prediction.intrinsic_rate for run in on_circle])
    times = [run.settling_time("loss", within=1 / 4) for run in on_circle]
    exponent = log_slope(rates, times)
    # The loss is that of the effective rate, up to the lag 1/rate, of relative size sqrt(rate).
    assert exponent.error < 0.015 and abs(exponent.value + 1) < 0.04 + 2 * exponent.error
    products = np.array([t.value for t in times]) * rates
    errors = np.array([t.error for t in times]) * rates
    line, covariance = np.polyfit(np.sqrt(rates), products, 1, w=1 / errors, cov="unscaled")
    # sqrt(16) times the norm squared, so a loss of 1/4 at first: 1 + 15 exp(-4 t) = (4/3)^2.
    assert agrees(Measured(line[1], covariance[1, 1] ** 0.5), log(15 / (16 / 9 - 1)) / 4)


def test_over_a_barrier_it_takes_much_longer_than_that() -> None:
    runs = [
        equilibrium_run(WELLS, "1/2", f"1/{n}", [0, 1], ratio=16, steps=steps, runs=1024, seed=6)
        for n, steps in [(10, 240), (20, 800), (40, 3000)]
    ]
    rates = np.array([run.prediction.intrinsic_rate for run in runs])
    times = [run.settling_time() for run in runs]
    exponent = log_slope(rates, times)
    assert exponent.value < -1.3 and exponent.value + 1 < -10 * exponent.error
    # Kramers: log(time x rate) grows by 2 (barrier height)/sigma^2 with 1/(effective rate).
    speed = np.array([run.at_end("effective_rate").value for run in runs])
    slope = np.polyfit(1 / speed, np.log([t.value for t in times] * speed), 1)[0]
    assert slope == pytest.approx(2 * (25 / 64 - 1 / 4) / (1 / 2), rel=0.25)


# --- what is refused -----------------------------------------------------------------------------


def test_too_few_runs_and_unknown_observables_are_refused(flat: EquilibriumRun) -> None:
    with pytest.raises(BeaError, match="give no errors: two or more"):
        equilibrium_run(FLAT, "1/2", "1/50", [1, 0], runs=40)
    with pytest.raises(UnknownNameError, match=r"'los' was not recorded.*Did you mean 'loss'\?"):
        flat["los"]
    with pytest.raises(BeaError, match="too few records"):
        equilibrium_run(FLAT, "1/2", "1/20", [1, 0], runs=64, records=2).relaxation_rate()
    with pytest.raises(DomainError, match="ratio=-1: the norm at the start must be positive"):
        equilibrium_run(FLAT, "1/2", "1/20", [1, 0], ratio=-1)
    with pytest.raises(DimensionError, match=r"start has shape \(1, 2\): give 2 components"):
        equilibrium_run(FLAT, "1/2", "1/20", [[1, 0]])
    with pytest.raises(DomainError, match="weight_decay=0 has no equilibrium"):
        equilibrium_run(FLAT, "1/2", 0, [1, 0])
    with pytest.raises(UnknownNameError, match="there is no prediction of 'loss'"):
        flat.predicted_path("loss")
    with pytest.raises(BeaError, match="no minimum of this loss is known"):
        equilibrium_run(FiniteSum(FLAT.losses), "1/2", "1/20")
    with pytest.raises(BeaError, match="is not scale-invariant"):
        equilibrium_run(bea.problems.linear_regression(), "1/2", "1/20", [1, 0])  # type: ignore[arg-type]


def test_a_time_that_the_run_does_not_show_is_nan() -> None:
    short = equilibrium_run(WELLS, "1/2", "1/20", [0, 1], steps=40, runs=256)
    assert np.isnan(short.settling_time(within=1e-3).value)
