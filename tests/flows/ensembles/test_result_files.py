"""An ensemble in a file comes back as it was, and what is none is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import bea
from bea.errors import OutputError
from bea.flows import Ensemble


@pytest.mark.parametrize("keep", [True, False])
def test_every_number_comes_back(tmp_path: Path, keep: bool) -> None:
    found = bea.ensemble("gradient-descent", "linear-regression", [0, 0], gamma="1/50", steps=20,
                         runs=30, observables="w, L", record=4, keep=keep)  # fmt: skip
    path = found.save(tmp_path / "runs")
    assert path.name == "runs.npz"
    again = Ensemble.load(path)
    assert repr(again) == repr(found) and again.names == found.names
    for name in ("steps", "times", "mean", "error", "count", "status", "stopped_at"):
        np.testing.assert_array_equal(getattr(again, name), getattr(found, name))
    if keep:
        assert found.points is not None and again.points is not None
        np.testing.assert_array_equal(again.points, found.points)
    else:
        assert again.points is None


def test_what_is_no_ensemble_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"there is no file '.*none.npz'"):
        Ensemble.load(tmp_path / "none.npz")
    (tmp_path / "text.npz").write_text("no archive")
    np.savez(tmp_path / "other.npz", words=np.array('{"format": "another"}'))
    for name in ("text.npz", "other.npz"):
        with pytest.raises(OutputError, match="is not an ensemble"):
            Ensemble.load(tmp_path / name)
