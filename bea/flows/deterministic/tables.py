"""Runs as the tables of other libraries, pandas and xarray, where they are installed."""

from __future__ import annotations

from importlib import import_module
from typing import Any, Protocol

import numpy as np

from bea.arrays import Floats
from bea.errors import BeaError


class Runs(Protocol):
    """What a table is made of; see `bea.flows.deterministic.trajectory.Trajectory`."""

    @property
    def values(self) -> Floats:
        """The points (gammas, starts, times, d)."""
        ...

    @property
    def gammas(self) -> Floats:
        """The step sizes (gammas,)."""
        ...

    @property
    def times(self) -> Floats:
        """The times (gammas, times)."""
        ...

    @property
    def error(self) -> Floats | None:
        """Estimates (gammas, starts, times) of the error, of flows."""
        ...

    @property
    def status(self) -> Any:
        """How each run ended, (gammas, starts)."""
        ...

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of the components, if they are known."""
        ...


def as_frame(runs: Runs) -> Any:
    """Return a pandas DataFrame; see `Trajectory.to_pandas`."""
    pandas = _library("pandas")
    gammas, starts, times, dimension = runs.values.shape
    columns: dict[str, Any] = {
        "gamma": np.repeat(runs.gammas, starts * times),
        "start": np.tile(np.repeat(np.arange(starts), times), gammas),
        "time": np.repeat(runs.times, starts, axis=0).reshape(-1),
    }
    flat = runs.values.reshape(-1, dimension)
    columns |= {_column(name, columns): flat[:, k] for k, name in enumerate(names_of(runs))}
    if runs.error is not None:
        columns[_column("error", columns)] = runs.error.reshape(-1)
    return pandas.DataFrame(columns)


def as_dataset(runs: Runs) -> Any:
    """Return an xarray Dataset; see `Trajectory.to_xarray`."""
    xarray = _library("xarray")
    axes = ("gamma", "start", "sample")
    coordinates: dict[str, Any] = {"gamma": runs.gammas, "time": (("gamma", "sample"), runs.times)}
    inside: dict[str, Any] = {
        _column(name, (*axes, "time")): (axes, runs.values[..., k])
        for k, name in enumerate(names_of(runs))
    }
    if runs.error is not None:
        inside[_column("error", inside)] = (axes, runs.error)
    inside["status"] = (axes[:2], runs.status)
    return xarray.Dataset(inside, coordinates)


def names_of(runs: Runs) -> tuple[str, ...]:
    """Return the names of the components: the field's, or theta_1, theta_2, ..."""
    return runs.variables or tuple(f"theta_{k + 1}" for k in range(runs.values.shape[-1]))


# --- private helpers ----------------------------------------------------------------------------


def _column(name: str, taken: Any) -> str:
    """Return the name of a column that none has yet: a variable may be called time."""
    while name in taken:
        name += "_"
    return name


def _library(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        raise BeaError(
            f"{name} is not installed: install it (pip install {name}), or take the arrays values, "
            "times, gammas and starts as they are"
        ) from None
