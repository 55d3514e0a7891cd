"""The figure of schedules shows their values, and a jump is a gap."""

from __future__ import annotations

import numpy as np
import pytest

from bea.errors import BeaError
from bea.methods.schedules import library as schedules
from bea.plots import schedule_figure
from bea.plots.order import schedule_data

STEP = schedules.step(every=1, factor="1/2", time=3)


def test_a_curve_has_both_values_at_a_jump() -> None:
    (curve,) = schedule_data(STEP)
    assert curve.breaks == (1.0, 2.0)
    assert curve.values[curve.times == 1.0].tolist() == [1.0, 0.5]
    assert curve.values[curve.times == 2.0].tolist() == [0.5, 0.25]


def test_values_are_those_of_the_schedule() -> None:
    cosine = schedules.cosine(time=2, low="1/10")
    (curve,) = schedule_data([cosine], ["mine"])
    assert curve.label == "mine"
    np.testing.assert_allclose(curve.values, 0.55 + 0.45 * np.cos(np.pi * curve.times / 2))


def test_the_figure_has_a_line_per_schedule_with_gaps_at_jumps() -> None:
    figure = schedule_figure([STEP, schedules.cosine(time=3)])
    axes = figure.axes[0]
    lines = [line for line in axes.get_lines() if len(line.get_xdata()) > 2]
    assert [int(np.isnan(line.get_ydata()).sum()) for line in lines] == [2, 0]
    assert axes.get_xlim() == (0.0, 3.0)
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert labels == ["step(every=1, factor=1/2, time=3)", "cosine(time=3, low=0)"]


def test_nothing_to_show_is_refused() -> None:
    with pytest.raises(BeaError, match="there is no schedule to show"):
        schedule_data([])
    with pytest.raises(BeaError, match="2 labels for 1 schedules"):
        schedule_data(STEP, ["a", "b"])
    with pytest.raises(BeaError, match="the schedule is a int: give one, such as"):
        schedule_data([3])  # type: ignore[list-item]


def test_a_text_stands_for_its_schedule() -> None:
    (curve,) = schedule_data("step(every=1, factor=1/2, time=3)")
    assert curve.label == str(STEP) and curve.breaks == (1.0, 2.0)
