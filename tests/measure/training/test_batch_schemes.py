"""Schemes: batches and step sizes of their phases, updates counted exactly, and what they keep."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

import pytest
from flint import fmpq

from bea.errors import BeaError, ExpressionError, MethodError, StepSizeError
from bea.measure.training import BatchScheme, Phase, decay_rate, grow_batch

PLAN: dict[str, Any] = {"epochs": [6, 6, 6], "gamma": "1/10", "batch": 2, "factor": 4}


def test_updates_are_epochs_times_losses_over_the_batch() -> None:
    assert decay_rate(128, **PLAN).updates == (384, 384, 384)
    assert grow_batch(128, **PLAN).updates == (384, 96, 24)
    assert grow_batch(128, **{**PLAN, "epochs": "6, 6, 6"}).updates == (384, 96, 24)
    assert grow_batch(128, **PLAN, largest=8).updates == (384, 96, 96)
    # The saving in general: of P phases of n updates, n (P − 1 − 1/k − … − 1/k^(P−1)).
    saved = decay_rate(128, **PLAN).total_updates - grow_batch(128, **PLAN).total_updates
    assert saved == 384 * (2 - fmpq(1, 4) - fmpq(1, 16))


def test_a_phase_that_is_no_whole_number_of_updates_has_the_nearest() -> None:
    scheme = BatchScheme("uneven", 10, (Phase(1, 1, 4), Phase("1/10", 1, 4), Phase(1, 1, 3)))
    assert scheme.updates == (3, 1, 3)
    assert scheme.epochs(7) == fmpq(3 * 4 + 1 * 4 + 3 * 3, 10)
    assert scheme.epochs(2) == fmpq(8, 10) and scheme.epochs(0) == 0


def test_a_grown_batch_keeps_the_speed_of_the_decayed_rate() -> None:
    decay, grow = decay_rate(128, **PLAN), grow_batch(128, **PLAN)
    hybrid = grow_batch(128, **PLAN, largest=8)
    assert decay.speeds == grow.speeds == hybrid.speeds == (fmpq(32, 5), fmpq(8, 5), fmpq(2, 5))
    assert [p.gamma for p in hybrid.phases] == [fmpq(1, 10), fmpq(1, 10), fmpq(1, 40)]
    assert hybrid.name == "hybrid (B to 8)"


def test_its_noise_is_less_by_the_factor_of_the_finite_sum() -> None:
    decay, grow = decay_rate(128, **PLAN), grow_batch(128, **PLAN)
    for g, kept, phase in zip(grow.noise_scales, decay.noise_scales, grow.phases, strict=True):
        assert g == kept * fmpq(128 - phase.batch, 128 - 2)
    assert grow.noise_scales[2] < kept * fmpq(7, 8) + fmpq(1, 10**6)


def test_keeping_the_noise_costs_speed_and_is_exact_up_to_whole_batches() -> None:
    decay = decay_rate(4096, [1, 1, 1], "1/10", 16, 4)
    grown = grow_batch(4096, [1, 1, 1], "1/10", 16, 4, keep="noise")
    assert [p.batch for p in grown.phases] == [16, 63, 242]
    for g, kept, phase in zip(grown.noise_scales, decay.noise_scales, grown.phases, strict=True):
        assert abs(g / kept - 1) <= fmpq(1, 2 * phase.batch) * fmpq(4096, 4096 - phase.batch) * 2
    assert all(a >= b for a, b in zip(grown.speeds, decay.speeds, strict=True))
    assert grown.speeds[2] > decay.speeds[2]


def test_raised_schemes_keep_effective_rate_times_losses_over_batch() -> None:
    grow = grow_batch(1024, **PLAN)
    both = grow.raised(gamma="1/5", momentum="3/4", name="both")
    assert both.name == "both" and [p.batch for p in both.phases] == [16, 64, 256]
    assert both.speeds == grow.speeds
    assert both.total_updates * 8 == grow.total_updates
    # From momentum to none it goes back.
    assert both.raised(gamma="1/10", momentum=0).phases == grow.phases
    assert all(b < a for a, b in zip(grow.noise_scales, both.noise_scales, strict=True))


def test_noise_falls_from_phase_to_phase() -> None:
    for scheme in (decay_rate(128, **PLAN), grow_batch(128, **PLAN)):
        assert all(b < a for a, b in pairwise(scheme.noise_scales))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: grow_batch(16, **PLAN), BeaError, "B=32 is larger than N=16"),
        (lambda: grow_batch(128, **{**PLAN, "factor": 1}), BeaError, "the factor is 1: give a num"),
        (lambda: grow_batch(128, **{**PLAN, "factor": "5/4"}), BeaError, "would have 5/2 losses"),
        (lambda: grow_batch(128, **{**PLAN, "factor": 1.5}), ExpressionError, "the float 1.5"),
        (lambda: grow_batch(128, **PLAN, keep="all"), BeaError, "choose 'speed' or 'noise'"),
        (lambda: BatchScheme("none", 128, ()), BeaError, "a scheme of no phases"),
        (lambda: decay_rate(128, **{**PLAN, "epochs": []}), ExpressionError, "give a list such as"),
        (lambda: decay_rate(128, **{**PLAN, "epochs": 4}), ExpressionError, "the epochs cannot be"),
        (lambda: decay_rate(128, **{**PLAN, "epochs": [0]}), BeaError, "a phase has 0 epochs"),
        (lambda: decay_rate(128, **{**PLAN, "gamma": 0}), StepSizeError, "gamma=0 must be pos"),
        (lambda: decay_rate(128, **{**PLAN, "batch": 0}), BeaError, "the batch size is 0"),
        (lambda: decay_rate(128, **PLAN, momentum=1), MethodError, "m=1 is out of range"),
        (lambda: decay_rate(0, **PLAN), BeaError, "the number of losses N=0"),
        (lambda: decay_rate(128, **PLAN).raised(momentum=1), MethodError, "m=1 is out of range"),
        (lambda: decay_rate(128, **PLAN).raised(gamma="1/3"), BeaError, "would have 20/3 losses"),
    ],
)
def test_bad_input_is_refused(call: Any, error: type, message: str) -> None:
    with pytest.raises(error, match=re.escape(message)):
        call()


def test_a_cap_is_stepped_to_and_the_rest_of_the_factor_decays() -> None:
    """Smith, Kindermans, Ying and Le, ICLR 2018, section 5.1: CIFAR-10, and their four counts."""
    size, epochs = 50_000, [60, 60, 40, 40]
    plan = {"factor": 5, "largest": 5120}
    decay = decay_rate(size, epochs, "1/10", 128, factor=5, momentum="9/10")
    grow = grow_batch(size, epochs, "1/10", 128, momentum="9/10", **plan)  # type: ignore[arg-type]
    faster = grow_batch(size, epochs, "1/2", 640, momentum="9/10", **plan)  # type: ignore[arg-type]
    heavier = grow_batch(size, epochs, "1/2", 3200, momentum="49/50", **plan)  # type: ignore[arg-type]
    assert [s.total_updates for s in (decay, grow, faster, heavier)] == [78200, 29180, 6440, 2360]
    assert [p.batch for p in grow.phases] == [128, 640, 3200, 5120]
    # The mean moves on in an epoch as it does when the rate alone decays.
    assert grow.speeds == decay.speeds
    assert faster.speeds == decay.speeds
    assert heavier.speeds == decay.speeds


def test_a_cap_keeps_the_noise_scale_too() -> None:
    scheme = grow_batch(1000, [1, 1, 1, 1], "1/10", 20, 4, largest=100, keep="noise")
    first, *rest = scheme.noise_scales
    assert [p.batch for p in scheme.phases] == [20, 75, 100, 100]
    assert rest[1:] == [first / 16, first / 64]
