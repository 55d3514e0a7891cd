"""Energy figures: how far H and H̃ stray, in windows of a run."""

from __future__ import annotations

import numpy as np
import pytest

import bea
from bea.errors import BeaError, StepSizeError
from bea.plots import energy_figure
from bea.plots.fields import energy_data

VERLET, PENDULUM = bea.methods.stormer_verlet(), bea.problems.pendulum()


def test_each_order_is_nearer_to_constant() -> None:
    data = energy_data(VERLET, PENDULUM, 0.2, orders=(0, 2, 4), steps=200)
    assert data.orders == (0, 2, 4) and data.times[-1] == pytest.approx(40)
    largest = data.drifts.max(axis=1)
    assert largest[0] > 50 * largest[1] > 2500 * largest[2] > 0
    run = bea.iterate(VERLET, PENDULUM, [1.0, 0.0], 0.2, steps=200)
    strays = np.abs(PENDULUM.at(run.values[0, 0]) - PENDULUM.at([1.0, 0.0]))
    assert largest[0] == pytest.approx(strays.max())


def test_a_method_without_one_is_said_to_have_none() -> None:
    data = energy_data(bea.methods.explicit_euler(), PENDULUM, 0.1, orders=(0, 1, 2), steps=100)
    assert data.orders == (0,) and "no modified Hamiltonian to γ" in data.subtitle
    assert np.all(np.diff(data.drifts[0]) > 0)
    texts = energy_figure(VERLET, PENDULUM, 0.2, steps=20, orders=[0, 2]).axes[0].get_legend()
    assert [t.get_text() for t in texts.get_texts()] == ["H", "H̃ to γ²"]


def test_mistakes() -> None:
    with pytest.raises(StepSizeError, match="both a time and a number of steps"):
        energy_data(VERLET, PENDULUM, 0.1, steps=10, time=1.0)
    with pytest.raises(StepSizeError, match="not between 2 and 200,000"):
        energy_data(VERLET, PENDULUM, 0.1, time=1e6)
    with pytest.raises(BeaError, match="no Hamiltonian of 'lorenz' is known"):
        energy_data(bea.methods.rk4(), bea.problems.lorenz(), 0.1, steps=5)
