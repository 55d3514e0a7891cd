"""The data of the escape figure: rising in 1/T, ratios to the first theory, lines for each."""

from __future__ import annotations

import numpy as np
import pytest

from bea.errors import BeaError
from bea.measure.escape import EscapeTimes
from bea.plots.random import draw_escape, escape_data

ALL = np.array([True, True, True, True])
RUNS = [
    EscapeTimes(np.array([1.0, 2.0, 3.0, 4.0]), ALL),
    EscapeTimes(np.array([2.0, 4.0, 8.0, 8.0]), np.array([True, True, True, False])),
]
THEORIES = {"one": lambda heat: 1 / heat, "two": lambda heat: 2 / heat}


def test_data_is_ordered_by_inverse_temperature() -> None:
    data = escape_data([0.1, 0.2], RUNS, THEORIES)
    np.testing.assert_allclose(data.inverse, [5, 10])
    np.testing.assert_allclose(data.means, [22 / 3, 2.5])
    np.testing.assert_allclose(data.errors, [22 / 3 / np.sqrt(3), np.std([1, 2, 3, 4], ddof=1) / 2])
    np.testing.assert_allclose(data.left, [0.75, 1])
    np.testing.assert_allclose(data.reference, data.inverse)
    np.testing.assert_allclose(data.theories["two"], 2 * data.curve)


def test_figure_has_a_line_for_each_theory_and_runs_that_left_nowhere_are_not_drawn() -> None:
    nobody = EscapeTimes(np.ones(3), np.zeros(3, dtype=bool))
    figure = draw_escape(escape_data([0.1, 0.2, 0.05], [*RUNS, nobody], THEORIES))
    upper, lower = figure.axes
    legend = upper.get_legend()
    assert legend is not None
    assert [t.get_text() for t in legend.get_texts()][1:] == ["one", "two"]
    assert upper.get_yscale() == "log"
    assert upper.get_title(loc="left") == "Escape over a barrier"
    assert len(lower.containers[0].lines[0].get_xdata()) == 2


def test_from_a_saddle_the_inverse_temperature_is_logarithmic() -> None:
    data = escape_data([0.1, 0.001], RUNS, THEORIES, saddle=True)
    np.testing.assert_allclose(np.diff(np.log(data.curve), 2), 0, atol=1e-12)
    upper = draw_escape(data).axes[0]
    assert (upper.get_xscale(), upper.get_yscale()) == ("log", "linear")
    assert upper.get_title(loc="left") == "Escape from a saddle"


def test_bad_input() -> None:
    with pytest.raises(BeaError, match="give one for each"):
        escape_data([0.1], RUNS, THEORIES)
    with pytest.raises(BeaError, match="no theory"):
        escape_data([0.1, 0.2], RUNS, {})
    with pytest.raises(BeaError, match="must be positive"):
        escape_data([0.1, -0.2], RUNS, THEORIES)
