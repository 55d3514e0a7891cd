"""Ensembles: exact moments within their errors, the method's own step, and nothing unmarked."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

import bea
from bea.errors import BeaError, DimensionError, DomainError, StepSizeError, UnknownNameError
from bea.flows import Status
from bea.noise import Batches, ShuffledEpochs
from bea.problems import finite_sum, from_data, linear_regression, noisy_quadratic

TWO = finite_sum("(x - 1)**2/2, (x + 1)**2/2")
LINE = linear_regression()
LEAST = {"runs": 64, "gamma": "1/10", "steps": 20}


def within(found: bea.flows.Estimate, expected: float, errors: float = 4.5) -> bool:
    """Tell whether a mean agrees, and its standard error is small enough to say so."""
    mean, error = found.mean[-1], found.error[-1]
    return bool(abs(mean - expected) <= errors * error + 1e-12) and bool(error < 0.02)


# --- exact moments --------------------------------------------------------------------------------


@pytest.mark.parametrize("gamma", [0.1, 0.5, 1.0])
def test_the_variance_of_a_quadratic_obeys_its_recursion(gamma: float) -> None:
    steps, factor = 12, 1 - gamma
    variance = gamma**2 * sum(factor ** (2 * k) for k in range(steps))
    found = bea.ensemble("gradient-descent", TWO, [0.7], gamma=gamma, steps=steps, runs=40_000,
                         observables="x, x**2")  # fmt: skip
    mean = 0.7 * factor**steps
    assert within(found["x"], mean) and within(found["x**2"], variance + mean**2)
    assert not within(found["x**2"], 1.1 * variance + mean**2)


@pytest.mark.parametrize("batches", [Batches(3), Batches(3, True), Batches(4), 2], ids=str)
def test_the_noise_of_one_step_has_the_exact_covariance_of_its_batch(batches: Any) -> None:
    gamma, start = 0.5, np.array([0.3, -0.2])
    covariance = LINE.covariance(Batches(2) if batches == 2 else batches)
    mean = start + gamma * LINE(start)
    found = bea.ensemble("gradient-descent", LINE, start, gamma=gamma, steps=1, runs=40_000,
                         batches=batches, observables="w**2, w*b, b**2")  # fmt: skip
    for name, i, j in [("w**2", 0, 0), ("w*b", 0, 1), ("b**2", 1, 1)]:
        exact = gamma**2 * bea.Loss(covariance[i][j]).at(start) + mean[i] * mean[j]
        assert abs(found[name].mean[0] - exact) <= 4.5 * found[name].error[0] + 1e-14


def test_momentum_and_weight_decay_have_their_exact_stationary_variances() -> None:
    # Heavy ball on x²/2 with unit noise: gamma (1 + beta)/((1 - beta)(2 (1 + beta) - gamma)), from
    # the covariance of (x, v) that a step leaves as it is.
    gamma, beta = 0.5, 0.5
    exact = gamma * (1 + beta) / ((1 - beta) * (2 * (1 + beta) - gamma))
    method = bea.methods.heavy_ball(beta="1/2")
    found = bea.ensemble(method, TWO, [0.0], gamma=gamma, steps=60, runs=40_000, observables="x**2")
    assert within(found["x**2"], exact)
    decay = bea.methods.gradient_descent_decay(weight_decay="1/2")
    found = bea.ensemble(decay, TWO, [0.0], gamma=gamma, steps=40, runs=40_000, observables="x**2")
    assert within(found["x**2"], gamma / (1.5 * (2 - 1.5 * gamma)))


def test_after_a_shuffled_epoch_of_averages_nothing_is_random() -> None:
    # With gamma = 1/k at step k an epoch of (x - c)²/2 averages the data, whatever their order.
    total = from_data("(x - c)**2/2", {"c": [1, 5, -2, 4]}, "x")
    epochs = bea.ensemble("gradient-descent", total, [9.0], gamma=[1.0, 1 / 2, 1 / 3, 1 / 4],
                          steps=[1, 1, 1, 1], batches=ShuffledEpochs(4), runs=10)  # fmt: skip
    assert epochs.mean[-1, 0] == pytest.approx(2.0, abs=1e-14)
    whole = bea.ensemble("gradient-descent", TWO, [0.0], gamma=0.5, steps=40, runs=20_000,
                         batches=ShuffledEpochs(1), observables="x**2")  # fmt: skip
    # Two orders: x -> x/4 ± 1/4, so the variance is (1/16)/(1 - 1/16) after whole epochs.
    assert within(whole["x**2"], 1 / 15)
    fresh = bea.ensemble("gradient-descent", TWO, [0.0], gamma=0.5, steps=40, runs=20_000,
                         observables="x**2")  # fmt: skip
    assert not within(fresh["x**2"], 1 / 15)


# --- runs are what they say -----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["gradient-descent", "heavy-ball", "nesterov", "adam", "heun"])
def test_with_the_whole_sum_as_batch_runs_are_the_iterates_of_the_method(name: str) -> None:
    method = bea.methods.get(name)
    starts = np.random.default_rng(0).normal(size=(5, 2))
    found = bea.ensemble(method, LINE, starts, gamma=0.01, steps=30, batches=4, keep=True, record=3)
    iterates = bea.iterate(method, LINE, starts, [0.01], time=0.3, samples=3)
    assert found.points is not None
    expected = iterates.values[0].transpose(1, 0, 2)
    np.testing.assert_allclose(found.points, expected, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(found.times, iterates.times[0], rtol=1e-12)


def test_stages_carry_memory_on() -> None:
    method = bea.methods.heavy_ball()
    whole = bea.ensemble(method, LINE, [1, 1], gamma=0.01, steps=30, batches=4, runs=3)
    parts = bea.ensemble(method, LINE, [1, 1], gamma=0.01, steps=[10, 20], batches=[4, 4], runs=3)
    np.testing.assert_array_equal(whole.mean, parts.mean)
    mixed = bea.ensemble(method, LINE, [1, 1], gamma=[0.01, 0.02], steps=[10, 20], batches=[4, 1],
                         runs=3, record=[0, 10, 30])  # fmt: skip
    np.testing.assert_allclose(mixed.times, [0, 0.1, 0.5])
    assert mixed.error[1, 0] == 0 and mixed.error[2, 0] > 0


def test_the_same_seed_gives_the_same_bits_for_any_number_of_workers() -> None:
    asked = {"gamma": 0.1, "steps": 50, "runs": 40_000, "observables": "w, b, L", "keep": True}
    one = bea.ensemble("heavy-ball", LINE, [0, 0], seed=5, **asked)
    two = bea.ensemble("heavy-ball", LINE, [0, 0], seed=5, workers=2, **asked)
    other = bea.ensemble("heavy-ball", LINE, [0, 0], seed=6, **asked)
    np.testing.assert_array_equal(one.points, two.points)
    np.testing.assert_array_equal(one.mean, two.mean)
    assert not np.any(one.mean == other.mean)


def test_records_and_more_runs_leave_the_runs_as_they_are() -> None:
    asked: dict[str, Any] = {"gamma": 0.1, "steps": 50, "keep": True, "seed": 3}
    few = bea.ensemble("heavy-ball", LINE, [0, 0], runs=16_384, **asked)
    more = bea.ensemble("heavy-ball", LINE, [0, 0], runs=17_000, record=[3, 50], **asked)
    np.testing.assert_array_equal(few.points[0], more.points[1, :16_384])  # type: ignore[index]


def test_means_and_errors_are_those_of_the_points() -> None:
    observables = {"radius": "w**2 + b**2", "top": lambda theta: theta[0]}
    found = bea.ensemble("gradient-descent", LINE, [0, 0], gamma=0.1, steps=9, runs=20_000,
                         record=3, keep=True, observables=observables)  # fmt: skip
    assert found.points is not None
    radius = (found.points**2).sum(axis=2)
    np.testing.assert_allclose(found["radius"].mean, radius.mean(axis=1), rtol=1e-12)
    error = radius.std(axis=1, ddof=1) / np.sqrt(20_000)
    np.testing.assert_allclose(found["radius"].error, error, rtol=1e-12)
    np.testing.assert_allclose(found["top"].mean, found.points[:, :, 0].mean(axis=1), rtol=1e-12)


def test_runs_stop_where_they_are_told_to() -> None:
    found = bea.ensemble("gradient-descent", TWO, [0.0], gamma=0.5, steps=400, runs=2000,
                         until="x**2 - 9/16", keep=True, record=[0, 400])  # fmt: skip
    assert found.points is not None
    stopped = found.stopped_at >= 0
    assert found.ok.all() and stopped.all() and found.count[-1] == 2000
    assert np.all(np.abs(found.points[1]) > 0.75)
    # From 0 by x -> x/2 ± 1/2: 1/2, 3/4, 7/8 is the shortest way, of probability 1/4.
    assert found.stopped_at.min() == 3
    assert abs((found.stopped_at == 3).mean() - 1 / 4) < 4.5 * np.sqrt(3 / 16 / 2000)


# --- failures -------------------------------------------------------------------------------------


def test_runs_that_diverge_are_counted_and_left_out() -> None:
    total = finite_sum("x**4/4 - x, x**4/4 + x")
    starts = np.linspace(0, 40, 100)[:, None]
    found = bea.ensemble("gradient-descent", total, starts, gamma=0.01, steps=60,
                         record=[0, 30, 60], observables="x, L", keep=True)  # fmt: skip
    lost = int((found.status == Status.DIVERGED).sum())
    assert 0 < lost < 100
    assert found.count.tolist() == [100, 100 - lost, 100 - lost]
    assert np.isfinite(found.mean).all() and np.isfinite(found.error).all()
    assert np.isnan(found.points[-1, ~found.ok]).all()  # type: ignore[index]
    assert np.isfinite(found.points[-1, found.ok]).all()  # type: ignore[index]
    assert found.failures() == [
        f"{lost} of 100 runs failed: it grew beyond all bounds; the means leave them out from "
        "then on"
    ]
    assert found.failures()[0] in repr(found)


def test_where_all_runs_are_lost_there_is_no_mean() -> None:
    total = finite_sum("x**4, x**4")
    found = bea.ensemble("gradient-descent", total, [9.0], gamma=1.0, steps=30, runs=5)
    assert found.count[-1] == 0 and np.isnan(found.mean[-1, 0])
    assert "5 of 5 runs" in found.failures()[0]


def test_runs_that_leave_the_domain_are_marked() -> None:
    total = finite_sum("x - log(x), x - log(x) + 4*x")
    found = bea.ensemble("gradient-descent", total, [1.0], gamma=0.4, steps=4, runs=400, record=4)
    assert (found.status == Status.LEFT_DOMAIN).any() and found.ok.any()
    assert "left the domain" in found.failures()[0]


# --- what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "error", "message"),
    [
        ({"batches": 3}, BeaError, "B=3 is larger than N=2"),
        ({"observables": "L, y"}, UnknownNameError, "unknown observable 'y': 'y' is none of x, L"),
        ({"observables": {"speed": "xx"}}, UnknownNameError, "observable 'speed': .*mean 'x'"),
        ({"observables": []}, BeaError, "there is no observable"),
        ({"observables": ["x", "x"]}, BeaError, "the observable 'x' is given twice"),
        ({"observables": lambda t: t}, DimensionError, "give one number for each of the 64 lanes"),
        ({"until": "x, 2*x"}, BeaError, "stops by one observable"),
        ({"runs": 10**10}, BeaError, r"runs takes \d+ GB of memory, more than memory=2"),
        ({"runs": 10**8, "keep": True, "record": 20}, BeaError, r"takes 1[67]\S* GB of memory"),
        ({"runs": 0}, DimensionError, "runs"),
        ({"gamma": -1}, StepSizeError, "gamma=-1 must be positive"),
        ({"gamma": [0.1, 0.2]}, BeaError, "2 step sizes for 1 stage"),
        ({"steps": 0}, DimensionError, "steps"),
        ({"record": [30]}, BeaError, "whole numbers from 0 to 20"),
        ({"record": [1.5]}, BeaError, "whole numbers from 0 to 20"),
        ({"seed": -1}, BeaError, "the seed is -1"),
        ({"starts": [1, 2]}, DimensionError, "there are 2 starts for 64 runs"),
        ({"starts": [[1], [2]]}, DimensionError, "2 starts for 64 runs"),
        ({"starts": [np.nan]}, DomainError, r"the start \(nan\) is not finite"),
        ({"total": bea.Loss.read("x**2")}, BeaError, "is a Loss and no finite sum"),
        ({"method": "no-such-rule"}, UnknownNameError, "unknown method"),
        ({"total": "rosenbrock"}, BeaError, "is a Loss and no finite sum"),
        ({"total": "linear-regresion"}, UnknownNameError, "mean 'linear-regression'"),
        ({"workers": 0}, DimensionError, "workers"),
        ({"method": 3}, BeaError, "the method is a int"),
    ],
)  # fmt: skip
def test_bad_input_is_refused(changed: dict[str, Any], error: type, message: str) -> None:
    asked = {"method": "gradient-descent", "total": TWO, "starts": [0.0], **LEAST, **changed}
    with pytest.raises(error, match=message):
        bea.ensemble(asked.pop("method"), asked.pop("total"), asked.pop("starts"), **asked)


def test_progress_counts_all_steps_of_all_runs() -> None:
    seen: list[tuple[int, int]] = []
    bea.ensemble("gradient-descent", noisy_quadratic("1, 2"), [0, 0], gamma=0.1, steps=100,
                 runs=18_000, progress=lambda done, total: seen.append((done, total)))  # fmt: skip
    assert seen[-1] == (1_800_000, 1_800_000)
    assert all(a[0] < b[0] for a, b in pairwise(seen)) and len(seen) > 5
