"""Energies of several methods: the values of H and H̃ along the runs, and what theory says."""

from __future__ import annotations

import numpy as np
import pytest

import bea
from bea.plots.fields import draw_energies, energies_data, energies_figure
from bea.plots.house.canvas import new_axes

PENDULUM = bea.problems.pendulum()
EULER, VERLET, RK4 = bea.methods.explicit_euler(), bea.methods.stormer_verlet(), bea.methods.rk4()


def test_what_is_drawn_is_h_along_the_run() -> None:
    (course,) = energies_data([EULER], PENDULUM, 0.1, [1.0, 0.0], steps=20).courses
    run = bea.iterate(EULER, PENDULUM, [1.0, 0.0], 0.1, steps=20, include_start=True)
    q, p = run.values[0, 0].T
    energy = p**2 / 2 - np.cos(q)
    np.testing.assert_allclose(course.energy, energy - energy[0], atol=1e-14)
    np.testing.assert_allclose(course.times, 0.1 * np.arange(21))
    assert course.modified is None and course.note == "no modified Hamiltonian to γ²"


def test_the_modified_hamiltonian_is_kept_to_its_order() -> None:
    # γ²/24 (2p² cos q − sin² q): what is left of H̃ is of order γ⁴, of H of order γ².
    spans = []
    for gamma in (0.2, 0.1):
        data = energies_data([VERLET], PENDULUM, gamma, [1.0, 0.0], 2, time=20.0)
        (course,) = data.courses
        assert course.modified is not None
        spans.append((np.ptp(course.energy), np.ptp(course.modified)))
    (large, larger), (small, smaller) = spans
    assert np.log2(large / small) == pytest.approx(2, abs=0.1)
    assert np.log2(larger / smaller) == pytest.approx(4, abs=0.3)
    assert larger < large / 20


def test_symplectic_methods_do_not_drift_and_others_do() -> None:
    data = energies_data([EULER, VERLET, RK4], PENDULUM, 0.3, [1.0, 0.0], steps=400)
    euler, verlet, rk4 = (course.energy for course in data.courses)
    assert euler[-1] > 5
    assert np.abs(verlet[200:]).max() == pytest.approx(np.abs(verlet[:200]).max(), rel=0.02)
    assert rk4[-1] < 1.8 * rk4[200] < 0


def test_panels_are_named_and_may_be_given() -> None:
    figure = energies_figure([EULER, VERLET], PENDULUM, 0.2, steps=10)
    names = [axes.get_title(loc="left") for axes in figure.axes]
    assert names == ["Explicit Euler: no modified Hamiltonian to γ²", "Störmer–Verlet"]
    data = energies_data([EULER], PENDULUM, 0.2, steps=10)
    axes = new_axes((5, 3))
    assert draw_energies(data, axes) is axes[0].get_figure()
    with pytest.raises(bea.BeaError, match="1 axes are given: this figure needs 2"):
        draw_energies(energies_data([EULER, RK4], PENDULUM, 0.2, steps=5), axes)


def test_what_cannot_be_drawn_is_refused() -> None:
    for methods, problem, message in (
        ([], PENDULUM, "no list of methods"),
        (EULER, PENDULUM, "no list of methods"),
        ([EULER], bea.problems.lorenz(), "Hamiltonian"),
    ):
        with pytest.raises(bea.BeaError, match=message):
            energies_data(methods, problem, 0.1)  # type: ignore[arg-type]
