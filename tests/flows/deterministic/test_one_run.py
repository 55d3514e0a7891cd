"""One run of a trajectory, its tables, and the words and shapes that calls take."""

from __future__ import annotations

import sys
from inspect import signature
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import bea
from bea.errors import BeaError
from bea.flows import Trajectory

DESCENT, BOOTH = bea.methods.gradient_descent(), bea.problems.booth()
LINE = bea.problems.loss("x**2/2")


@pytest.fixture(scope="module")
def runs() -> Trajectory:
    starts = [[0, 0], [1, 1], [-1, 2]]
    return bea.iterate(DESCENT, BOOTH, starts, [0.01, 0.02], steps=5, include_start=True)


def test_a_run_has_the_axes_of_one(runs: Trajectory) -> None:
    run = runs.at(gamma=0.02, start=[1, 1])
    assert run.values.shape == (6, 2) and run.times.shape == (6,)
    assert (run.values == runs.values[1, 1]).all() and (run.times == runs.times[1]).all()
    assert (run.gamma, run.start.tolist(), run.variables) == (0.02, [1.0, 1.0], ("x", "y"))
    assert (runs.at(0.02, 1).values == run.values).all()


def test_of_one_run_nothing_need_be_said() -> None:
    found = bea.flow(BOOTH, [1, 1], 0.1, 1.0).at()
    assert found.values.shape == (1, 2) and found.error is not None


def test_starts_of_each_step_size_are_found() -> None:
    starts = [[[0.0, 0.0]], [[1.0, 1.0]]]
    found = bea.flow(BOOTH, starts, [0.1, 0.2], [0.5])
    assert found.at(0.2, 0).start.tolist() == [1.0, 1.0]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "there are 2 step sizes: give gamma, one of 0.01, 0.02"),
        ({"gamma": 0.3}, "no run with gamma=0.3: give one of 0.01"),
        ({"gamma": 0.01}, "there are 3 starts: give start"),
        ({"gamma": 0.01, "start": 3}, "no run from the start 3"),
        ({"gamma": 0.01, "start": -1}, "no run from the start -1"),
        ({"gamma": 0.01, "start": [5, 5]}, r"no run from the start \[5, 5\]"),
        ({"gamma": 0.01, "start": [1, 1, 1]}, "no run from the start"),
        ({"gamma": "big"}, "gamma cannot be read"),
    ],
)
def test_what_no_run_has_is_refused(runs: Trajectory, given: Any, message: str) -> None:
    with pytest.raises(BeaError, match=message):
        runs.at(**given)


# --- tables of other libraries ------------------------------------------------------------------


