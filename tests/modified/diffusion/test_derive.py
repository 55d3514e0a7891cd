"""Stochastic modified equations: universal, from a given covariance, and from a finite sum."""

from __future__ import annotations

import json

import numpy as np
import pytest
from flint import fmpq

import bea
from bea.algebra import Element
from bea.algebra.ring.conversions import read, to_expression
from bea.errors import BeaError, MethodError, OrderError
from bea.fields import Loss
from bea.methods import get
from bea.modified.diffusion.derive import stochastic_equation
from bea.modified.diffusion.equation import StochasticEquation
from bea.modified.diffusion.noise_terms import noise_terms
from bea.modified.diffusion.universal import UniversalStochasticEquation
from bea.noise import Batches
from bea.problems import finite_sum

Q = fmpq
SGD = get("gradient-descent")
# Two samples: even noise, with a covariance that varies.
EVEN = finite_sum(["x**4/4 + x*y + x**2*y/3 - y**2", "x**4/4 + x*y - x**2*y/3 + 2*y**2"])
SKEW = finite_sum(["x**4/4 + x*y", "(x - 1)**2*y**2", "x**3 - 2*y**2"])


def concrete(*args: object, **kwargs: object) -> StochasticEquation:
    equation = stochastic_equation(*args, **kwargs)  # type: ignore[arg-type]
    assert isinstance(equation, StochasticEquation)
    return equation


def universal(*args: object, **kwargs: object) -> UniversalStochasticEquation:
    equation = stochastic_equation(*args, **kwargs)  # type: ignore[arg-type]
    assert isinstance(equation, UniversalStochasticEquation)
    return equation


# --- the numbers with which noise enters --------------------------------------------------------


@pytest.mark.parametrize("beta", [Q(0), Q(1, 3), Q(9, 10)])
def test_the_numbers_of_heavy_ball(beta: fmpq) -> None:
    """Found by fitting all candidate terms to generators in two variables, and interpolating."""
    found = noise_terms(get("heavy-ball", beta=beta))
    assert found.rate == 1 / (1 - beta)
    assert found.drift == -(1 + beta) / (4 * (1 - beta) ** 4)
    below = 2 * (1 - beta) ** 4 * (1 + beta)
    assert found.along == -(1 + 4 * beta + beta**2) / below
    assert found.shear == -(1 + beta**2) / below


def test_symbols_stay_symbols() -> None:
    found = noise_terms(get("heavy-ball", beta="beta"))
    beta = found.drift.ring.symbol("beta")
    assert (found.drift * (1 - beta) ** 4 * 4 + 1 + beta).is_zero()


# --- three ways to one equation -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("gradient-descent", {}),
        ("gradient-descent-decay", {"weight_decay": "1/7"}),
        ("gradient-descent-l2", {"weight_decay": "1/7"}),
        ("heavy-ball", {"beta": "1/3"}),
        ("heavy-ball-l2", {"beta": "1/3", "weight_decay": "1/7"}),
        ("ema-momentum", {"beta": "1/2"}),
        ("nesterov-torch", {"beta": "1/2"}),
    ],
)
def test_the_given_covariance_and_the_finite_sum_agree(
    name: str, parameters: dict[str, str]
) -> None:
    """In two variables, where every candidate for a term shows itself."""
    method = get(name, **parameters)
    summed = concrete(method, EVEN, 3)
    loss = Loss(EVEN.value)
    given = concrete(method, loss, 3, covariance=EVEN.covariance())
    assert summed.attained == 3
    assert_same(summed, given)


def test_the_agreement_is_no_accident() -> None:
    """With the covariance of batches of another size it fails."""
    loss = Loss(EVEN.value)
    given = concrete(SGD, loss, 3, covariance=EVEN.covariance(Batches(2, replacement=True)))
    with pytest.raises(AssertionError):
        assert_same(concrete(SGD, EVEN, 3), given)


