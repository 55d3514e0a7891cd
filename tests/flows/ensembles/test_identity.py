"""A checkpoint is continued with the same values only, and refuses what it cannot tell apart."""

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
from bea.flows.ensembles.checkpoints import identity_of

LINE = bea.problems.linear_regression()


def weighted(weight: Any) -> Callable[[Any], Any]:
    return lambda theta: weight * theta[0]


@dataclass(frozen=True)
class Near:
    point: tuple[float, ...]

    def __call__(self, theta: Any) -> Any:
        return np.abs(theta[0] - self.point[0])


@dataclass(frozen=True)
class Holding:
    part: Any


def test_values_differ_by_what_they_hold() -> None:
    made = [
        1, 1.0, True, None, "a", (1, "a"), ((1,), "a"), np.ones(3), np.zeros(3), np.zeros((3, 1)),
        LINE, bea.problems.loss("x**2"), bea.problems.loss("x**3"),
        Near((1.0,)), Near((2.0,)), Holding(1.0), Holding(Near((1.0,))), Holding(np.ones(3)),
    ]  # fmt: skip
    found = [identity_of(value, "it") for value in made]
    assert len(set(found)) == len(found)
    assert found == [identity_of(value, "it") for value in made]


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (lambda theta: theta[0], "function"), (np.square, "function"), (LINE.at, "function"),
        (partial(weighted, 1), "function"), (Holding(weighted(1)), "function"),
        ((1, [weighted(1)]), "function"), (Path(), type(Path()).__name__),
        (np.array([Path()], dtype=object), "ndarray"),
    ],
)  # fmt: skip
def test_what_only_its_code_tells_is_refused(value: Any, kind: str) -> None:
    with pytest.raises(BeaError, match=f"it is a {kind}, and a checkpoint cannot tell .* give a"):
        identity_of(value, "it")


def run(observables: Any, path: Path, **more: Any) -> bea.Ensemble:
    return bea.ensemble("gradient-descent", LINE, [0, 0], gamma="1/50", steps=4, runs=10,
                        observables=observables, checkpoint=path, **more)  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"v": Near((1.0,))}, {"v": Near((2.0,))}),
        ({"v": "w**2"}, {"v": "w**3"}),
        ({"v": "w"}, {"v": Near((1.0,))}),
    ],
)
def test_observables_of_one_name_are_told_apart(before: Any, after: Any, tmp_path: Path) -> None:
    path = tmp_path / "run.npz"
    first, again = run(before, path), run(before, path)
    assert first.mean.tobytes() == again.mean.tobytes()
    with pytest.raises(OutputError, match="another ensemble: formulas is"):
        run(after, path)


def test_functions_are_refused_with_a_checkpoint_alone(tmp_path: Path) -> None:
    observable = {"v": weighted(1)}
    with pytest.raises(BeaError, match="the observable 'v' is a function, and a checkpoint cannot"):
        run(observable, tmp_path / "run.npz")
    with pytest.raises(BeaError, match="the observable 'v' is a function, and a checkpoint cannot"):
        run("w", tmp_path / "other.npz", until=observable)
    assert not list(tmp_path.iterdir())
    assert run(observable, None).mean.shape == run("w", None).mean.shape


def test_sums_and_diffusions_of_one_name_are_told_apart(tmp_path: Path) -> None:
    one, two = (bea.problems.finite_sum([f"x**2/{k}", "x"]) for k in (2, 4))

    def solve(drift: Any, diffusion: Any, path: Path, **more: Any) -> bea.Ensemble:
        return bea.sde_ensemble(drift, diffusion, [0.5], gamma="1/8", time=1, steps=2, runs=10,
                                checkpoint=path, **more)  # fmt: skip

    with pytest.raises(BeaError, match="the diffusion is a function, and a checkpoint cannot"):
        solve(one, lambda theta, gamma: np.ones((1, 1, theta.shape[1])), tmp_path / "a.npz")
    solve(one, [[1]], tmp_path / "a.npz")
    for drift, diffusion, message in [
        (two, [[1]], "drift is"), (one, [[2]], "diffusion is"),
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
