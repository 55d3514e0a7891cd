"""A schedule and random batches together: samples are kept, and every route agrees exactly."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import bea
from bea.errors import BeaError, DimensionError
from bea.fields import with_time
from bea.measure.weak import law_after, weak_defect
from bea.methods import Scheduled, get
from bea.noise import Batches, ShuffledEpochs
from bea.problems import TimedSum, finite_sum

GD = get("gradient-descent")
SCHEDULE = "inverse_time(rate=1)"
TOTAL = finite_sum("(x - 1)**2/2, (x + 1)**2, x**2/2 + x")
TIMED = with_time(TOTAL)
LINE = bea.problems.linear_regression()


@pytest.mark.parametrize("name", ["gradient-descent", "heun"])
@pytest.mark.parametrize("order", [0, 1])
def test_the_generator_of_a_scheduled_step_has_its_order(name: str, order: int) -> None:
    method = Scheduled(get(name), SCHEDULE)
    defect = weak_defect(method, TIMED, "x**2", order)
    assert all(c.is_zero() for c in defect[: order + 2]) and not defect[order + 2].is_zero()


def test_noise_is_scaled_by_the_square_of_the_schedule_and_the_drift_has_its_slope() -> None:
    equation = bea.stochastic_equation(Scheduled(GD, SCHEDULE), TIMED, 2)
    plain = bea.stochastic_equation(GD, TOTAL, 2)
    theta, gamma = np.array([[0.7, 0.5]]), 0.25
    s, slope = 1 / 1.5, -1 / 1.5**2
    np.testing.assert_allclose(
        equation.diffusion(theta, gamma)[0],
        [[s**2 * plain.diffusion(theta[:, :1], gamma)[0, 0, 0], 0], [0, 0]],
        rtol=1e-12,
    )
    f, second = (plain(theta[:, :1], g)[0, 0] for g in (0.0, gamma))
    wanted = s * f + s**2 * (second - f) - gamma / 2 * slope * f
    np.testing.assert_allclose(equation(theta, gamma)[0], [wanted, 1], rtol=1e-12)


def test_momentum_has_an_equation_too() -> None:
    scheduled = Scheduled(get("heavy-ball", beta="1/2"), "exponential(rate=2)")
    generator = bea.modified_generator(scheduled, TIMED, 1)
    rates = bea.modified_generator(get("heavy-ball", beta="1/2"), TOTAL, 1)
    at_rest = [c for c in generator.diffusion[1][0][0].terms().values()]
    assert at_rest == list(rates.diffusion[1][0][0].terms().values())


@pytest.mark.parametrize("batches", [Batches(1), Batches(2)], ids=["single", "pairs"])
def test_ensembles_agree_with_all_batches(batches: Batches) -> None:
    method = Scheduled(GD, SCHEDULE)
    law = law_after(method, TIMED, "1/4", 6, [1, 0], batches)
    found = bea.ensemble(method, TIMED, [1, 0], gamma="1/4", steps=6, batches=batches,
                         runs=40_000, observables="x, x**2, t, L")  # fmt: skip
    for name in ("x", "x**2"):
        estimate, exact = found[name], float(law.expectation(name))
        assert abs(estimate.mean[0] - exact) < 4.5 * estimate.error[0] < 0.05
    assert found["t"].mean[0] == 1.5 and found["t"].error[0] == 0
    loss = TOTAL.at(np.array([[float(x)] for x, _ in law.points])) @ [float(w) for w in law.weights]
    assert abs(found["L"].mean[0] - loss) < 4.5 * found["L"].error[0]


def test_shuffled_epochs_and_data_run_with_a_schedule() -> None:
    method = Scheduled(get("heavy-ball", beta="9/10"), "cosine(time=1, low=1/10)")
    found = bea.ensemble(method, with_time(LINE), [0, 0, 0], gamma="1/100", steps=100, runs=200,
                         batches=ShuffledEpochs(2), observables="t, L")  # fmt: skip
    assert abs(found["t"].mean[0] - 1) < 1e-12
    assert found["L"].mean[0] < LINE.at([0.0, 0.0])


def test_what_it_keeps_of_the_sum() -> None:
    timed = with_time(LINE, "s")
    assert isinstance(timed, TimedSum)
    assert (timed.size, timed.variables, timed.dimension) == (LINE.size, ("w", "b", "s"), 3)
    assert [len(sample.components) for sample in timed.losses] == [3] * LINE.size
    factor, covariance = timed.noise_factor(Batches(2)), timed.covariance(Batches(2))
    assert factor is not None and factor.count == 3
    for row, wanted in zip(factor.covariance(), covariance, strict=True):
        assert all((a - b).is_zero() for a, b in zip(row, wanted, strict=True))
    point = np.array([[0.5, -1.0, 2.0]])
    np.testing.assert_array_equal(timed(point)[0, :2], LINE(point[:, :2])[0])
    assert timed(point)[0, 2] == 1 and timed.at(point)[0] == LINE.at(point[:, :2])[0]
    assert timed.identity != with_time(LINE).identity
    assert timed.with_parameters(["c"]).parameters == ("c",)
    inside = with_time(finite_sum("log(x), x**2")).domain()
    assert inside is not None
    assert inside(np.array([[1.0, -1.0], [0.0, 0.0]])).tolist() == [True, False]


@pytest.mark.parametrize("problem", [TOTAL, LINE, bea.problems.loss("x**2 + y**2")], ids=str)
def test_a_problem_without_time_is_refused(problem: Any) -> None:
    method, start = Scheduled(GD, SCHEDULE), [1] * problem.dimension
    message = "needs the time as last variable.*with_time"
    with pytest.raises(DimensionError, match=message):
        bea.modified_generator(method, problem, 1)
    with pytest.raises(DimensionError, match=message):
        bea.modified_equation(method, problem, 1)
    with pytest.raises(DimensionError, match=message):
        bea.iterate(method, problem, [start], [0.1], steps=2)
    if problem is not TOTAL and hasattr(problem, "losses"):
        with pytest.raises(DimensionError, match=message):
            bea.ensemble(method, problem, start, gamma="1/8", steps=2, runs=10)


@pytest.mark.parametrize("problem", [TOTAL, TIMED], ids=["sum", "timed"])
def test_no_epoch_has_an_equation_with_a_schedule(problem: Any) -> None:
    with pytest.raises(BeaError, match="for one step size"):
        bea.shuffled_epoch(problem, method=Scheduled(GD, SCHEDULE))
