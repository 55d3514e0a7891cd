"""A checkpoint is continued with the same functions only, and says so where it cannot tell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import bea
from bea.errors import BeaError, OutputError
from bea.flows.ensembles.fingerprints import fingerprint

LINE = bea.problems.linear_regression()
WEIGHT = 2.0


def weighted(weight: Any) -> Callable[[Any], Any]:
    return lambda theta: weight * theta[0]


@dataclass(frozen=True)
class Near:
    point: tuple[float, ...]

    def __call__(self, theta: Any) -> Any:
        return np.abs(theta[0] - self.point[0])


def by_global(theta: Any) -> Any:
    return WEIGHT * np.square(theta[0])


def by_itself(theta: Any) -> Any:
    return theta[0] if theta is not None else by_itself(theta)


def test_functions_differ_by_what_they_hold() -> None:
    made = [
        weighted(1), weighted(2), weighted(np.ones(3)), weighted(np.zeros(3)), weighted((1, "a")),
        weighted(np.sin), weighted(LINE), Near((1.0,)), Near((2.0,)), weighted(Near((1.0,))),
        weighted(bea.problems.loss("x**2")),
        bea.problems.loss("x**2").at, bea.problems.loss("x**3").at,
        weighted(weighted(1)), weighted(None), by_global, by_itself,
        partial(by_global, 1), partial(by_global, 2), lambda theta: theta[0],
        lambda theta, k=1: theta[k], lambda theta, k=2: theta[k], lambda theta: theta[0] in {1, 2},
    ]  # fmt: skip
    prints = [fingerprint(function, "it") for function in made]
    assert len(set(prints)) == len(prints)
    assert prints == [fingerprint(function, "it") for function in made]


def test_a_global_number_is_part_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    before = fingerprint(by_global, "it")
    monkeypatch.setattr(f"{__name__}.WEIGHT", 3.0)
    assert fingerprint(by_global, "it") != before


def run(observables: Any, path: Path, **more: Any) -> bea.Ensemble:
    return bea.ensemble("gradient-descent", LINE, [0, 0], gamma="1/50", steps=4, runs=10,
                        observables=observables, checkpoint=path, **more)  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"v": weighted(1)}, {"v": weighted(2)}),
        ({"v": "w**2"}, {"v": "w**3"}),
        ({"v": "w"}, {"v": weighted(1)}),
    ],
)
def test_observables_of_one_name_are_told_apart(before: Any, after: Any, tmp_path: Path) -> None:
    path = tmp_path / "run.npz"
    first, again = run(before, path), run(before, path)
    assert first.mean.tobytes() == again.mean.tobytes()
    with pytest.raises(OutputError, match="another ensemble: formulas is"):
        run(after, path)


def test_what_cannot_be_told_is_refused_with_a_checkpoint_alone(tmp_path: Path) -> None:
    observable = {"v": weighted(Path())}
    with pytest.raises(BeaError, match="by which a checkpoint cannot tell it"):
        run(observable, tmp_path / "run.npz")
    with pytest.raises(BeaError, match="by which a checkpoint cannot tell it"):
        run("w", tmp_path / "other.npz", until=observable)


def test_sums_and_diffusions_of_one_name_are_told_apart(tmp_path: Path) -> None:
    one, two = (bea.problems.finite_sum([f"x**2/{k}", "x"]) for k in (2, 4))

    def solve(drift: Any, diffusion: Any, path: Path, **more: Any) -> bea.Ensemble:
        return bea.sde_ensemble(drift, diffusion, [0.5], gamma="1/8", time=1, steps=2, runs=10,
                                checkpoint=path, **more)  # fmt: skip

    def constant(size: float) -> Callable[[Any, float], Any]:
        return lambda theta, gamma: np.full((1, 1, theta.shape[1]), size)

    solve(one, constant(1.0), tmp_path / "a.npz")
    for drift, diffusion, message in [
        (two, constant(1.0), "drift is"), (one, constant(2.0), "diffusion is"),
        (one, one, "diffusion is"),
    ]:  # fmt: skip
        with pytest.raises(OutputError, match=message):
            solve(drift, diffusion, tmp_path / "a.npz")
    drift = bea.VectorField.read("-x")
    solve(drift, one, tmp_path / "b.npz", observables="L", loss=one)
    with pytest.raises(OutputError, match="loss is"):
        solve(drift, one, tmp_path / "b.npz", observables="L", loss=two)
    equations = [bea.stochastic_equation(bea.methods.gradient_descent(), s, 2) for s in (one, two)]
    solve(equations[0], None, tmp_path / "c.npz")
    with pytest.raises(OutputError, match="drift is"):
        solve(equations[1], None, tmp_path / "c.npz")
