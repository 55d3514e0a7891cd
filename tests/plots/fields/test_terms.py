"""Term sizes are the norms of the terms, and the smallest is where the series is at its best."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.figure import Figure

import bea
from bea.plots import terms_figure
from bea.plots.fields import draw_terms, terms_data

EULER = bea.methods.explicit_euler()


def test_sizes_on_a_linear_problem_are_powers_of_gamma_times_the_rate() -> None:
    # f~ = (1/gamma) log(1 + gamma lambda) y: the terms are (-1)^k gamma^k lambda^(k+1)/(k+1) y.
    equation = bea.modified_equation(EULER, bea.VectorField.read("-2*y"), 6)
    data = terms_data(equation, 0.3, [1.0], time=1.0)
    k = np.arange(7)[:, None]
    np.testing.assert_allclose(
        data.sizes, 0.6**k * 2 / (k + 1) * np.exp(-2 * data.times), rtol=1e-8
    )
    assert data.best.tolist() == [-1] * len(data.times)  # gamma lambda < 1: the terms still fall


def test_terms_sum_to_the_equation() -> None:
    loss = bea.problems.loss("x**4/4")
    equation = bea.modified_equation(bea.methods.gradient_descent(), loss, 3)
    data = terms_data(equation, 0.2, [1.0], time=0.5)
    # On x > 0 all terms of this loss point downhill, so that sizes add up.
    points = 1 / np.sqrt(1 + 2 * data.times)
    np.testing.assert_allclose(
        data.sizes.sum(axis=0), np.abs(equation(points[:, None], 0.2))[:, 0], rtol=1e-8
    )


def test_the_smallest_term_is_told_where_it_is_not_the_last() -> None:
    # ẏ = y² under Euler: the terms are γᵏ yᵏ⁺² times 1, 1, 3/2, 8/3, 31/6, 157/15 in size
    # (Hairer, Lubich and Wanner, section IX.1, example 1.1).
    equation = bea.modified_equation(EULER, bea.problems.riccati(), 5)
    data = terms_data(equation, 0.55, [1.0], time=0.1)
    sizes = 0.55 ** np.arange(6) * [1, 1, 3 / 2, 8 / 3, 31 / 6, 157 / 15]
    np.testing.assert_allclose(data.sizes[:, 0], sizes)
    assert data.best[0] == 1 + np.argmin(sizes[1:]) == 3
    axes = draw_terms(data).axes[0]
    assert axes.get_lines()[-1].get_label() == "smallest term"


def test_terms_that_vanish_are_named_and_not_drawn() -> None:
    equation = bea.modified_equation(bea.methods.rk4(), bea.problems.pendulum(), 5)
    data = terms_data(equation, 0.5)
    assert data.powers.tolist() == [0, 4, 5]
    assert data.vanishing == (1, 2, 3)
    texts = [t.get_text() for t in draw_terms(data).axes[0].get_legend().get_texts()]
    assert texts == ["k = 0", "k = 4", "k = 5", "k = 1–3: zero"]


def test_a_flow_that_blows_up_is_followed_so_far() -> None:
    equation = bea.modified_equation(EULER, bea.problems.riccati(), 2)
    data = terms_data(equation, 0.1, time=2.0)
    assert data.times[-1] <= 1.0
    assert data.subtitle.endswith("(blow-up at t = 1)")
    assert np.isfinite(data.sizes).all()


def test_figures_are_logarithmic_and_use_given_axes() -> None:
    figure = Figure()
    axes = figure.subplots()
    equation = bea.modified_equation(EULER, bea.problems.lotka_volterra(), 9)
    assert terms_figure(equation, 0.3, axes=axes) is figure
    assert axes.get_yscale() == "log"
    assert len(axes.get_lines()) >= 10
    figure.draw_without_rendering()


def test_what_has_no_size_is_refused() -> None:
    with pytest.raises(bea.BeaError, match="give modified_equation a problem"):
        terms_figure(bea.modified_equation(EULER, order=2), 0.1)
    equation = bea.modified_equation(EULER, bea.problems.pendulum(), 2)
    with pytest.raises(bea.BeaError, match="all terms are zero at this start"):
        terms_figure(equation, 0.1, [0.0, 0.0])
    with pytest.raises(bea.BeaError, match="gamma=0 must be positive"):
        terms_figure(equation, 0.0)
    with pytest.raises(bea.BeaError, match="time -1 must be positive and finite"):
        terms_figure(equation, 0.1, time=-1.0)
