"""The data of the averaging figure: exact excess losses beside those that were measured."""

from __future__ import annotations

import numpy as np
import pytest

import bea
from bea.errors import BeaError
from bea.flows import Estimate
from bea.measure.training import tail_average
from bea.plots.random import averaging_data, draw_averaging

BOWL = bea.problems.noisy_quadratic("1")
NOISES = [tail_average(BOWL, "1/2", count) for count in (2, 1)]
SEEN = Estimate(np.array([0.12, 0.17]), np.array([0.01, 0.02]))


def test_data_is_ordered_by_count() -> None:
    (curve,) = averaging_data({"SGD": ((2, 1), NOISES, SEEN)})
    np.testing.assert_array_equal(curve.counts, [1, 2])
    np.testing.assert_allclose(curve.exact, [1 / 6, 1 / 8])
    np.testing.assert_allclose(curve.found, [0.17, 0.12])
    np.testing.assert_allclose(curve.errors, [0.02, 0.01])


def test_figure_has_a_line_and_a_band_for_each_label() -> None:
    rows = ((2, 1), NOISES, SEEN)
    axes = draw_averaging(averaging_data({"one": rows, "two": rows})).axes[0]
    assert len(axes.collections) == 2
    assert axes.get_xscale() == axes.get_yscale() == "log"


def test_bad_input() -> None:
    with pytest.raises(BeaError, match="no average"):
        averaging_data({})
    with pytest.raises(BeaError, match="give one of each"):
        averaging_data({"SGD": ((2,), NOISES, SEEN)})
