"""A certificate's figure shows the equation's curves, its controls dashed, and the verdict."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.figure import Figure

import bea
from bea.measure.order.certificate import Certificate
from bea.plots import certificate_figure
from bea.plots.order import certificate_data, draw_certificate

NETWORK = bea.problems.linear_network()


@pytest.fixture(scope="module")
def momentum() -> Certificate:
    return bea.verify(bea.methods.heavy_ball(beta="1/2"), NETWORK)


def test_the_curves_are_those_of_the_studies(momentum: Certificate) -> None:
    data = certificate_data(momentum)
    assert [curve.orders for curve in data.drift.curves] == [(0,), (1,), (2,)]
    assert [(kind, curve.orders) for kind, curve in data.controls] == [
        ("doubled", (1,)),
        ("doubled", (2,)),
        ("uncorrected", (2,)),
    ]
    assert momentum.doubled is not None and momentum.uncorrected is not None
    for study, index, curve in (
        (momentum.doubled, 1, data.controls[1][1]),
        (momentum.uncorrected, -1, data.controls[2][1]),
    ):
        np.testing.assert_array_equal(curve.middle, study.curve(index)[0][::-1])


def test_the_title_holds_the_verdict_and_the_subtitle_the_start(momentum: Certificate) -> None:
    data = certificate_data(momentum)
    assert data.drift.title == "Confirmed: Heavy ball (β = 1/2) on linear network"
    assert "corrected starts; dashed: negative controls" in data.drift.subtitle
    wrong = replace(momentum, study=replace(momentum.study, expected=(1, 2, 4)))
    assert certificate_data(wrong).drift.title.startswith("Refuted: ")
    adam = replace(momentum, start="manifold", uncorrected=None)
    assert "begun on the slow manifold" in certificate_data(adam).drift.subtitle


def test_controls_are_dashed_and_in_the_legend(momentum: Certificate) -> None:
    data = certificate_data(momentum)
    axes = draw_certificate(data).axes[0]
    dashed = [line for line in axes.get_lines() if line.get_zorder() == 2.5]
    assert len(dashed) == 3 and all(line.is_dashed() for line in dashed)
    texts = [text.get_text() for text in axes.get_legend().get_texts()]
    assert texts[3:6] == data.labels
    assert texts[4] == "K = 2, last term doubled: 2.00, expected 2"
    assert texts[5].startswith("K = 2, start not corrected: 1.0")


def test_everything_is_in_sight(momentum: Certificate) -> None:
    figure = certificate_figure(momentum)
    figure.draw_without_rendering()
    axes = figure.axes[0]
    _, top = axes.get_ylim()
    for _, curve in certificate_data(momentum).controls:
        assert np.nanmax(curve.middle) < top
    box = axes.get_legend().get_window_extent()
    assert box.x0 > axes.get_window_extent().x1 and box.x1 <= figure.bbox.x1 + 0.5


def test_a_certificate_without_controls_can_be_drawn() -> None:
    rk4 = replace(bea.verify(bea.methods.rk4(), NETWORK), doubled=None)
    data = certificate_data(rk4)
    assert data.controls == () and data.drift.title.startswith("Confirmed: RK4")
    assert isinstance(rk4.plot(band="none"), Figure)


def test_a_control_with_nothing_to_draw_is_left_out(momentum: Certificate) -> None:
    assert momentum.doubled is not None
    gone = replace(momentum.doubled, distances=np.full_like(momentum.doubled.distances, np.nan))
    data = certificate_data(replace(momentum, doubled=gone))
    assert [kind for kind, _ in data.controls] == ["uncorrected"]
    assert isinstance(draw_certificate(data), Figure)


def test_an_unknown_band_is_refused(momentum: Certificate) -> None:
    with pytest.raises(bea.BeaError, match="no band 'mean'"):
        certificate_figure(momentum, band="mean")