def test_a_frame_has_a_row_for_each_sample(
    runs: Trajectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pandas", SimpleNamespace(DataFrame=dict))
    frame = runs.to_pandas()
    assert list(frame) == ["gamma", "start", "time", "x", "y"]
    assert {len(column) for column in frame.values()} == {2 * 3 * 6}
    for i, gamma in enumerate(runs.gammas):
        for j in range(3):
            rows = (frame["gamma"] == gamma) & (frame["start"] == j)
            assert (frame["x"][rows] == runs.values[i, j, :, 0]).all()
            assert (frame["time"][rows] == runs.times[i]).all()


def test_a_dataset_keeps_the_axes(monkeypatch: pytest.MonkeyPatch) -> None:
    named = bea.problems.field("-time", "time")
    found = bea.flow(named, [1, 2], [0.1, 0.2], [0.5, 1.0])
    monkeypatch.setitem(sys.modules, "xarray", SimpleNamespace(Dataset=lambda *parts: parts))
    inside, coordinates = found.to_xarray()
    assert list(inside) == ["time_", "error", "status"]  # the time itself is a coordinate
    assert (inside["time_"][1] == found.values[..., 0]).all()
    assert coordinates["time"][0] == ("gamma", "sample")


@pytest.mark.parametrize("library", ["pandas", "xarray"])
def test_a_library_that_is_missing_is_named(
    runs: Trajectory, library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(BeaError, match=f"pip install {library}"):
        getattr(runs, f"to_{library}")()


# --- figures ------------------------------------------------------------------------------------


def test_a_trajectory_draws_every_run(runs: Trajectory) -> None:
    lines = runs.plot().axes[0].lines
    assert [line.get_label() for line in lines if line.get_label()[0] != "_"] == [
        "γ = 0.01", "γ = 0.02",
    ]  # fmt: skip
    assert len(lines) == 6
    assert (np.asarray(lines[4].get_xydata()) == runs.values[1, 1]).all()
    against_time = runs.plot(components="y").axes[0]
    assert against_time.get_xlabel() == "time t"


@pytest.mark.parametrize("components", ["z", 2, ("x", "x"), ("x", "y", 0), (), -1])
def test_what_cannot_be_drawn_is_refused(runs: Trajectory, components: Any) -> None:
    with pytest.raises(BeaError, match="give one or two of x, y"):
        runs.plot(components=components)


def test_in_space_the_components_are_chosen() -> None:
    found = bea.iterate(bea.methods.rk4(), bea.problems.lorenz(), [1, 1, 1], 0.01, steps=3)
    with pytest.raises(BeaError, match=r"choose them, such as components=\('x', 'y'\)"):
        found.plot()
    assert found.plot(components=("x", "z")).axes[0].get_ylabel() == "z"


def test_plots_have_the_signature_of_their_figure() -> None:
    pairs = [
        (bea.DriftStudy, bea.plots.drift_figure), (bea.Certificate, bea.plots.certificate_figure),
        (bea.Ensemble, bea.plots.ensemble_figure), (Trajectory, bea.plots.runs_figure),
    ]  # fmt: skip
    for kind, figure in pairs:
        own, drawn = (list(signature(f).parameters.values())[1:] for f in (kind.plot, figure))
        assert [(p.name, p.default) for p in own] == [(p.name, p.default) for p in drawn]


# --- one vocabulary -----------------------------------------------------------------------------


def test_either_number_of_a_word_is_taken() -> None:
    plural = bea.iterate(DESCENT, BOOTH, starts=[1, 1], gammas=0.01, steps=3)
    single = bea.iterate(DESCENT, BOOTH, start=[1, 1], gamma=0.01, steps=3)
    assert (plural.values == single.values).all()
    assert (bea.flow(BOOTH, start=[1, 1], gamma=0.1, time=1).times == 1).all()
    spectrum = bea.problems.noisy_spectrum()
    ensembles = [
        bea.ensemble(DESCENT, spectrum, [1, 1, 1], steps=2, runs=4, **{word: 0.1})
        for word in ("gamma", "gammas")
    ]
    assert repr(ensembles[0]) == repr(ensembles[1])


def test_a_word_that_means_nothing_is_still_refused() -> None:
    with pytest.raises(TypeError, match="gama"):
        bea.iterate(DESCENT, BOOTH, [1, 1], gama=0.1)
    with pytest.raises(TypeError, match="gamma"):
        bea.iterate(DESCENT, BOOTH, [1, 1], gammas=0.1, gamma=0.1)


def test_numbers_stand_where_arrays_are() -> None:
    assert bea.iterate(DESCENT, LINE, 1.0, 0.5).values.shape == (1, 1, 1, 1)
    assert bea.iterate(DESCENT, LINE, [1.0, 2.0, 3.0], 0.5).values.shape == (1, 3, 1, 1)
    assert (LINE.at(2.0), LINE(2.0)) == (2.0, -2.0)
    equation = bea.modified_equation(bea.methods.heavy_ball("1/2"), LINE, 1)
    assert equation.useful_gamma(1.0) == equation.useful_gamma([[1.0]])
    one, many = equation.corrected_starts(1.0, 0.1), equation.corrected_starts([[1.0]], [0.1])
    assert one.shape == (1, 1, 1) and (one == many).all()
    study = bea.discretization_drift(DESCENT, LINE, orders=1, starts=1.0, time=0.5)
    assert list(study.orders) == [1] and study.starts.shape == (1, 1)