def assert_same(one: StochasticEquation, other: StochasticEquation) -> None:
    def moved(c: Element) -> Element:
        return read(one.ring, to_expression(c))

    for mine, theirs in zip(one.drift, other.drift, strict=True):
        assert all((a - moved(b)).is_zero() for a, b in zip(mine, theirs, strict=True))
    for left, right in zip(one.covariance, other.covariance, strict=True):
        flat = [(a, b) for r, s in zip(left, right, strict=True) for a, b in zip(r, s, strict=True)]
        assert all((a - moved(b)).is_zero() for a, b in flat)


# --- weak orders --------------------------------------------------------------------------------


def test_which_terms_each_weak_order_keeps() -> None:
    shapes = [
        (len(e.drift), len(e.covariance)) for e in (concrete(SGD, EVEN, w) for w in (1, 2, 3, 4))
    ]
    assert shapes == [(1, 1), (2, 1), (3, 2), (4, 3)]


def test_what_is_attained_where_the_generator_is_no_diffusion() -> None:
    assert concrete(SGD, SKEW, 2).attained == 2
    assert concrete(SGD, SKEW, 3).attained == 2
    assert concrete(SGD, EVEN, 3).attained == 3
    assert concrete(SGD, EVEN, 4).attained == 3
    assert "weak order 2: no diffusion" in str(concrete(SGD, SKEW, 3))


@pytest.mark.parametrize("gamma", [Q(1, 10), Q(1, 100)])
def test_weak_order_two_is_no_better_than_one_for_the_variance_of_a_quadratic(gamma: fmpq) -> None:
    """Exact γσ²/(a(2−γa)); 1: γσ²/(2a); 2: γσ²/(a(2+γa)), twice as far off; 3 is closer."""
    a, variance = Q(3), Q(9, 4)
    pair = finite_sum(["3*(x - 1/2)**2/2", "3*(x + 1/2)**2/2"])
    exact = gamma * variance / (a * (2 - gamma * a))
    found = [_variance(concrete(SGD, pair, w), gamma) for w in (1, 2, 3)]
    assert found[0] == gamma * variance / (2 * a)
    assert found[1] == gamma * variance / (a * (2 + gamma * a))
    misses = [abs(v - exact) for v in found]
    assert misses[2] < misses[0] < misses[1]
    assert abs(misses[1] / misses[0] - 2) < gamma * a


def _variance(equation: StochasticEquation, gamma: fmpq) -> fmpq:
    """Return D/(2a) of dX = -a X dt + √D dW."""
    x = equation.ring.variable(0)
    rate = sum((-(gamma**k) * term[0].ratio(x) for k, term in enumerate(equation.drift)), Q(0))
    spread = sum((gamma ** (k + 1) * m[0][0].as_rational()
                  for k, m in enumerate(equation.covariance)), Q(0))  # fmt: skip
    return spread / (2 * rate)


# --- numbers ------------------------------------------------------------------------------------


def test_the_drift_is_a_vector_field() -> None:
    equation = concrete(SGD, EVEN, 2)
    x, y, gamma = 0.5, -1.5, 0.1
    modified = bea.modified_equation(SGD, Loss(EVEN.value), 1)
    np.testing.assert_allclose(equation([x, y], gamma), modified([x, y], gamma), rtol=1e-14)
    ends = [bea.flow(field, [[x, y]], [gamma], [0.1]).values for field in (equation, modified)]
    np.testing.assert_allclose(*ends, rtol=1e-10)


