"""The loop in C: its field is that of the sums, and its runs are theirs where nothing is random."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import bea

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
Load = Callable[[str], ModuleType]


@pytest.mark.parametrize(("method", "beta"), [("gradient-descent", 0.0), ("heavy-ball", 0.9)])
def test_with_equal_samples_its_runs_are_those_of_bea(
    load: Load, tmp_path: Path, method: str, beta: float
) -> None:
    bench, module = load("bench_ensembles"), load("c_ensemble")
    if load("c_loop").compiler() is None:
        pytest.skip("there is no C compiler")
    total = bea.problems.logistic_model([2, 2, 2], [1, 1, 1])
    loop = module.CEnsemble(bench.sample_program(total), total.table, tmp_path / "loop")
    means = loop(4, 30, 2, 0.1, beta, 1)
    found = bea.ensemble(method, total, [0.5, 0.5], gamma=0.1, steps=30, batches=2, runs=4,
                         observables="w, b, w**2, b**2")  # fmt: skip
    np.testing.assert_allclose(np.concatenate(means), found.mean[-1], rtol=1e-12)


def test_its_samples_are_drawn_evenly(load: Load, tmp_path: Path) -> None:
    bench, module = load("bench_ensembles"), load("c_ensemble")
    if load("c_loop").compiler() is None:
        pytest.skip("there is no C compiler")
    total = bea.problems.from_data("(x - c)**2/2", {"c": [0, 1, 2, 3, 4]}, "x")
    loop = module.CEnsemble(bench.sample_program(total), total.table, tmp_path / "loop")
    means = loop(100_000, 1, 1, 1.0, 0.0, 7)  # one step of size 1 ends at the sample's centre
    assert abs(means.mean[0] - 2) < 5 * np.sqrt(2 / 100_000)
    assert abs(means.square[0] - 6) < 5 * np.sqrt(30 / 100_000)
