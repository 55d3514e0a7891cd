"""Factors of matrices of power series, beside NumPy's at points and closed forms in balls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from flint import arb_series, ctx

from bea.errors import NotSmoothError
from bea.series import SeriesArray, matrices

ORDER = 3


def random_series(*shape: int, symmetric: bool = False, seed: int = 1) -> SeriesArray:
    rng = np.random.default_rng(seed)
    found = [rng.standard_normal((*shape, 2)) for _ in range(ORDER + 1)]
    return SeriesArray([c + np.swapaxes(c, 0, 1) if symmetric else c for c in found], ORDER)


def at(series: SeriesArray, t: float) -> Any:
    return sum(np.asarray(c) * t**k for k, c in enumerate(series.coefficients))


def tupled(found: Any) -> tuple[Any, ...]:
    return found if isinstance(found, tuple) else (found,)


@pytest.mark.parametrize("shape", [(4, 2), (2, 4), (3, 3)])
@pytest.mark.parametrize(
    ("lifted", "numeric", "made"),
    [
        (matrices.eigh, np.linalg.eigh, lambda a: _gram(a)),
        (matrices.svd, matrices.thin_svd, lambda a: a),
        (matrices.qr, np.linalg.qr, lambda a: a),
        (matrices.cholesky, np.linalg.cholesky, lambda a: _positive(a)),
    ],
)
def test_lifted_factors_are_those_of_numpy_nearby(
    shape: tuple[int, int], lifted: Any, numeric: Any, made: Callable[[SeriesArray], SeriesArray]
) -> None:
    a = made(random_series(*shape))
    errors = []
    for t in (2e-3, 1e-3):
        wanted = tupled(matrices.by_lanes(numeric, at(a, t)))
        pairs = zip(tupled(lifted(a)), wanted, strict=True)
        errors.append(max(np.abs(at(x, t) - y).max() for x, y in pairs))
    assert errors[1] < 1e-6
    assert errors[0] / errors[1] == pytest.approx(2 ** (ORDER + 1), rel=0.2)


def _gram(a: SeriesArray) -> SeriesArray:
    """Return the product of a and its transpose of which all eigenvalues differ."""
    turned = matrices.transpose(a)
    return matrices.product(turned, a) if len(a) > len(turned) else matrices.product(a, turned)


def _positive(a: SeriesArray) -> SeriesArray:
    one = np.eye(a.shape[0])[..., None]
    return matrices.product(a, matrices.transpose(a)) + one


def test_inverse_root_of_two_by_two_is_the_closed_form_in_balls() -> None:
    a = _positive(random_series(2, 2))
    sizes, basis = matrices.eigh(a)
    found = matrices.product(basis * (sizes**-0.5)[None], matrices.transpose(basis))
    cap = ctx.cap
    try:
        ctx.cap = ORDER + 1
        (p, q), (_, r) = (
            [arb_series([float(c[i, j, 0]) for c in a.coefficients]) for j in (0, 1)]
            for i in (0, 1)
        )
        root = (p * r - q * q).sqrt()  # A^(1/2) = (A + s)/t, s^2 = det A, t^2 = tr A + 2 s
        scale = (p + r + 2 * root).sqrt()
        inverse = [[(r + root), -q], [-q, (p + root)]]
        for i in (0, 1):
            for j in (0, 1):
                exact = inverse[i][j] / (scale * root)
                for k in range(ORDER + 1):
                    assert float(exact[k]) == pytest.approx(
                        float(found.coefficient(k)[i, j, 0]), rel=1e-11, abs=1e-11
                    )
    finally:
        ctx.cap = cap


def test_roots_stay_smooth_where_eigenvalues_stay_together() -> None:
    g = random_series(4, 1)
    a = matrices.product(g, matrices.transpose(g)) + np.eye(4)[..., None]
    sizes, basis = matrices.eigh(a)
    root = matrices.product(basis * (sizes**-0.25)[None], matrices.transpose(basis))
    square = matrices.product(root, root)
    left = matrices.product(matrices.product(square, square), a) - np.eye(4)[..., None]
    assert max(np.abs(c).max() for c in left.coefficients) < 1e-11


def test_eigenvalues_that_part_are_refused() -> None:
    one, turned = np.eye(2)[..., None], np.diag([1.0, -1.0])[..., None]
    with pytest.raises(NotSmoothError, match="coincide and part"):
        matrices.eigh(SeriesArray([one, turned]))


def test_columns_that_depend_on_each_other_have_no_qr() -> None:
    with pytest.raises(NotSmoothError, match="depend on each other"):
        matrices.qr(SeriesArray([np.ones((2, 2, 1)), np.eye(2)[..., None]]))


@pytest.mark.parametrize("lanes", [(), (2,), (2, 3)])
def test_of_a_matrix_without_a_factor_there_are_no_numbers(lanes: tuple[int, ...]) -> None:
    given = np.full((1, 1, *lanes), 4.0)
    given[(0, 0, *(0 for _ in lanes))] = -1.0
    (root,) = matrices.factors("cholesky", given)
    expected = np.where(given < 0, np.nan, 2.0)
    np.testing.assert_array_equal(root, expected)


def test_solution_of_linear_equations() -> None:
    a, b = random_series(3, 3), random_series(3, 2, seed=2)
    gap = matrices.product(a, matrices.solve(a, b)) - b
    assert max(np.abs(c).max() for c in gap.coefficients) < 1e-10