def test_the_noise_is_a_root_of_the_diffusion() -> None:
    equation = concrete(SGD, SKEW, 2, batches=Batches(2))
    points = np.random.default_rng(1).normal(size=(5, 4, 2))
    gammas = np.linspace(0.1, 0.5, 4)
    root = equation.noise(points, gammas)
    assert root.shape == (5, 4, 2, 2)
    product = np.einsum("...ij,...kj->...ik", root, root)
    np.testing.assert_allclose(product, equation.diffusion(points, gammas), atol=1e-12)
    slopes = [np.array([loss(points) for loss in SKEW.losses])]
    spread = np.moveaxis(slopes[0] - slopes[0].mean(axis=0), 0, -1)
    sigma = np.einsum("...is,...js->...ij", spread, spread) / 3 / 4  # (N - B)/(B (N - 1)) = 1/4
    np.testing.assert_allclose(
        equation.diffusion(points, gammas), gammas[:, None, None] * sigma, atol=1e-12
    )


def test_a_matrix_that_is_no_covariance_has_no_root() -> None:
    """At a large step the truncated S Sᵀ need not be positive semidefinite: marked, not hidden."""
    loss = Loss.read("-x**2/2", "x")
    equation = concrete(SGD, loss, 3, covariance="1")
    assert np.isfinite(equation.noise([0.0], 0.5)).all()
    assert np.isnan(equation.noise([0.0], 1.5)).all()


# --- writing ------------------------------------------------------------------------------------


def test_the_universal_equation_of_sgd() -> None:
    text = str(universal(SGD, weak_order=3))
    assert text.splitlines()[0] == (
        "dθ = (−∇L − γ/2 ∇²L∇L + γ²(−1/3 (∇²L)²∇L − 1/12 ∇³L[∇L,∇L] + 1/4 ∇³L[Σ])) dt + √γ S dW,  "
        "SSᵀ = Σ + γ(1/2 (∇L·∇)Σ + 1/2 (∇²LΣ + Σ∇²L))"
    )
    assert "third cumulant" in text


def test_the_effective_rate_enters_the_noise_twice() -> None:
    text = str(universal(get("heavy-ball", beta="9/10"), weak_order=1))
    assert text == "dθ = (−10 ∇L) dt + √γ S dW,  SSᵀ = 100 Σ"


def test_weight_decay_is_sgd_on_another_loss() -> None:
    decay = universal(get("gradient-descent-decay", weight_decay="1/9"), weak_order=2)
    assert str(decay).endswith("(L stands for L + 1/18 ‖θ‖²)")


def test_writing_as_latex_and_json() -> None:
    equation = universal(SGD, weak_order=3)
    assert r"\frac{1}{4}\,\nabla^{3} L[\Sigma]" in equation.latex()
    record = json.loads(json.dumps(equation.as_json()))
    assert record["covariance"][0] == [{"coefficient": "1", "term": "Σ"}]
    one = concrete(SGD, Loss.read("a*x**2/2", "x", "a"), 2, covariance="a**2")
    assert one.as_json()["covariance"] == [[["a**2"]]]
    assert r"b_{x} &= -a x" in one.latex()


# --- refusals -----------------------------------------------------------------------------------


def test_what_is_refused() -> None:
    loss = Loss.read("x**2 + y**2", "x y")
    with pytest.raises(BeaError, match="not positive semidefinite"):
        stochastic_equation(SGD, loss, 1, covariance=[["1", "2"], ["2", "1"]])
    with pytest.raises(BeaError, match="not symmetric"):
        stochastic_equation(SGD, loss, 1, covariance=[["1", "2"], ["1", "1"]])
    with pytest.raises(BeaError, match="2 by 2"):
        stochastic_equation(SGD, loss, 1, covariance=[["1"]])
    with pytest.raises(BeaError, match="covariance of its own"):
        stochastic_equation(SGD, EVEN, 1, covariance=EVEN.covariance())
    with pytest.raises(OrderError, match="1 or more"):
        stochastic_equation(SGD, EVEN, 0)
    with pytest.raises(OrderError, match="at most 3"):
        stochastic_equation(SGD, weak_order=4)
    with pytest.raises(MethodError, match="slopes beside theta"):
        stochastic_equation(get("heun"), weak_order=2)
    with pytest.raises(MethodError, match="decays beside its velocity"):
        stochastic_equation(get("heavy-ball-decay"), weak_order=2)
