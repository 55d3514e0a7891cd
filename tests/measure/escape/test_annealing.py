"""Annealing: rate equations against the whole law on a line, and against ensembles of SGD."""

from __future__ import annotations

import numpy as np
import pytest

import bea
from bea.errors import BeaError
from bea.measure.escape import Inside, Past, anneal, critical_points, kramers_rates, line_rates
from bea.measure.training import noise_temperature
from bea.noise import Batches

TEXT = "(x**2 - 1)**2/4 - x/20"
LINE = bea.Loss.read(TEXT)
DEEP, SHALLOW, TOP = critical_points(LINE, window=[(-2, 2)])
RATES = line_rates(LINE, SHALLOW, DEEP, TOP)


def whole_law(temperatures: np.ndarray, duration: float) -> float:
    """Return the fraction beyond the top, from the jump process of the whole density on a grid."""
    x, h = np.linspace(-2.2, 2.2, 241, retstep=True)
    heights = LINE.at(x[:, None])
    density = np.zeros(len(x))
    density[np.abs(x - SHALLOW.point[0]).argmin()] = 1.0
    for heat in temperatures:
        jumps = np.diff(heights) / (2 * heat)
        leaving = np.append(np.exp(-jumps), 0.0) + np.append(0.0, np.exp(jumps))
        # Symmetric after a scaling by the root of the weights, so that modes are orthogonal.
        side = np.full(len(x) - 1, heat / h**2)
        symmetric = np.diag(side, 1) + np.diag(side, -1) - np.diag(leaving * heat / h**2)
        values, modes = np.linalg.eigh(symmetric)
        root = np.exp(-(heights - heights.min()) / (2 * heat))
        density = modes @ (
            np.exp(np.minimum(values, 0.0) * duration) * (modes.T @ (density / root))
        )
        density = density * root
        density /= density.sum()
    return float(density[x > TOP.point[0]].sum())


@pytest.mark.parametrize("time", [100.0, 1000.0, 10_000.0])
def test_rate_equations_follow_the_whole_law(time: float) -> None:
    heats = np.linspace(0.05, 0.01, 10)
    two = anneal(RATES, heats, np.full(10, time / 10))
    assert abs(two.final - whole_law(heats, time / 10)) < 0.006
    # At one temperature, its weight, nothing like it is found.
    assert abs(two.final - two.equilibrium[-1]) > 0.05


def test_slow_cooling_ends_deeper_and_freezes_later() -> None:
    heats = np.linspace(0.05, 0.01, 20)
    runs = [anneal(RATES, heats, np.full(20, time / 20)) for time in (1e3, 1e4, 1e5)]
    assert runs[0].final < runs[1].final < runs[2].final
    assert runs[0].frozen < runs[1].frozen < runs[2].frozen


def test_without_cooling_the_fraction_is_the_weight() -> None:
    run = anneal(RATES, [0.05], [1e6])
    x = np.linspace(-3, 3, 100_001)
    weight = np.exp(-LINE.at(x[:, None]) / 0.05)
    assert run.final == pytest.approx(weight[x > TOP.point[0]].sum() / weight.sum(), abs=1e-4)


def test_kramers_and_exact_rates_agree_when_it_is_cold() -> None:
    laplace = kramers_rates(SHALLOW, DEEP, TOP)
    ratios = [laplace(t, 0.0)[0] / RATES(t, 0.0)[0] - 1 for t in (0.02, 0.01)]
    assert 0 < ratios[1] < 0.6 * ratios[0] < 0.04


def test_sgd_with_a_falling_step_size_ends_as_predicted() -> None:
    loss = bea.problems.loss(
        f"{TEXT} + y**2/2",
        "x y",
    )
    total = bea.problems.with_gradient_covariance(loss, [8, 8])
    _, shallow, top = critical_points(loss, window=[(-2, 2), (-2, 2)])
    batches = Batches(8, replacement=True)
    gammas = ["1/10", "2/25", "3/50", "1/25", "1/50"]
    heats = [noise_temperature(total, gamma, batches) for gamma in gammas]
    numbers = np.array([int(t.p) / int(t.q) for t in heats])
    sizes = 2 * numbers  # σ² = 1 here
    steps = [round(40 / size) for size in sizes]
    beyond = Inside(Past(top, shallow))
    runs = bea.ensemble("gradient-descent", total, shallow.point, gamma=gammas, steps=steps,
                        batches=batches, runs=3000, observables={"deep": beyond},
                        record=list(np.cumsum(steps)), seed=2)  # fmt: skip
    found, error = runs["deep"]
    theory = anneal(RATES, numbers, sizes * steps, gammas=sizes)
    assert np.all(np.abs(found - theory.fractions[1:]) < 3 * error)
    assert error[-1] == pytest.approx(np.sqrt(found[-1] * (1 - found[-1]) / 3000), rel=1e-3)
    for wrong in (0.5, 2.0):
        other = anneal(RATES, wrong * numbers, sizes * steps)
        assert abs(found[-1] - other.final) > 10 * error[-1]


def test_bad_input() -> None:
    with pytest.raises(BeaError, match="one of each"):
        anneal(RATES, [0.1, 0.05], [1.0])
    with pytest.raises(BeaError, match="not positive"):
        anneal(RATES, [0.1], [0.0])
    with pytest.raises(BeaError, match="from 0 to 1"):
        anneal(RATES, [0.1], [1.0], start=2)
    with pytest.raises(BeaError, match="none is negative"):
        anneal(lambda heat, gamma: (-1.0, 1.0), [0.1], [1.0])
    with pytest.raises(BeaError, match="give one for each stage"):
        anneal(RATES, 0.1, [1.0])  # type: ignore[arg-type]
