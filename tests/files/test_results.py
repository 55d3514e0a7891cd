"""Results: what is saved is what is loaded, part by part, and nothing else is either."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, ClassVar

import numpy as np
import pytest

from bea.errors import OutputError
from bea.files.archives import write_archive
from bea.files.results import Result
from bea.files.schema import Array, Listed, Text


@dataclass(frozen=True)
class Inner(Result):
    form: ClassVar[str] = "an inner 1"
    what: ClassVar[str] = "an inner"
    x: Annotated[Any, Array("<f8", "n", least=0)]
    kind: Annotated[str, Text(("a", "b"))] = "a"


@dataclass(frozen=True)
class Outer(Result):
    form: ClassVar[str] = "an outer 1"
    what: ClassVar[str] = "an outer"
    file: ClassVar[str] = "outer.npz"
    parts: ClassVar[Any] = {"first": Inner, "second": Inner}
    names: Annotated[tuple[str, ...], Listed((str,), "n")]
    y: Annotated[Any, Array("<f8", "n")]
    first: Inner
    second: Inner | None = None
    note: Annotated[str | None, Text()] = None
    z: Annotated[Any, Array("<i8", "m", rising=True)] = None


ONE = Inner(np.array([0.5, 2.0]), "b")
OUTER = Outer(("p", "q"), np.array([1.0, -1.0]), ONE)


def same(a: Any, b: Any) -> bool:
    """Tell whether two results hold the same, types included."""
    if isinstance(a, Result) or isinstance(b, Result):
        return type(a) is type(b) and all(same(vars(a)[k], vars(b)[k]) for k in vars(a))
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        return type(a) is type(b) and a.dtype == b.dtype and a.tobytes() == b.tobytes()
    return type(a) is type(b) and bool(a == b)


@pytest.mark.parametrize(
    "result",
    [
        OUTER,
        replace(OUTER, second=Inner(np.array([3.0]))),
        replace(OUTER, note="γ", z=np.array([1, 5])),
    ],
)
def test_what_is_saved_is_loaded(tmp_path: Path, result: Outer) -> None:
    path = result.save(tmp_path / "run")
    assert path == tmp_path / "run.npz"
    assert result.save(tmp_path / "run.npz") == path
    assert same(Outer.load(path), result)


def test_a_folder_of_the_command_line_is_read_by_the_file_in_it(tmp_path: Path) -> None:
    OUTER.save(tmp_path / "outer.npz")
    assert same(Outer.load(tmp_path), OUTER) and same(Outer.load(str(tmp_path)), OUTER)
    ONE.save(tmp_path / "one.npz")
    with pytest.raises(OutputError, match="is a folder"):
        Inner.load(tmp_path)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"first": None}, "there is no first"),
        ({"first": "a text"}, "first is no record"),
        ({"first": Inner(np.array([-1.0]))}, "x has a value outside"),
        ({"first": Inner(np.array([1.0]), "c")}, "kind is none of a, b"),
        ({"names": ("p",)}, "names has 1 entries for 2 n"),
        ({"y": np.array([1.0, np.nan])}, "y has a value that is no finite number"),
        ({"y": None}, "there is no y"),
        ({"z": np.array([1, 1])}, "z does not rise"),
        ({"second": Inner(np.array([np.inf]))}, "x has a value that is no finite number"),
    ],
)
def test_what_could_not_be_loaded_is_not_saved(
    tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(OutputError, match=rf"cannot save an outer to .*run.npz': {message}"):
        replace(OUTER, **changes).save(tmp_path / "run.npz")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["first.x", "y", "z"])
def test_values_that_do_not_fit_are_refused_when_loaded(tmp_path: Path, name: str) -> None:
    words, arrays = replace(OUTER, z=np.array([1, 5]))._packed()
    arrays[name] = -arrays[name] if name != "y" else arrays[name] * np.nan
    path = write_archive(tmp_path / "run.npz", Outer.form, words, arrays)
    with pytest.raises(OutputError, match=f"is not an outer saved by bea: {name[-1]} "):
        Outer.load(path)


def test_what_is_left_over_is_refused(tmp_path: Path) -> None:
    words, arrays = OUTER._packed()
    for more in ({"second.x": arrays["first.x"]}, {"first.w": arrays["first.x"]}):
        path = write_archive(tmp_path / "run.npz", Outer.form, words, {**arrays, **more})
        with pytest.raises(OutputError, match=r"there is something else: (second\.x|w)"):
            Outer.load(path)
