"""The figure of equilibria shows the means, their bands, and what is predicted."""

from __future__ import annotations

import numpy as np
import pytest

import bea
from bea.errors import BeaError, DimensionError
from bea.measure.equilibrium import EquilibriumRun, equilibrium_run
from bea.plots import equilibrium_figure
from bea.plots.random import draw_equilibrium, equilibrium_data
from bea.problems import FiniteSum


@pytest.fixture(scope="module")
def runs() -> list[EquilibriumRun]:
    circle = bea.problems.get("rayleigh-quotient")
    assert isinstance(circle, FiniteSum)
    return [equilibrium_run(circle, "1/2", f"1/{n}", runs=256) for n in (10, 20)]


def test_means_bands_and_theory_are_those_of_the_run(runs: list[EquilibriumRun]) -> None:
    data = equilibrium_data(runs[0])
    assert data.labels == ("γλ = 0.05",) and not data.relative
    np.testing.assert_allclose(data.times[0], 0.05 * runs[0].steps)
    for name, (curve,) in data.panels.items():
        mean, error = runs[0][name]
        np.testing.assert_array_equal(curve.mean, mean)
        np.testing.assert_allclose(curve.high - curve.low, 4 * error, atol=1e-15)
    rate = data.panels["effective_rate"][0].theory
    np.testing.assert_array_equal(rate, runs[0].predicted_path("effective_rate"))
    loss = data.panels["loss"][0].theory
    np.testing.assert_allclose(loss / loss[-1], rate / rate[-1])


def test_several_runs_are_shown_over_their_equilibria(runs: list[EquilibriumRun]) -> None:
    data = equilibrium_data(runs, labels=["one", "two"])
    assert data.relative and data.labels == ("one", "two")
    for run, curve in zip(runs, data.panels["effective_rate"], strict=True):
        scale = run.prediction.leading.effective_rate
        np.testing.assert_allclose(curve.mean * scale, run["effective_rate"].mean)
    absolute = equilibrium_data(runs, relative=False)
    np.testing.assert_array_equal(absolute.panels["loss"][1].mean, runs[1]["loss"].mean)


def test_the_figure_has_three_panels_with_a_band_for_each_run(runs: list[EquilibriumRun]) -> None:
    figure = equilibrium_figure(runs)
    assert len(figure.axes) == 3
    for axes in figure.axes:
        assert len(axes.collections) == 2 and len(axes.get_lines()) == 4
        assert axes.get_ylim()[0] == 0.0
    texts = [text.get_text() for text in figure.legends[0].get_texts()]
    assert texts[:2] == ["γλ = 0.05", "γλ = 0.025"] and texts[2].startswith("theory")


def test_what_cannot_be_shown_is_refused(runs: list[EquilibriumRun]) -> None:
    with pytest.raises(BeaError, match="there is no run to show"):
        equilibrium_data([])
    with pytest.raises(BeaError, match="3 labels for 2 runs"):
        equilibrium_data(runs, labels=["a", "b", "c"])
    figure = equilibrium_figure(runs[0])
    with pytest.raises(DimensionError, match="2 axes are given: this figure needs 3"):
        draw_equilibrium(equilibrium_data(runs[0]), figure.axes[:2])
