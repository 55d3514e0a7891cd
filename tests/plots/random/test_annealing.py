"""The data of the annealing figure: the fastest cooling first, bands where ensembles were seen."""

from __future__ import annotations

import numpy as np
import pytest

from bea.errors import BeaError
from bea.flows import Estimate
from bea.measure.escape import anneal
from bea.plots.random import annealing_data, draw_annealing


def rates(temperature: float, gamma: float) -> tuple[float, float]:
    return temperature, 0.5 * temperature


SLOW, FAST = anneal(rates, [2.0, 1.0], [4.0, 4.0]), anneal(rates, [2.0, 1.0], [1.0, 2.0])
SEEN = Estimate(np.array([0.5, 0.6]), np.array([0.01, 0.02]))


def test_data_is_ordered_by_time() -> None:
    fast, slow = annealing_data([SLOW, FAST], [SEEN, SEEN])
    assert (fast.time, slow.time) == (3.0, 8.0)
    np.testing.assert_allclose(fast.share, [0, 1 / 3, 1])
    np.testing.assert_allclose(slow.predicted, SLOW.fractions)
    np.testing.assert_allclose(slow.equilibrium, [2 / 3, 2 / 3])


def test_figure_names_each_time() -> None:
    figure = draw_annealing(annealing_data([SLOW, FAST], [SEEN, SEEN]))
    left, right = figure.axes
    legend = right.get_legend()
    assert legend is not None
    assert [t.get_text() for t in legend.get_texts()][:2] == ["3", "8"]
    assert len(left.lines) == 2
    assert right.get_xscale() == "log"


def test_bad_input() -> None:
    with pytest.raises(BeaError, match="give one for each"):
        annealing_data([SLOW], [])
    with pytest.raises(BeaError, match="record at the end of each"):
        annealing_data([SLOW], [Estimate(np.array([0.5]), np.array([0.1]))])
