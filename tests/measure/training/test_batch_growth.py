"""Growing the batch for decaying the rate: exact expectations, ensembles, and where it breaks."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flint import fmpq

from bea.errors import BeaError, DomainError, StepSizeError, UnknownNameError
from bea.fields import Loss
from bea.measure.training import (
    BatchScheme,
    GrowthStudy,
    Phase,
    batch_growth,
    decay_rate,
    grow_batch,
    stationary_variance,
)
from bea.measure.weak import QuadraticMoments
from bea.noise import Batches
from bea.problems import finite_sum, from_data, linear_regression, noisy_quadratic

CURVATURES = (fmpq(1), fmpq(1, 4))
N = 128
TOTAL = noisy_quadratic("1, 1/4", size=N)
PLAN: dict[str, Any] = {"epochs": [10, 10, 10], "gamma": "1/20", "batch": 2, "factor": 4}
DECAY, GROW = decay_rate(N, **PLAN), grow_batch(N, **PLAN)
HYBRID = grow_batch(N, **PLAN, largest=8)
MOMENTUM = GROW.raised(momentum="1/2", name="raised")


@pytest.fixture(scope="module")
def study() -> GrowthStudy:
    return batch_growth(TOTAL, [DECAY, GROW, HYBRID, MOMENTUM], [2, 2], runs=1500, seed=4)


def stationary_loss(phase: Phase) -> float:
    """Return Σ h/2 Var, of noise with variance h in each direction."""
    c = Batches(phase.batch).covariance_factor(N)
    parts = [h / 2 * stationary_variance(h, c * h, phase.gamma) for h in CURVATURES]
    return float(sum(parts, fmpq(0)))


# --- exact expectations and ensembles -------------------------------------------------------------


def test_ensembles_agree_with_the_exact_expectation(study: GrowthStudy) -> None:
    for curve in study.curves:
        assert np.abs(curve.deviations).max() < 4.5
        assert (curve.error[1:] < 0.05 * curve.expected[1:]).all()  # type: ignore[index]
        assert curve.deviations[0] == 0 and curve.expected[0] == 2.5


def test_a_scheme_that_does_not_lower_the_noise_differs_by_many_standard_errors(
    study: GrowthStudy,
) -> None:
    constant = BatchScheme("constant", N, (DECAY.phases[0],) * 3)
    found = batch_growth(TOTAL, constant, [2, 2], runs=1500, seed=5).curves[0]
    last = study[DECAY.name]
    assert found.mean is not None and found.error is not None
    away = (found.mean[found.ends] - last.expected[last.ends]) / found.error[found.ends]
    assert abs(away[0]) < 4.5 and away[1] > 20 and away[2] > 20


def test_without_the_factor_of_the_finite_sum_the_prediction_fails() -> None:
    # Half of the losses in a batch: with replacement the variance would be nearly twice as large.
    scheme = BatchScheme("half", N, (Phase(100, "1/10", N // 2),))
    curve = batch_growth(TOTAL, scheme, [0, 0], runs=1500, seed=6, samples=4).curves[0]
    assert curve.mean is not None and curve.error is not None
    assert abs(curve.deviations[-1]) < 4.5
    moments = QuadraticMoments(TOTAL)
    wrong = moments.advance(
        moments.start([0.0, 0.0]), "1/10", Batches(N // 2, replacement=True), steps=200
    )
    assert abs(curve.mean[-1] - moments.loss(wrong)) > 20 * curve.error[-1]


def test_losses_of_unlike_curvature_agree_too() -> None:
    line = linear_regression()
    scheme = grow_batch(line.size, [20, 20], "1/50", 1, 2, momentum="1/2")
    curve = batch_growth(line, scheme, [0, 0], runs=1500, seed=7, samples=10).curves[0]
    assert np.abs(curve.deviations).max() < 4.5


def test_what_is_not_random_deviates_by_nothing_or_without_bound() -> None:
    data = {"c": [f"{i}/7" for i in range(50)]}
    scheme = BatchScheme("whole", 50, (Phase(8, "1/10", 50), Phase(1, "1/10", 5)))
    curve = batch_growth(from_data("(x - c)**2/2", data, "x"), scheme, [1 / 3], runs=500).curves[0]
    assert not curve.deviations[:9].any() and 0 < np.abs(curve.deviations[-1]) < 4.5
    assert np.isinf(replace(curve, expected=1.001 * curve.expected).deviations[:9]).all()


# --- the updates that are saved, and where the equivalence holds ----------------------------------


def test_the_updates_saved_are_counted(study: GrowthStudy) -> None:
    assert study.saved == {
        "decay the rate": 0, "grow the batch": 1080, "hybrid (B to 8)": 960, "raised": 1500,
    }  # fmt: skip
    assert [c.updates[-1] for c in study.curves] == [1920, 840, 960, 420]
    assert [c.epochs[-1] for c in study.curves] == [30.0] * 4


def test_schemes_are_alike_in_the_limit_of_many_losses_and_small_steps() -> None:
    gaps = []
    for halvings in range(3):
        size, rate = 256 * 2**halvings, fmpq(1, 20) / 2**halvings
        plan = {"epochs": [8, 8], "gamma": rate, "batch": 2, "factor": 4}
        schemes = decay_rate(size, **plan), grow_batch(size, **plan)
        total = noisy_quadratic("1, 1/4", size=size)
        gaps.append(batch_growth(total, schemes, [2, 2], samples=1).gaps[1, 1])
    assert abs(gaps[0]) < 0.05
    np.testing.assert_allclose(np.divide(gaps[1:], gaps[:-1]), 0.5, atol=0.04)


# --- where it breaks ------------------------------------------------------------------------------


@pytest.mark.parametrize("batch", [32, 64, 120])
def test_near_the_whole_sum_the_loss_falls_short_by_the_exact_factor(batch: int) -> None:
    grown = Phase(fmpq(2000 * batch, N), "1/20", batch)
    decayed = Phase(1, fmpq(1, 20) * 2 / batch, 2)
    curve = batch_growth(TOTAL, BatchScheme("grown", N, (grown,)), [0, 0], samples=1).curves[0]
    slow, fast = stationary_loss(decayed), stationary_loss(grown)
    assert curve.expected[-1] == pytest.approx(fast, rel=1e-9)
    # The factor of the finite sum, and that of the larger step: 1/(1 − ε h/2) in each direction.
    left_over = (N - batch) / (N - 2)
    assert left_over < fast / slow < left_over / (1 - 0.05 / 2)


def test_with_all_losses_in_the_batch_there_is_no_noise_at_all() -> None:
    grow = grow_batch(N, [10, 400], "1/20", 2, N // 2)
    curve = batch_growth(TOTAL, grow, [1, 1], samples=1).curves[0]
    assert grow.noise_scales[1] == 0
    assert curve.expected[-1] < 1e-5 * curve.expected[-2]


@pytest.mark.parametrize("m", ["1/2", "9/10"])
def test_momentum_lags_at_first_by_as_many_updates_as_it_accumulates(m: str) -> None:
    # At equal r = ε/(1 − m), from the modified equation and its corrected start:
    #   log(L_m/L_0) = 2 r h m/(1 − m) (1 − h t) + O(r²).
    p, q = map(int, m.split("/"))
    lag, h, t = p / (q - p), 1.0, 0.5
    line = finite_sum("x**2/2, x**2/2")
    errors = []
    for updates in (400, 800, 1600):
        r = fmpq(1, 2) / updates
        plain = BatchScheme("plain", 2, (Phase(updates, r, 2),))
        heavy = BatchScheme("heavy", 2, (Phase(updates, r * (1 - fmpq(p, q)), 2),), m)
        gap = batch_growth(line, [plain, heavy], [1], samples=1).gaps[1, 0]
        errors.append(np.log1p(gap) / (2 * float(r) * h * lag * (1 - h * t)) - 1)
    assert abs(errors[-1]) < 0.01
    np.testing.assert_allclose(np.divide(errors[1:], errors[:-1]), 0.5, atol=0.05)


def test_with_few_updates_large_momentum_is_far_behind() -> None:
    # 8 updates, and 1/(1 − m) = 16 to accumulate.
    plain = BatchScheme("plain", N, (Phase(4, "1/16", 4),))
    heavy = plain.raised(momentum="15/16", name="heavy")
    assert heavy.speeds == plain.speeds and heavy.total_updates == 8
    gap = batch_growth(TOTAL, [plain, heavy], [2, 2], samples=1).gaps[1, 0]
    assert gap > 5


def test_large_steps_in_stiff_directions_keep_more_noise() -> None:
    grow = grow_batch(N, [1, 400], 1, 2, 4)
    decay = decay_rate(N, [1, 400], 1, 2, 4)
    study = batch_growth(TOTAL, [decay, grow], [0, 0], samples=1)
    expected = stationary_loss(grow.phases[1]) / stationary_loss(decay.phases[1]) - 1
    assert study.gaps[1, 1] == pytest.approx(expected, rel=1e-9)
    assert expected > 0.25


# --- the study ------------------------------------------------------------------------------------


def test_a_study_says_what_it_holds(study: GrowthStudy) -> None:
    text = repr(study)
    assert "decay the rate      1920      0" in text and "1500 runs: " in text
    found = json.loads(json.dumps(study.as_json()))
    assert found["schemes"][1]["phases"][1]["noise_scale"] == "3/4"
    assert len(found["schemes"][0]["mean_loss"]) == len(study.curves[0].updates)
    with pytest.raises(UnknownNameError, match=r"no scheme 'grow the bach': .* mean 'grow the ba"):
        study["grow the bach"]
    two = replace(study, curves=(study.curves[0], batch_growth(TOTAL, replace(
        GROW, phases=GROW.phases[:2]), [2, 2]).curves[0]))  # fmt: skip
    assert np.isnan(two.gaps[1]).all() and not np.isnan(two.gaps[0]).any()


def test_progress_counts_all_schemes() -> None:
    seen: list[tuple[int, int]] = []
    short = [replace(s, phases=s.phases[:1]) for s in (DECAY, GROW)]
    batch_growth(TOTAL, short, [1, 1], runs=64, progress=lambda a, b: seen.append((a, b)))
    assert seen[-1] == (2 * 64 * 640, 2 * 64 * 640)
    assert [a for a, _ in seen] == sorted(a for a, _ in seen)


def test_an_interrupted_study_continues_to_the_same_bits(tmp_path: Path) -> None:
    asked: dict[str, Any] = {"runs": 600, "seed": 3, "samples": 4}
    short = [replace(s, phases=s.phases[:2]) for s in (DECAY, GROW)]
    seen: list[int] = []

    def interrupt(done: int, whole: int) -> None:
        seen.append(done)
        if done > whole // 2:
            raise KeyboardInterrupt

    path = tmp_path / "study.npz"
    with pytest.raises(KeyboardInterrupt):
        batch_growth(TOTAL, short, [1, 1], progress=interrupt, checkpoint=path, **asked)
    assert (tmp_path / "study-1.npz").exists()
    later: list[int] = []
    found = batch_growth(
        TOTAL, short, [1, 1], progress=lambda a, _: later.append(a), checkpoint=path, **asked
    )
    assert later[0] > seen[0]  # what was computed is not computed again
    whole = batch_growth(TOTAL, short, [1, 1], **asked)
    for one, other in zip(found.curves, whole.curves, strict=True):
        np.testing.assert_array_equal(one.mean, other.mean)
        np.testing.assert_array_equal(one.error, other.error)


def test_bad_input_is_refused() -> None:
    with pytest.raises(BeaError, match=r"for N=128 losses, and .* has 4"):
        batch_growth(noisy_quadratic("1, 1/4"), DECAY, [1, 1])
    with pytest.raises(BeaError, match="do not close: take quadratic losses"):
        batch_growth(finite_sum("x**4, x**2"), decay_rate(2, [1], "1/10", 1, 2), [1])
    with pytest.raises(BeaError, match="the loss is a Loss and no finite sum"):
        batch_growth(Loss.read("x**2"), DECAY, [1])  # type: ignore[arg-type]
    with pytest.raises(BeaError, match="a scheme is 'decay': make one"):
        batch_growth(TOTAL, ["decay"], [1, 1])  # type: ignore[list-item]
    with pytest.raises(DomainError, match=r"the start \(nan, 1\) is not finite"):
        batch_growth(TOTAL, DECAY, [np.nan, 1])
    with pytest.raises(BeaError, match="there is no scheme: make one"):
        batch_growth(TOTAL, [], [1, 1])
    with pytest.raises(BeaError, match="two schemes are named 'decay the rate': give each"):
        batch_growth(TOTAL, [DECAY, DECAY], [1, 1])
    with pytest.raises(BeaError, match="no ensemble was run: give runs"):
        _ = batch_growth(TOTAL, DECAY, [1, 1]).curves[0].deviations
    wild = BatchScheme("wild", N, (Phase(200, 4, 2),))
    with pytest.raises(StepSizeError, match="of 'wild' grows beyond all bounds"):
        batch_growth(TOTAL, wild, [1, 1])
