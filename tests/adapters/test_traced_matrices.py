"""Optimizers of matrices, from their own source, at points: Muon, Shampoo, SOAP, Adafactor."""

from __future__ import annotations

from typing import Any

import numpy as np
import optax
import pytest
import pytorch_optimizer as package
import torch
from numpy.testing import assert_allclose
from scipy.linalg import solve_sylvester, sqrtm

import bea
from bea.errors import BeaError, GuessWarning, MethodError
from bea.methods import traced

from .matrix_optimizers import DecayingShampoo, NearlySingular, OrthogonalDescent

pytestmark = pytest.mark.filterwarnings("ignore::bea.errors.GuessWarning")

LOSS = bea.problems.get("matrix-regression")
START = [0.0, 1.0, 1.0, 0.0, 0.0, 1.0]
MATRIX: dict[str, Any] = {"shapes": [(3, 2)], "steps": 20}
ONE_SIDED: dict[str, Any] = {
    "betas": (0.5, 0.75), "use_svd": True, "pre_conditioner_type": 2, "graft_type": 0,
    "start_preconditioning_step": 1, "shape_interpretation": False,
}  # fmt: skip


def terms(method: Any, order: int = 1, loss: Any = LOSS, start: Any = START) -> Any:
    return bea.modified_equation(method, loss, order, at=[start]).values[:, 0]


def orders(method: Any, loss: Any = LOSS, start: Any = START) -> Any:
    gammas, time = [0.02, 0.014, 0.01, 0.007], 0.1
    study = bea.discretization_drift(method, loss, [0, 1], gammas, [start], time=time)
    assert study.expected == (1, 2)
    return study.observed_orders()


# --- orders: with the first correction 2, without it 1 --------------------------------------------


def test_drift_of_muon() -> None:
    muon = traced(optax.contrib.muon, beta=0.5, ns_steps=2, ns_coeffs=(1.5, -0.5, 0.0), **MATRIX)
    assert muon.replayed.difference < 1e-12
    assert_allclose(orders(muon), [1, 2], atol=0.05)


def test_drift_of_shampoo() -> None:
    shampoo = traced(DecayingShampoo, beta=0.5, **MATRIX)
    assert_allclose(orders(shampoo), [1, 2], atol=0.05)


def test_certificate_of_orthogonal_descent_has_controls_that_fall() -> None:
    method = traced(OrthogonalDescent, **MATRIX)
    found = bea.verify(method, LOSS, 1, [0.02, 0.014, 0.01, 0.007], [START], time=0.1)
    assert found.verdict == "confirmed"
    assert {f.kind for f in found.controls} == {"dropped", "doubled"}


# --- equal equations from different sources -------------------------------------------------------


def test_muon_of_two_libraries_is_one() -> None:
    first = terms(traced(torch.optim.Muon, momentum=0.5, weight_decay=0.0, **MATRIX))
    other = terms(traced(package.Muon, use_muon=True, momentum=0.5, **MATRIX))
    assert_allclose(first, other, rtol=1e-9)


def test_one_sided_shampoo_without_memory_of_its_gradients_is_muon_in_the_limit() -> None:
    """f_0 is the polar factor of the gradient, times the sum of the momentum, in both."""
    shampoo = traced(package.ScalableShampoo, preconditioning_compute_steps=1, **ONE_SIDED,
                     **MATRIX)  # fmt: skip
    slope = -np.reshape(LOSS(np.array(START)), (3, 2))
    left, _, right = np.linalg.svd(slope, full_matrices=False)
    assert_allclose(terms(shampoo, 0)[0].reshape(3, 2), -2 * left @ right, atol=1e-6)


def test_roots_kept_for_some_steps_are_one_composed_step() -> None:
    """k steps with gamma are one with k gamma, to leading order; the memory is older."""
    once = terms(traced(DecayingShampoo, beta=0.5, **MATRIX))
    method = traced(DecayingShampoo, beta=0.5, every=3, **MATRIX)
    assert method.optimizer.period == 3
    thrice = terms(method)
    assert_allclose(thrice[0], 3 * once[0], rtol=1e-9)
    assert np.abs(thrice[1] - 9 * once[1]).max() > 0.1 * np.abs(once[1]).max()


def test_terms_of_kept_roots_are_those_of_the_iterates() -> None:
    """Richardson's extrapolation of the real steps, from memory that has settled."""
    method = traced(DecayingShampoo, beta=0.5, every=2, **MATRIX)
    equation = bea.modified_equation(method, LOSS, 2)
    settled = equation.started_on_manifold()
    gammas = np.array([0.004, 0.002])
    moved = bea.iterate(settled, LOSS, [START], gammas, steps=1).values[:, 0, -1] - START
    slopes = moved / gammas[:, None]
    f = equation.at([START]).values[:, 0]
    jacobian = _directional(equation, f[0])
    expected = f[0] + gammas[:, None] * (f[1] + jacobian / 2)
    gaps = np.abs(slopes - expected).max(axis=1)
    assert gaps[0] < 1e-3
    assert gaps[0] / gaps[1] == pytest.approx(4, rel=0.1)


def _directional(equation: Any, way: Any) -> Any:
    step = 1e-5
    ends = [equation.at([np.array(START) + s * step * way]).values[0, 0] for s in (1, -1)]
    return (ends[0] - ends[1]) / (2 * step)


# --- the first correction of regularised orthogonalised descent -----------------------------------


