"""Surfaces: filters as long as the weights, and the loss in their plane."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import bea
from bea.errors import BeaError
from bea.fields.functions import Groups
from bea.plots.fields import draw_surfaces, surface_data, surface_figure

BOWL = bea.problems.loss("x**2/2 + 2*y**2")


@pytest.mark.parametrize(("axis", "others"), [(-1, (0, 1)), (0, (1, 2))])
def test_what_leads_to_a_unit_moves_as_far_as_it_is_long(axis: int, others: Any) -> None:
    rng = np.random.default_rng(0)
    groups = Groups(("kernel", "bias"), ((3, 2, 4), (4,)), filter_axis=axis)
    theta, way = rng.standard_normal((2, groups.dimension))
    found = groups.split(groups.filter_normalised(way, theta))
    assert not found["bias"].any()
    lengths = np.linalg.norm(groups.split(theta)["kernel"], axis=others)
    assert np.linalg.norm(found["kernel"], axis=others) == pytest.approx(lengths)
    assert (np.sign(found["kernel"]) == np.sign(groups.split(way)["kernel"])).all()


def test_values_are_the_loss_in_the_plane_of_each_point() -> None:
    points = np.array([[1.0, 1.0], [0.1, -0.2]])
    data = surface_data(BOWL, points, ["far", "near"], radius=0.5, count=5, seed=3)
    u, v = data.directions[1]
    place = points[1] + data.distances[3] * u + data.distances[0] * v
    assert data.losses[1, 0, 3] == pytest.approx(float(BOWL.at(place)))
    assert data.losses[:, 2, 2] == pytest.approx(BOWL.at(points))
    assert np.linalg.norm(data.directions, axis=-1) == pytest.approx(
        np.linalg.norm(points, axis=-1)[:, None] * np.ones(2)
    )
    assert data.rise(0.5)[0] > data.rise(0.5)[1]


def test_a_path_in_the_plane_is_found_again() -> None:
    rng = np.random.default_rng(0)
    loss = bea.problems.from_function(lambda x: np.sum(x**2), 5)
    centre, spots = rng.standard_normal(5), rng.standard_normal((7, 2))
    directions = surface_data(loss, centre, count=3).directions[0]
    found = surface_data(loss, centre, count=3, paths=[centre + spots @ directions])
    assert found.paths[0] == pytest.approx(spots)
    figure = draw_surfaces(found)
    assert len(figure.axes[0].lines) == 2


def test_panels_share_their_levels() -> None:
    figure = surface_figure(BOWL, [[1.0, 1.0], [0.5, 0.1]], ["one", "two"], count=11)
    filled = [axes.collections[0].get_array() for axes in figure.axes[:2]]
    assert np.array_equal(*filled)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: surface_figure(BOWL, [1.0, 1.0], ["a", "b"]), "1 points with 2 labels"),
        (lambda: surface_figure(BOWL, [1.0, 1.0], count=10), "odd"),
        (lambda: surface_figure(BOWL, [1.0, 1.0], radius=-1), "positive radius"),
        (lambda: surface_figure(BOWL, [1.0, 1.0, 1.0]), "3"),
        (lambda: surface_figure(BOWL, [1.0, 1.0], along_paths=True), "give paths, one for each"),
        (lambda: surface_figure(bea.problems.loss("x**2"), [1.0]), "at least two"),
    ],
)
def test_wrong_input_is_refused(make: Any, words: str) -> None:
    with pytest.raises(BeaError, match=words):
        make()


def test_a_run_lies_on_its_surface_in_the_plane_in_which_it_moves() -> None:
    loss = bea.problems.loss("x**2/2 + y**2 + 3*z**2/2 + x*y*z/4")
    run = bea.iterate(bea.methods.gradient_descent(), loss, [[2.0, 1.0, -1.0]], [0.05], steps=60)
    path = run.values[0, 0]
    data = surface_data(loss, path[-1:], paths=[path], along_paths=True, radius=1.0, count=11)
    assert np.abs(data.paths[0]).max(axis=0) == pytest.approx([1.0, 1.0])
    seen = np.linalg.norm(data.paths[0] @ data.directions[0], axis=1)
    assert seen.max() == pytest.approx(np.linalg.norm(path - path[-1], axis=1).max(), rel=0.02)
    places = path[-1] + data.paths[0] @ data.directions[0]
    assert data.heights[0] == pytest.approx(loss.at(places))
    figure = surface_figure(
        loss, path[-1:], paths=[path], along_paths=True, in_space=True, count=11
    )
    assert figure.axes[0].name == "3d" and "principal" in data.words


def test_a_run_on_a_line_has_no_plane() -> None:
    path = np.linspace(1.0, 0.0, 5)[:, None] * np.ones(2)
    with pytest.raises(BeaError, match="no plane"):
        surface_data(BOWL, [[0.0, 0.0]], paths=[path], along_paths=True)
