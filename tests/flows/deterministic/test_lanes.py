"""What a batch may start from, and how it is laid out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bea.errors import BeaError, DimensionError, DomainError
from bea.flows.deterministic.lanes import Outcome, chunk_width, growth_limit, prepare
from bea.flows.deterministic.trajectory import Status

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


def test_each_step_size_may_have_starts_of_its_own(plain_field: Any) -> None:
    field = plain_field(lambda theta, gamma: -theta, dimension=2)
    starts = np.arange(12.0).reshape(2, 3, 2)
    points, theta, gamma = prepare(field, starts, GAMMAS)
    assert points.tolist() == starts.tolist()
    assert theta.T.tolist() == starts.reshape(6, 2).tolist()
    assert gamma.tolist() == [0.1] * 3 + [0.2] * 3
    with pytest.raises(DimensionError, match=r"starts have shape \(2, 3, 2\)"):
        prepare(field, starts, np.array([0.1, 0.2, 0.3]))


@pytest.mark.parametrize("lost", [(0, 0, 0), (1, 2, 1)])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_start_of_one_step_size_that_is_not_finite_is_named(
    plain_field: Any, lost: tuple[int, int, int], value: float
) -> None:
    field = plain_field(lambda theta, gamma: 0 * theta, dimension=2)
    starts = np.full((2, 3, 2), 7.0)
    starts[lost] = value
    named = "(" + ", ".join(f"{x:g}" for x in starts[lost[:2]]) + ")"
    with pytest.raises(DomainError) as caught:
        prepare(field, starts, GAMMAS)
    assert str(caught.value) == f"the start {named} is not finite; give finite numbers"


def test_a_start_of_one_step_size_outside_the_domain_is_named(plain_field: Any) -> None:
    field = plain_field(lambda theta, gamma: -theta, 2, inside=lambda theta: theta[1] > 0)
    starts = np.full((2, 3, 2), 7.0)
    assert prepare(field, starts, GAMMAS)[1].shape == (2, 6)
    starts[1, 0] = 2, -3
    with pytest.raises(DomainError, match=r"the start \(2, -3\) is outside the domain"):
        prepare(field, starts, GAMMAS)


def test_what_is_no_field_is_refused() -> None:
    with pytest.raises(BeaError, match=r"the field is a str: give one, such as bea\.problems\."):
        prepare("himmelblau", [0, 0], GAMMAS)  # type: ignore[arg-type]


def test_an_outcome_is_blank_before_and_shaped_as_the_lanes_are() -> None:
    blank = Outcome.blank(6, 4, 2)
    assert np.isnan(blank.values).all() and (blank.status == Status.OK).all()
    assert (blank.stopped_at == np.inf).all()
    blank.values[:, 0, 0] = blank.stopped_at[:] = blank.status[:] = np.arange(6)
    shaped = blank.shaped(2, 3)
    assert shaped["values"].shape == (2, 3, 4, 2)
    for name in ("status", "stopped_at"):
        assert shaped[name].tolist() == [[0, 1, 2], [3, 4, 5]]
    assert shaped["values"][:, :, 0, 0].tolist() == [[0, 1, 2], [3, 4, 5]]


def test_chunks_fill_the_cache_and_are_never_narrow() -> None:
    assert [chunk_width(d) for d in (1, 2, 4, 256, 10**6)] == [8192, 8192, 4096, 64, 64]


def test_growth_limit_follows_the_start() -> None:
    assert growth_limit(np.array([[0.0, -9.0], [0.0, 3.0]])).tolist() == [1e12, 1e13]
