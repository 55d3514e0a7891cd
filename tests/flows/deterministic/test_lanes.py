"""What a batch may start from, and how it is laid out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bea.errors import DimensionError, DomainError
from bea.flows.deterministic.lanes import growth_limit, prepare

GAMMAS = np.array([0.1, 0.2])


def test_lanes_are_gamma_major(plain_field: Any) -> None:
    field = plain_field(lambda theta, gamma: -theta, dimension=2)
    points, theta, gamma = prepare(field, [[1, 2], [3, 4], [5, 6]], GAMMAS)
    assert points.shape == (3, 2)
    assert theta.T.tolist() == [[1, 2], [3, 4], [5, 6]] * 2
    assert gamma.tolist() == [0.1] * 3 + [0.2] * 3


def test_one_start_may_be_a_plain_point(plain_field: Any) -> None:
    field = plain_field(lambda theta, gamma: -theta, dimension=2)
    assert prepare(field, [1, 2], GAMMAS)[0].tolist() == [[1, 2]]


@pytest.mark.parametrize("starts", [[1.0, 2.0, 3.0], [[1.0]], 1.0, [], np.empty((0, 2))])
def test_starts_of_the_wrong_shape_are_refused(plain_field: Any, starts: Any) -> None:
    field = plain_field(lambda theta, gamma: -theta, dimension=2)
    with pytest.raises(
        DimensionError, match=r"has 2 component\(s\) \(x, y\); give an array of sha"
    ):
        prepare(field, starts, GAMMAS)


def test_start_that_is_not_finite_is_named(plain_field: Any) -> None:
    field = plain_field(lambda theta, gamma: -theta, dimension=2)
    with pytest.raises(DomainError, match=r"the start \(1, nan\) is not finite"):
        prepare(field, [[0, 0], [1, np.nan]], GAMMAS)


def test_start_outside_the_domain_is_named(plain_field: Any) -> None:
    # The derivative of x - log x is finite at -0.1; its domain is what tells.
    field = plain_field(lambda theta, gamma: 1 / theta - 1, inside=lambda theta: theta[0] > 0)
    with pytest.raises(DomainError, match=r"the start \(-0.1\) is outside the domain of the field"):
        prepare(field, [[0.5], [-0.1]], GAMMAS)


def test_start_where_the_field_is_not_finite_is_named(plain_field: Any) -> None:
    field = plain_field(lambda theta, gamma: 1 / (theta - 5 * gamma))
    with pytest.raises(DomainError, match=r"not finite at the start \(1\) for gamma=0.2; choose"):
        prepare(field, [[0.0], [1.0]], GAMMAS)


def test_growth_limit_follows_the_start() -> None:
    assert growth_limit(np.array([[0.0, -9.0], [0.0, 3.0]])).tolist() == [1e12, 1e13]
