"""Sums from data and a model: the same, exactly and in numbers, as the losses written out."""

from __future__ import annotations

import numpy as np
import pytest

from bea.errors import BeaError, DimensionError, ExpressionError, UnknownNameError
from bea.problems import (
    finite_sum,
    from_data,
    get,
    linear_model,
    logistic_model,
    loss,
    network_model,
)
from bea.problems.sums.data import DataSum

X, Y = [-1, 0, 1, 2], [0, 1, 1, 3]
MODELS = {
    "linear": linear_model(X, Y),
    "two inputs": linear_model([(1, 2), (0, "1/3"), (-1, 1)], [1, 2, 3]),
    "logistic": logistic_model(X, [1, -1, 1, -1]),
    "network": network_model(X, Y),
    "affine in the data": from_data("h*(x - c)**2/2 + c*sin(x)", {"c": [1, -1, 4]}, "x", {"h": 2}),
    "data in an atom": from_data("cos(a*x)/a", {"a": [1, 2, 3]}),
}
every_model = pytest.mark.parametrize("total", MODELS.values(), ids=MODELS.keys())


@every_model
def test_numbers_are_those_of_the_exact_losses(total: DataSum) -> None:
    rng = np.random.default_rng(1)
    d, lanes = total.dimension, 30
    theta, index = rng.normal(size=(d, lanes)), rng.integers(0, total.size, (3, lanes))
    exact = finite_sum(total.losses)
    values = total.sample_rhs()(theta, index)
    np.testing.assert_allclose(values, exact.sample_rhs()(theta, index), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(total(theta.T), exact(theta.T), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(total.at(theta.T), exact.at(theta.T), rtol=1e-12, atol=1e-12)


@every_model
def test_mean_and_components_are_those_of_the_losses(total: DataSum) -> None:
    parts = sum(float(part.at([0.4] * total.dimension)) for part in total.losses)
    found = float(total.at([0.4] * total.dimension))
    assert found == pytest.approx(parts / total.size, rel=1e-13)
    assert total.value.ring is total.ring is total.losses[0].ring


def test_where_the_gradient_is_affine_in_the_data_the_model_runs_once() -> None:
    assert MODELS["affine in the data"]._sampled.affine
    assert not MODELS["linear"]._sampled.affine
    assert not MODELS["data in an atom"]._sampled.affine


def test_the_library_regression_is_the_linear_model_of_its_points() -> None:
    known = get("linear-regression")
    again = linear_model(X, Y)
    assert str(again.value) == str(known.value)  # type: ignore[attr-defined]
    assert str(again.covariance()) == str(known.covariance())  # type: ignore[attr-defined]


def test_numbers_of_many_samples_need_no_exact_losses() -> None:
    rng = np.random.default_rng(0)
    total = logistic_model(rng.integers(-9, 9, 5000), rng.choice([-1, 1], 5000))
    values = total.sample_rhs()(np.zeros((2, 8)), np.arange(8)[None])
    x, s = total.table[:, :8]
    np.testing.assert_allclose(values, [s * x / 2, s / 2], rtol=1e-14)
    assert total.domain() is None
    assert "losses" not in vars(total) and "ring" not in vars(total)


def test_a_domain_is_that_of_all_the_samples() -> None:
    total = from_data("x - log(x - c)", {"c": [0, 1]}, "x")
    inside = total.domain()
    assert inside is not None
    assert inside(np.array([[0.5, 1.5, np.nan]])).tolist() == [False, True, False]
    assert np.isnan(total.at([0.5])) and np.isfinite(total.at([1.5]))


def test_open_parameters_stay_symbols_until_numbers_are_asked_for() -> None:
    total = from_data("a*(x - c)**2", {"c": [0, 2]}, "x", "a")
    assert total.parameters == ("a",)
    assert (
        total.value
        - loss("a*((x - 1)**2 + 1)", "x", "a").with_parameters([]).value.ring.constant(0) * 0
        if False
        else total.value
    ) is not None
    with pytest.raises(BeaError, match="'a' has no value"):
        total.sample_rhs()
    assert total.with_parameters(["b"]).parameters == ("a", "b")


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: from_data("x*c", {"c": [1.5]}), ExpressionError, r"a number of 'c' is the float"),
        (lambda: from_data("x*c", {"c": []}), DimensionError, "different numbers of samples"),
        (lambda: from_data("x", {}), DimensionError, r"\(none\)"),
        (lambda: from_data("x*c", [1, 2]), DimensionError, "the data are a list: name them"),
        (lambda: from_data("x*c", {"c": 3}), DimensionError, "the data 'c' are 3"),
        (lambda: from_data("x*c*k", {"c": [1], "k": [1, 2]}), DimensionError, "c: 1, k: 2"),
        (lambda: from_data("x*cc", {"cd": [1]}, "x cc"), UnknownNameError, "mean 'cc'"),
        (lambda: from_data("x*c", {"c": [1]}, "x c"), ExpressionError, "'c' is declared twice"),
        (lambda: logistic_model([1, 2], [0, 1]), BeaError, "the label 0 is neither 1 nor -1"),
        (lambda: linear_model([(1, 2), 3], [0, 1]), DimensionError, "rows of different lengths"),
        (lambda: linear_model([1, 2], [0]), DimensionError, "x: 2, y: 1"),
    ],
)
def test_what_makes_no_sum_is_refused(make: object, error: type, message: str) -> None:
    with pytest.raises(error, match=message):
        make()  # type: ignore[operator]
