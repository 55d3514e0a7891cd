"""What a drift figure shows is what the study holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import bea
from bea.measure import DriftStudy
from bea.plots import drift_figure
from bea.plots.order import draw_drift, drift_data

StudyOf = Callable[..., DriftStudy]


def test_curves_are_the_studys_by_rising_step_size(study_of: StudyOf) -> None:
    study = study_of([1, 2, 3])
    data = drift_data(study)
    assert [curve.orders for curve in data.curves] == [(0,), (1,), (2,)]
    assert np.all(np.diff(data.gammas) > 0)
    for i, curve in enumerate(data.curves):
        middle, floor = study.curve(i)
        np.testing.assert_array_equal(curve.middle, middle[::-1])
        np.testing.assert_array_equal(curve.floor, floor[::-1])
        np.testing.assert_array_equal(curve.gammas, study.gammas[::-1])


def test_bands_are_quartiles_or_range_over_the_starts(study_of: StudyOf) -> None:
    study = study_of([1])
    one = study.distances[0, ::-1, 0, 0]  # of the start whose factor is 1
    quartiles, whole = (drift_data(study, band).curves[0] for band in ("quartiles", "range"))
    np.testing.assert_allclose(quartiles.low, 1.1 * one)
    np.testing.assert_allclose(quartiles.high, 1.3 * one)
    np.testing.assert_allclose(whole.low, one)
    np.testing.assert_allclose(whole.high, 1.4 * one)


def test_fitted_line_has_the_fitted_slope_and_runs_through_the_points(study_of: StudyOf) -> None:
    curve = drift_data(study_of([3])).curves[0]
    (x0, y0), (x1, y1) = np.log(curve.line)
    assert (y1 - y0) / (x1 - x0) == pytest.approx(curve.fit.order)
    assert curve.fit.order == pytest.approx(3)
    np.testing.assert_allclose(curve.line[:, 1], curve.middle[[0, -1]])
    ends = curve.gammas[[curve.window[0], curve.window[-1]]]
    np.testing.assert_allclose(curve.line[:, 0], ends)


def test_points_near_the_floor_are_not_clear_and_not_in_the_window(study_of: StudyOf) -> None:
    curve = drift_data(study_of([8])).curves[0]
    np.testing.assert_array_equal(curve.clear, curve.middle > 30 * curve.floor)
    assert 0 < curve.clear.sum() < len(curve.clear)
    assert curve.clear[list(curve.window)].all()


def test_legend_tells_observed_and_expected_order(study_of: StudyOf) -> None:
    labels = [curve.label for curve in drift_data(study_of([1, 2, 16, None])).curves]
    assert labels[:2] == ["K = 0: 1.00, expected 1", "K = 1: 2.00, expected 2"]
    assert labels[2] == "K = 2: no slope fitted, expected 16"
    assert labels[3] == "K = 3: exact"


def test_orders_of_the_same_field_are_one_curve(study_of: StudyOf) -> None:
    study = study_of([4, 4, 4, 4, 5])
    data = drift_data(study)
    assert [curve.orders for curve in data.curves] == [(0, 1, 2, 3), (4,)]
    assert data.curves[0].label == "K = 0–3: 4.00, expected 4"
    texts = draw_drift(data).axes[0].get_legend().get_texts()
    assert [t.get_text() for t in texts][:2] == [curve.label for curve in data.curves]


def test_the_flows_of_rk4_below_order_4_are_one_curve_on_a_problem() -> None:
    method, problem = bea.methods.rk4(), bea.problems.lotka_volterra()
    study = bea.discretization_drift(method, problem, gammas=[0.5, 0.25, 0.125, 0.0625])
    assert [curve.orders for curve in drift_data(study).curves] == [(0, 1, 2, 3), (4,)]
    rounding = 1e-14  # of points of size 1, whose distance is taken
    np.testing.assert_allclose(study.distances[0], study.distances[3], rtol=1e-9, atol=rounding)


def test_flows_without_the_corrected_start_are_curves_of_their_own() -> None:
    """All are expected to fall with gamma, and none is the flow of another."""
    loss = bea.problems.loss("x**2*y**2/2 + x**2 + y**2/2")
    method = bea.methods.heavy_ball(beta="1/2")
    study = bea.discretization_drift(method, loss, range(3), corrected=False)
    assert study.expected == (1, 1, 1)
    assert [curve.orders for curve in drift_data(study).curves] == [(0,), (1,), (2,)]


def test_every_curve_gets_a_triangle_of_its_expected_slope(study_of: StudyOf) -> None:
    for curve in drift_data(study_of([1, 2, 3, 4])).curves:
        assert curve.triangle is not None
        assert curve.triangle.slope == curve.expected
        (x0, y0), (x1, y1), (x2, y2) = np.log(curve.triangle.corners)
        assert (y0, x1) == (y1, x2)
        assert (y2 - y1) / (x1 - x0) == pytest.approx(curve.expected)


def test_starts_that_stopped_are_left_out_as_the_study_does(study_of: StudyOf) -> None:
    study = study_of([1, 2])
    study.distances[:, 3:, 4] = np.nan  # one start of five stops at all but three step sizes
    study.distances[:, 0, :3] = np.nan  # three of five at the largest: too many
    study = replace(study, failures=("a", "b"))
    data = drift_data(study)
    for i, curve in enumerate(data.curves):
        np.testing.assert_array_equal(curve.middle, study.curve(i)[0][::-1])
        assert np.isnan(curve.middle[-1])
        assert not curve.clear[-1]
        np.testing.assert_array_equal(np.isnan(curve.low), np.isnan(curve.middle))
        inner = slice(None, -1)
        assert np.all(curve.low[inner] <= curve.middle[inner])
        assert np.all(curve.middle[inner] <= curve.high[inner])
    assert data.subtitle.endswith("2 runs stopped early")
    assert isinstance(draw_drift(data), Figure)


@pytest.mark.parametrize(
    ("expected", "options"),
    [
        ([2], {}),
        ([1, 2, 3, 4, 5], {"gammas": np.geomspace(1e-3, 1e-1, 64)}),
        ([1, 2], {"gammas": [0.01]}),
        ([1, 2], {"starts": 1}),
        (list(range(1, 13)), {}),
        ([None], {}),
    ],
)
def test_unusual_studies_can_be_drawn(
    study_of: StudyOf, expected: list[int | None], options: dict[str, Any]
) -> None:
    figure = drift_figure(study_of(expected, **options))
    figure.draw_without_rendering()
    axes = figure.axes[0]
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")


def test_hollow_points_are_those_that_are_not_clear(study_of: StudyOf) -> None:
    data = drift_data(study_of([8]))
    lines = draw_drift(data).axes[0].get_lines()
    hollow = [line for line in lines if line.get_markerfacecolor() == "white"]
    curve = data.curves[0]
    assert len(hollow) == 1
    np.testing.assert_array_equal(hollow[0].get_xdata(), curve.gammas[~curve.clear])


def test_the_legend_is_beside_the_axes_and_hides_nothing(study_of: StudyOf) -> None:
    figure = drift_figure(study_of([1, 2, 3]))
    figure.draw_without_rendering()
    axes = figure.axes[0]
    box = axes.get_legend().get_window_extent()
    assert box.x0 > axes.get_window_extent().x1
    assert box.x1 <= figure.bbox.x1 + 0.5


def test_the_study_plots_itself_into_given_axes(study_of: StudyOf) -> None:
    figure = Figure()
    axes: Axes = figure.subplots()
    assert study_of([1, 2]).plot(axes=axes, band="none") is figure
    assert axes.get_xlabel() == r"step size $\gamma$"


def test_a_study_with_nothing_to_draw_is_refused(study_of: StudyOf) -> None:
    study = study_of([1])
    with pytest.raises(bea.BeaError, match="every run stopped early: take smaller step sizes"):
        drift_figure(replace(study, distances=np.full_like(study.distances, np.nan)))
    with pytest.raises(bea.BeaError, match="all distances are zero"):
        drift_figure(replace(study, distances=np.zeros_like(study.distances)))


def test_an_unknown_band_is_refused(study_of: StudyOf) -> None:
    with pytest.raises(bea.BeaError, match="no band 'mean': choose one of quartiles, range, none"):
        drift_figure(study_of([1]), band="mean")


def test_numbers_are_no_studies_or_certificates() -> None:
    with pytest.raises(bea.BeaError, match="the study is a int: give one, such as"):
        bea.plots.drift_figure(3)  # type: ignore[arg-type]
    with pytest.raises(bea.BeaError, match="the certificate is a int: give one, such as"):
        bea.plots.certificate_figure(3)  # type: ignore[arg-type]
