"""The figure of batch schemes: exact lines, bands of the ensembles, epochs and updates."""

from __future__ import annotations

import numpy as np
import pytest

from bea.errors import BeaError
from bea.measure.training import GrowthStudy, batch_growth, decay_rate, grow_batch
from bea.plots import growth_figure
from bea.plots.random import growth_data
from bea.problems import finite_sum, noisy_quadratic

TOTAL = noisy_quadratic("1, 1/4", size=64)
PLAN = {"epochs": [2, 2], "gamma": "1/20", "batch": 4, "factor": 4}


@pytest.fixture(scope="module")
def study() -> GrowthStudy:
    schemes = decay_rate(64, **PLAN), grow_batch(64, **PLAN)
    return batch_growth(TOTAL, schemes, [1, 1], runs=200, samples=4)


def test_bands_are_as_many_standard_errors_wide_as_asked_for(study: GrowthStudy) -> None:
    data = growth_data(study, errors=3)
    curve, band = study.curves[1], data.bands[1]
    assert band.label == "grow the batch:\n40 updates"
    np.testing.assert_array_equal(band.expected, curve.expected)
    np.testing.assert_allclose(band.high - band.low, 6 * curve.error, atol=1e-15)
    assert data.subtitle.endswith("mean of 200 runs ± 3 standard errors")


def test_the_figure_has_a_line_and_a_band_for_each_scheme_in_both_panels(
    study: GrowthStudy,
) -> None:
    left, right = growth_figure(study).axes
    assert (left.get_xlabel(), right.get_xlabel()) == ("epochs", "updates")
    assert left.get_yscale() == "log" and left.get_ylabel() == "expected loss"
    assert [len(axes.collections) for axes in (left, right)] == [2, 2]
    lines = [line for line in right.get_lines() if len(line.get_xdata()) > 1]
    assert [line.get_xdata()[-1] for line in lines] == [64, 40]
    labels = [text.get_text() for text in right.get_legend().get_texts()]
    assert labels == ["decay the rate:\n64 updates", "grow the batch:\n40 updates"]


def test_without_ensembles_there_are_no_bands() -> None:
    study = batch_growth(TOTAL, decay_rate(64, **PLAN), [1, 1], samples=4)
    data = growth_data(study)
    assert data.bands[0].low is None and data.subtitle == "lines: exact expectation"
    assert not growth_figure(study).axes[0].collections


def test_losses_that_are_not_positive_have_a_linear_axis() -> None:
    below = finite_sum("x**2/2 - 1, x**2/2 - 1")
    study = batch_growth(below, decay_rate(2, [4], "1/10", 1, 2), [1])
    assert growth_figure(study).axes[0].get_yscale() == "linear"


def test_what_is_no_study_is_refused(study: GrowthStudy) -> None:
    with pytest.raises(BeaError, match="the study is a int: give one, from bea"):
        growth_figure(3)  # type: ignore[arg-type]
    with pytest.raises(BeaError, match="0 standard errors wide: give a positive"):
        growth_data(study, errors=0)
