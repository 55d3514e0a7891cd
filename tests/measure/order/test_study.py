"""What a drift study makes of its distances: curves, orders, the best order, tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import bea
from bea.measure.order.study import DriftStudy

GAMMAS = 0.1 * 2.0 ** -np.arange(6)
POWERS = (1, 2)


def study(distances: Any = None, starts: int = 8, **changed: Any) -> DriftStudy:
    """Return a study of errors (1 + start) gamma^p, over two samples of which the second is larger.

    `distances` (orders, gammas, starts) are those at the second.
    """
    if distances is None:
        constants = 1.0 + np.arange(starts)
        distances = np.array([constants * GAMMAS[:, None] ** p for p in POWERS])
    given: dict[str, Any] = {
        "kind": "drift",
        "method": "descent",
        "problem": "valley",
        "formula": "x**2",
        "orders": np.arange(len(distances)),
        "expected": POWERS[: len(distances)],
        "gammas": GAMMAS,
        "starts": np.ones((distances.shape[2], 1)),
        "times": np.tile([0.5, 1.0], (len(GAMMAS), 1)),
        "distances": np.stack([distances / 2, distances], axis=-1),
        "floors": np.full((*distances.shape, 2), 1e-15),
    }
    return DriftStudy(**{**given, **changed})


def test_a_curve_is_the_geometric_mean_over_the_middle_half() -> None:
    """Of the constants 1 ... 8 the two smallest and the two largest are left out."""
    for order, power in enumerate(POWERS):
        distance, floor = study().curve(order)
        mean = np.prod([3, 4, 5, 6]) ** 0.25
        np.testing.assert_allclose(distance, mean * GAMMAS**power, rtol=1e-14)
        np.testing.assert_allclose(floor, 1e-15, rtol=1e-14)


def test_the_starts_in_the_middle_are_one_choice_for_all_step_sizes() -> None:
    distances = np.array([1.0, 2, 3, 4])[None, None, :] * GAMMAS[None, :, None]
    distances[0, 0] = distances[0, 0, ::-1]  # at one step size the order of the starts is reversed
    distance, _ = study(distances).curve(0)
    assert distance[0] == pytest.approx(GAMMAS[0] * np.sqrt(2 * 3))
    np.testing.assert_allclose(distance[1:], GAMMAS[1:] * np.sqrt(2 * 3))
    distances[0, 0] = GAMMAS[0] * np.array([2.9, 2, 3, 3.5])  # 2 and 3 are in the middle elsewhere
    distance, _ = study(distances).curve(0)
    np.testing.assert_allclose(distance, GAMMAS * np.sqrt(2 * 3))


def test_starts_that_stopped_do_not_count_and_step_sizes_where_most_did_are_left_out() -> None:
    distances = np.array([1.0, 2, 3, 4])[None, None, :] * GAMMAS[None, :, None]
    distances[0, 0, 1:] = np.nan  # one of four is less than half
    distances[0, 1, 3] = np.nan  # three of four are enough; the fourth counts nowhere
    distance, _ = study(distances).curve(0)
    assert np.isnan(distance[0])
    np.testing.assert_allclose(distance[1:], GAMMAS[1:] * 6 ** (1 / 3))  # three have no quarter
    distances[0, 2, 2:] = np.nan  # half is enough
    distance, _ = study(distances).curve(0)
    np.testing.assert_allclose(distance[1:], GAMMAS[1:] * np.sqrt(2))


def test_a_curve_of_nothing_is_nan() -> None:
    empty = np.full((1, 6, 4), np.nan)
    assert all(np.isnan(part).all() for part in study(empty).curve(0))
    # each step size has half of the starts, and no start has all step sizes
    empty[0, ::2, :2] = empty[0, 1::2, 2:] = 1.0
    assert all(np.isnan(part).all() for part in study(empty).curve(0))


def test_a_start_without_any_distance_is_ranked_and_not_refused() -> None:
    """log 0 is -inf, and means of it would be nan."""
    distances = np.array([0.0, 2, 3, 1e9])[None, None, :] * GAMMAS[None, :, None]
    np.testing.assert_allclose(study(distances).curve(0)[0], GAMMAS * np.sqrt(6))
    still = np.zeros((1, 6, 4))
    assert study(still).curve(0)[0].tolist() == [0.0] * 6


def test_orders_are_those_of_the_curves() -> None:
    found = study()
    assert found.observed_orders() == pytest.approx(POWERS)
    assert found.agrees() is True
    assert study(expected=(1, 3)).agrees() is False
    assert study(expected=(1, 2.05)).agrees(within=0.04) is False
    assert study(expected=(1, 2.05)).agrees(within=0.06) is True


def test_an_order_without_expectation_or_without_points_is_not_judged() -> None:
    exact = study(expected=(1, None))
    assert np.isnan(exact.observed_orders()[1])
    assert exact.fits[1].reason.startswith("every further term that was derived vanishes")
    assert exact.fits[1].window == () and np.isnan(exact.fits[1].interval).all()
    assert exact.agrees() is True
    noise = study(floors=np.ones((2, 6, 8, 2)))
    assert noise.agrees() is None
    half = study()
    floors = np.array(half.floors)
    floors[1] = 1.0
    assert study(floors=floors).agrees() is True
    assert study(floors=floors, expected=(3, 2)).agrees() is False


def test_the_best_order_is_that_of_the_smallest_distance() -> None:
    distances = np.array(study().distances[..., 1])
    distances[0, :2] = 1e-9  # at the two largest step sizes the lower order is nearer
    distances[:, 5] = np.nan
    found = study(distances, orders=np.array([3, 7]))
    assert found.best_orders.tolist() == [3, 3, 7, 7, 7, -1]


def test_rows_table_and_json_say_the_same() -> None:
    found = study(expected=(1, None), failures=("one stopped",), warnings=("far",))
    first, second = found.rows()
    assert first == (0, "1", "1.000", "[1.000, 1.000]", "6 of 6 step sizes")
    assert second[:4] == (1, "–", "–", "–")
    table = found.table().splitlines()
    assert table[0] == "drift of descent on valley" == repr(found).splitlines()[0]
    assert table[1].split()[:3] == ["K", "expected", "observed"] and len(table) == 4
    json = found.as_json()
    assert json["orders"][0]["observed"] == pytest.approx(1)
    assert json["orders"][0]["interval"] == pytest.approx([1, 1])
    assert (json["orders"][1]["observed"], json["orders"][1]["interval"]) == (None, None)
    assert json["orders"][1]["remark"] == second[4]
    assert [json[name] for name in ("kind", "method", "problem")] == ["drift", "descent", "valley"]
    assert json["gammas"] == GAMMAS.tolist()
    assert (json["failures"], json["warnings"]) == (["one stopped"], ["far"])


def test_the_scale_stands_in_what_is_measured() -> None:
    descent, bowl = bea.methods.gradient_descent(), bea.problems.loss("x**2/2 + 5*y**2")
    found = bea.discretization_drift(descent, bowl, range(2), starts=[[1.0, 1.0]])
    assert found.lambda_max == pytest.approx([10.0])
    assert found.gamma_lambda == pytest.approx(10 * found.gammas)
    assert found.as_json()["gamma_lambda"] == pytest.approx(list(10 * found.gammas))
    assert found.as_json()["hessian_trace"] == pytest.approx([11.0])
    assert found.as_json()["hessian_trace_error"] == [0.0]  # of a formula it is exact
    assert f"gamma |f'| up to {10 * found.gammas.max():.2g}" in found.table()
    run = bea.iterate(descent, bowl, [[1.0, 1.0]], [0.01], steps=3)
    assert run.gamma_lambda == pytest.approx(np.full((1, 1, 3), 0.1))
    flow = bea.flow(bea.modified_equation(descent, bowl, 1), [[1.0, 1.0]], [0.01], [0.1])
    assert flow.lambda_max == pytest.approx(np.full((1, 1, 1), 10.0))
    large = [bea.discretization_drift(descent, bowl, [0], [g], [[1.0, 1.0]], 2 * g).warnings[0]
             for g in (0.15, 0.25)]  # fmt: skip
    assert "up to 2 the flows of higher orders" in large[0] and "no flow is of use" in large[1]


def test_the_trace_of_a_loss_without_a_formula_is_estimated(tmp_path: Path) -> None:
    bowl = bea.problems.from_function(lambda x: x[0] ** 2 + x[0] * x[1] + 3 * x[1] ** 2, 2)
    study = bea.discretization_drift(bea.methods.gradient_descent(), bowl, [0], starts=[[1.0, 1.0]])
    assert study.hessian_trace is not None and study.hessian_trace_error is not None
    (trace,), (error,) = study.hessian_trace, study.hessian_trace_error
    assert 0 < error < 1 and abs(trace - 8) < 4 * error
    study.save(tmp_path / "run.npz")
    assert DriftStudy.load(tmp_path / "run.npz").hessian_trace == pytest.approx(study.hessian_trace)


def test_a_field_that_is_of_no_loss_has_no_trace_of_a_hessian() -> None:
    euler, line = bea.methods.explicit_euler(), bea.problems.field("-x")
    study = bea.discretization_drift(euler, line, [0], starts=[[1.0]])
    assert study.as_json()["hessian_trace"] is None and study.lambda_max is not None
