"""The ways out of a basin are the saddles that join it with others, and no more."""

from __future__ import annotations

import numpy as np
import pytest

import bea
from bea.errors import BeaError
from bea.measure.escape import Settled, critical_points, ways_out
from bea.problems import FiniteSum, with_gradient_covariance


@pytest.fixture(scope="module")
def camel() -> FiniteSum:
    return with_gradient_covariance(bea.problems.three_hump_camel(), [1, 1])


def test_the_middle_has_two_ways_out_and_a_side_one(camel: FiniteSum) -> None:
    points = critical_points(camel)
    middle, *others = [point for point in points if point.kind == "minimum"]
    both = ways_out(camel, middle, points)
    assert sorted(way.beyond.point[0] for way in both) == sorted(one.point[0] for one in others)
    for way in both:  # the saddle is between the two
        assert way.saddle.point[0] * way.beyond.point[0] > 0
    (back,) = ways_out(camel, others[0], points)
    assert back.beyond is middle


def test_settled_is_positive_near_each_minimum_beyond(camel: FiniteSum) -> None:
    points = critical_points(camel)
    ways = ways_out(camel, points[0], points)
    settled = Settled.beyond(ways)
    for way in ways:
        beside = way.saddle.point + 0.45 * (way.beyond.point - way.saddle.point)
        values = settled(np.stack([way.beyond.point, way.saddle.point, beside], axis=1))
        assert values[0] > 0 > values[1] and values[2] < 0
    assert repr(settled) == repr(Settled.beyond(ways))  # as it stands in a checkpoint


def test_a_bowl_has_no_way_out() -> None:
    bowl = with_gradient_covariance(bea.problems.booth(), [1, 1])
    points = critical_points(bowl)
    with pytest.raises(BeaError, match="no saddle that was found joins the minimum at"):
        ways_out(bowl, points[0], points)


def test_a_way_to_nowhere_is_told() -> None:
    cliff = bea.Loss.read("x**3/3 - x")
    points = critical_points(cliff, window=[(-2, 2)])
    with pytest.raises(BeaError, match=r"beyond the maximum at \(-1\), .* no minimum was found"):
        ways_out(cliff, points[0], points)
