"""The figure of ensembles shows their means, and bands of the errors that were asked for."""

from __future__ import annotations

import numpy as np
import pytest

import bea
from bea.errors import BeaError
from bea.flows import Ensemble
from bea.plots import ensemble_figure
from bea.plots.random import draw_ensemble, ensemble_data


@pytest.fixture(scope="module")
def runs() -> list[Ensemble]:
    return [
        bea.ensemble("gradient-descent", "linear-regression", [0, 0], gamma="1/50", steps=50,
                     runs=count, observables="w, b, L", record=10)
        for count in (40, 80)
    ]  # fmt: skip


def test_bands_are_so_many_standard_errors(runs: list[Ensemble]) -> None:
    data = ensemble_data(runs, ["few", "many"], "descent", errors=3)
    assert list(data.panels) == ["w", "b", "L"] and data.labels == ("few", "many")
    assert data.subtitle == "means of 40 and 80 runs, with bands of 3 standard errors to each side"
    for column, bands in enumerate(data.panels.values()):
        for run, band in zip(runs, bands, strict=True):
            np.testing.assert_array_equal(band.mean, run.mean[:, column])
            np.testing.assert_allclose(band.high - band.low, 6 * run.error[:, column])


def test_a_panel_for_each_observable_with_all_ensembles(runs: list[Ensemble]) -> None:
    figure = ensemble_figure(runs, labels=["few", "many"])
    assert [axes.get_ylabel() for axes in figure.axes] == ["w", "b", "L"]
    for axes in figure.axes:
        assert len(axes.get_lines()) == len(axes.collections) == 2
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["few", "many"]
    assert not ensemble_figure(runs[0]).legends
    figure.draw_without_rendering()


def test_one_observable_and_five(runs: list[Ensemble]) -> None:
    data = ensemble_data(runs[0])
    one = draw_ensemble(type(data)("t", "s", ("",), {"w": data.panels["w"]}))
    assert len(one.axes) == 1
    panels = {f"{name}{k}": data.panels[name] for name in data.panels for k in range(2)}
    panels.pop("L1")
    assert len(draw_ensemble(type(data)("t", "s", ("",), panels)).axes) == 5


def test_what_cannot_be_shown_is_refused(runs: list[Ensemble]) -> None:
    other = bea.ensemble("gradient-descent", "linear-regression", [0, 0], gamma="1/50", steps=5,
                         runs=10)  # fmt: skip
    with pytest.raises(BeaError, match="there is no ensemble to show"):
        ensemble_data([])
    with pytest.raises(BeaError, match="different observables: record the same"):
        ensemble_data([runs[0], other])
    with pytest.raises(BeaError, match="1 labels for 2 ensembles"):
        ensemble_data(runs, ["one"])
    with pytest.raises(BeaError, match="-1 standard errors wide: give a positive number"):
        ensemble_data(runs, errors=-1)
