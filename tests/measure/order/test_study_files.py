"""Studies survive a file without loss, and files are written whole or not at all."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from bea.errors import OutputError
from bea.fields import VectorField
from bea.files.whole import write_whole
from bea.measure import DriftStudy, discretization_drift
from bea.methods import get


@pytest.fixture(scope="module")
def study() -> DriftStudy:
    """A study with words outside ASCII and with a failed run."""
    return discretization_drift(
        get("explicit-euler"),
        VectorField.read("θ**2"),
        [0, 1],
        [0.1, 0.05],
        [[0.5], [3.0]],
        time=1.0,
    )


def test_nothing_is_lost(study: DriftStudy, tmp_path: Path) -> None:
    path = study.save(tmp_path / "deep" / "run")
    assert path.name == "run.npz"
    back = DriftStudy.load(path)
    assert study.failures and np.isnan(study.distances).any()
    for field in fields(DriftStudy):
        before, after = getattr(study, field.name), getattr(back, field.name)
        if isinstance(before, np.ndarray):
            assert before.dtype == after.dtype
            np.testing.assert_array_equal(before, after)
        else:
            assert before == after
    assert back.table() == study.table()


@pytest.mark.parametrize("kind", ["drift", "defect", "steps"])
def test_a_study_of_every_kind_is_kept(study: DriftStudy, kind: str, tmp_path: Path) -> None:
    found = replace(study, kind=kind)
    assert DriftStudy.load(found.save(tmp_path / "run.npz")).as_json() == found.as_json()


def test_no_pickles(study: DriftStudy, tmp_path: Path) -> None:
    path = study.save(tmp_path / "run.npz")
    with np.load(path, allow_pickle=False) as archive:
        arrays = [name for name in archive.files if name not in ("words.json", "checksum")]
        assert all(archive[name].dtype != object for name in arrays)
        assert json.loads(archive["words.json"])["words"]["method"] == "explicit-euler"


def test_an_interrupted_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "file.txt"
    path.write_bytes(b"old")

    def fail(stream) -> None:
        stream.write(b"half of the new")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_whole(path, fail)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_cannot_be_written(study: DriftStudy, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(
        OutputError, match=r"cannot write to .*; choose a folder that can be written"
    ):
        study.save(tmp_path / "taken" / "run.npz")


def test_what_is_not_a_study_is_refused(study: DriftStudy, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="there is no file"):
        DriftStudy.load(tmp_path / "missing.npz")
    text = tmp_path / "text.npz"
    text.write_text("not an archive")
    with pytest.raises(OutputError, match="is not a study saved by bea"):
        DriftStudy.load(text)
    for words in ('{"format": "bea drift study 1"}', "[1]", '"text"'):
        changed = tmp_path / "changed.npz"
        arrays = {name: getattr(study, name) for name in ("orders", "gammas", "starts", "times")}
        np.savez(
            changed, words=np.array(words), distances=study.distances, floors=study.floors, **arrays
        )
        with pytest.raises(OutputError, match=r"not a study saved by bea|in another format"):
            DriftStudy.load(changed)
    other = tmp_path / "other.npz"
    np.savez(other, a=np.zeros(3))
    with pytest.raises(OutputError, match="is not a study saved by bea"):
        DriftStudy.load(other)


@pytest.mark.parametrize("path", [None, 5, "", "."])
def test_what_names_no_file_is_refused(study: DriftStudy, path: object) -> None:
    with pytest.raises(OutputError, match="does not name a file: give a path"):
        study.save(path)
    with pytest.raises(OutputError, match="does not name a file: give a path"):
        DriftStudy.load(path)


def test_a_folder_in_the_place_of_a_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="is a folder: give the name of a file"):
        DriftStudy.load(tmp_path)
