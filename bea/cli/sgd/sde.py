"""Stochastic modified equations beside an ensemble: the same start, time and number of runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bea.cli.reading.inputs import whole
from bea.errors import BeaError

if TYPE_CHECKING:
    from bea.flows import Ensemble
    from bea.methods import Method
    from bea.modified import StochasticEquation
    from bea.problems import FiniteSum

# Steps of the scheme for one of the method: its own error must not be taken for the equation's.
_FINER = 8


def equations(
    text: str | None, method: Method, total: FiniteSum, asked: Mapping[str, Any]
) -> list[StochasticEquation]:
    """Return the stochastic equations of a list of weak orders.

    Raises
    ------
    BeaError
        If there are stages or epochs, which have no such equation, or the method has none.
    """
    if text is None:
        return []
    from bea.modified import StochasticEquation, stochastic_equation

    orders = [whole(part, "--sde") for part in text.split(",")]
    if len(set(orders)) < len(orders):
        raise BeaError(f"--sde '{text}' has a weak order twice: give each once")
    if not getattr(asked["batches"], "independent", False) or not isinstance(asked["gamma"], str):
        raise BeaError(
            "stochastic equations stand for one step size with fresh batches: leave --sde, the "
            "stages or --shuffle out"
        )
    found = [stochastic_equation(method, total, order, asked["batches"]) for order in orders]
    assert all(isinstance(equation, StochasticEquation) for equation in found)
    return found  # type: ignore[return-value]


def sde_runs(
    equation: StochasticEquation, total: FiniteSum, asked: Mapping[str, Any], **keywords: Any
) -> Ensemble:
    """Run a stochastic equation as often and as long as the method; steps are the method's."""
    import numpy as np

    import bea
    from bea.flows.ensembles.inputs import step_size

    finer = {
        "steps": asked["steps"] * _FINER,
        "record": [step * _FINER for step in asked["record"]],
        "time": asked["steps"] * step_size(asked["gamma"]),
    }
    same = {name: asked[name] for name in asked if name not in ("batches", *finer)}
    diffusion = {k + 1: rows for k, rows in enumerate(equation.covariance)}
    found = bea.sde_ensemble(equation, diffusion, loss=total, **finer, **same, **keywords)
    stopped = np.where(found.stopped_at < 0, -1, found.stopped_at // _FINER)
    return replace(found, steps=found.steps // _FINER, stopped_at=stopped)