def least_squares(rows: int, columns: int) -> tuple[Any, Any, Any]:
    """Return |A W - B|^2/2 of a matrix W, A^T A and A^T B."""
    rng = np.random.default_rng(rows)
    a = np.eye(rows) + np.round(rng.uniform(-0.3, 0.3, (rows, rows)), 2)
    b = np.round(rng.uniform(-1, 1, (rows, columns)), 2)
    names = [[f"w{i}_{j}" for j in range(columns)] for i in range(rows)]
    parts = [
        "(" + " + ".join(f"({x})*{row[j]}" for x, row in zip(a[k], names, strict=True))
        + f" - ({b[k, j]}))**2"
        for k in range(rows) for j in range(columns)
    ]  # fmt: skip
    loss = bea.problems.loss(
        f"({' + '.join(parts)})/2", " ".join(name for row in names for name in row)
    )
    return loss, a.T @ a, a.T @ b


def first_correction(w: Any, hessian: Any, right: Any, eps: float) -> tuple[Any, Any]:
    """Return f_0 = -P and f_1 = -(X - P Omega) S^(-1)/2 of docs/matrix_optimizers.md."""
    g = hessian @ w - right
    s = np.real(sqrtm(g.T @ g + eps * np.eye(g.shape[1])))
    p = np.linalg.solve(s, g.T).T
    x = hessian @ p
    omega = solve_sylvester(s, s, x.T @ g + g.T @ x)
    return -p, -np.linalg.solve(s, (x - p @ omega).T).T / 2


@pytest.mark.parametrize("shape", [(2, 2), (3, 2), (4, 4), (8, 8)])
def test_first_correction_in_tensor_notation(shape: tuple[int, int]) -> None:
    loss, hessian, right = least_squares(*shape)
    w = np.round(np.random.default_rng(7).standard_normal(shape), 2)
    method = traced(OrthogonalDescent, eps=0.5, shapes=[shape], steps=20)
    found = terms(method, loss=loss, start=w.ravel())
    wanted = first_correction(w, hessian, right, 0.5)
    assert_allclose(found, [x.ravel() for x in wanted], rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize("size", [2, 8])
def test_slopes_confirm_the_first_correction(size: int) -> None:
    loss, *_ = least_squares(size, size)
    w = np.random.default_rng(7).standard_normal(size * size)
    method = traced(OrthogonalDescent, eps=0.5, shapes=[(size, size)], steps=20)
    assert_allclose(orders(method, loss, w), [1, 2], atol=0.05)


# --- others, and refusals -------------------------------------------------------------------------


def test_soap_on_a_square_matrix() -> None:
    """Its bases are turned by each step; at gamma = 0 they are those of the gradient."""
    loss, hessian, right = least_squares(2, 2)
    w = np.array([[1.0, 0.5], [-0.5, 0.25]])
    soap = traced(package.SOAP, shapes=[(2, 2)], steps=20, betas=(0.5, 0.5), eps=0.1,
                  weight_decay=0.0, precondition_frequency=1)  # fmt: skip
    left, sizes, turned = np.linalg.svd(hessian @ w - right)
    wanted = -(left * (sizes / (sizes + 0.1))) @ turned
    assert_allclose(terms(soap, 0, loss, w.ravel())[0].reshape(2, 2), wanted, atol=1e-8)


def test_adafactor_has_the_field_of_each_step() -> None:
    """It reads n in n^(-0.8): no steady state; of a first step the mean is the square."""
    adafactor = traced(torch.optim.Adafactor, weight_decay=0.0, **MATRIX)
    with pytest.raises(MethodError, match="reads its number n"):
        terms(adafactor)
    first = bea.modified_equation(adafactor, LOSS, 0, at_step=1, at=[START]).values[0, 0]
    g = -np.reshape(LOSS(np.array(START)), (3, 2))
    rows, columns = (g**2).mean(1, keepdims=True), (g**2).mean(0, keepdims=True)
    moved = g / np.sqrt(rows * columns / rows.mean())
    scale = np.sqrt(np.mean(np.square(START))) / max(1, np.sqrt(np.mean(moved**2)))
    assert_allclose(first.reshape(3, 2), -scale * moved, rtol=1e-9)


@pytest.mark.parametrize(
    ("optimizer", "options", "why"),
    [
        (package.Muon, {}, "`use_muon` must be set"),
        (package.ScalableShampoo, {}, "repeats itself only every 1,000 steps"),
        (package.Shampoo, {"matrix_eps": 0.1}, "does not contract"),
        (NearlySingular, {}, "rounding alone makes a relative difference"),
        (torch.optim.Muon, {"shapes": [(6,)]}, "only supports 2D parameters"),
        (optax.contrib.galore, {"rank": 1}, "rounds vectors to float32"),
    ],
)
def test_refused_with_the_reason(optimizer: Any, options: dict[str, Any], why: str) -> None:
    with pytest.raises(BeaError) as refused:
        terms(traced(optimizer, **{**MATRIX, **options}))
    assert why in str(refused.value)


def test_few_digits_are_told() -> None:
    with pytest.warns(GuessWarning, match="rounds to bfloat16 within its step"):
        terms(traced(torch.optim.Muon, **MATRIX), 0)


def test_symbols_are_refused_where_matrices_are_factorised() -> None:
    with pytest.raises(BeaError, match="needs symbols"):
        bea.modified_equation(traced(OrthogonalDescent, **MATRIX), LOSS, 1, route="perturbation")
