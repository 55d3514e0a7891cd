"""Schemas: what does not fit is named, and what just fits is let through."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bea.files import schema
from bea.files.schema import Array, Listed, MismatchError, Text, check_fields

SCHEMA = {
    "kind": Text(("a", "b")),
    "names": Listed((str,), "n"),
    "x": Array("<f8", "n m", least=0, gaps=True),
    "k": Array("<i8", "m", rising=True),
}
GOOD_WORDS = {"kind": "a", "names": ["p", "q"]}
GOOD_LAYOUT = {"x": ("<f8", (2, 3)), "k": ("<i8", (3,))}


@pytest.mark.parametrize(
    ("words", "layout", "message"),
    [
        ({"kind": "c"}, {}, "kind is none of a, b"),
        ({"kind": 3}, {}, "kind is no text"),
        ({"names": ["p"]}, {}, "names has 1 entries for 2 n"),
        ({"names": [1, 2]}, {}, "names has other entries"),
        ({"names": "pq"}, {}, "names is no list"),
        ({"more": 1}, {}, "there is something else: more"),
        ({}, {"x": ("<f8", (2, 4))}, "k has the shape .3,., which does not fit"),
        ({}, {"x": ("<f8", (6,))}, "x has the shape .6,., which does not fit .n, m."),
        ({}, {"k": ("<f8", (3,))}, "k has the type <f8, not <i8"),
        ({}, {"x": ("<f8", (2, 0)), "k": ("<i8", (0,))}, "x has the shape"),
    ],
)
def test_a_schema_names_what_does_not_fit(words: Any, layout: Any, message: str) -> None:
    check_fields(SCHEMA, [], GOOD_WORDS, GOOD_LAYOUT)
    with pytest.raises(MismatchError, match=message):
        check_fields(SCHEMA, [], {**GOOD_WORDS, **words}, {**GOOD_LAYOUT, **layout})


@pytest.mark.parametrize("name", ["kind", "names", "x", "k"])
def test_what_is_missing_is_named(name: str) -> None:
    words = {n: w for n, w in GOOD_WORDS.items() if n != name}
    layout = {n: p for n, p in GOOD_LAYOUT.items() if n != name}
    with pytest.raises(MismatchError, match=f"there is no {name}"):
        check_fields(SCHEMA, [], words, layout)


def test_values_are_bounded() -> None:
    field = Array("<f8", "n", least=0, gaps=True)
    field.check_values("x", np.array([0.0, np.nan, 1e300]))
    for bad in (-1.0, np.inf):
        with pytest.raises(MismatchError, match="x has a value"):
            field.check_values("x", np.array([0.0, bad]))
    with pytest.raises(MismatchError, match="no finite number"):
        Array("<f8", "n").check_values("x", np.array([np.nan]))
    with pytest.raises(MismatchError, match="does not rise"):
        Array("<i8", "n", rising=True).check_values("k", np.array([1, 1]))


def test_texts_and_lists_have_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "_LONGEST", 3)
    monkeypatch.setattr(schema, "_MOST_TEXTS", 2)
    Text().check("t", "abc", {})
    Listed((int,)).check("n", [1, 2], {})
    with pytest.raises(MismatchError, match="t is no text"):
        Text().check("t", "abcd", {})
    with pytest.raises(MismatchError, match=r"n has 3 entries$"):
        Listed((int,)).check("n", [1, 2, 3], {})
    with pytest.raises(MismatchError, match="n has other entries"):
        Listed((int, float)).check("n", [1.5, True], {})


@pytest.mark.parametrize(
    ("field", "good", "bad", "message"),
    [
        (Array("<f8", "n", least=0, most=1), [0.0, 1.0], [1.1], r"outside \[0, 1\]"),
        (Array("<i8", "n", least=2), [2], [1], r"outside \[2, inf\]"),
        (Array("<f8", "n", infinite=True), [np.inf, -np.inf], [np.nan], "no finite number"),
        (Array("<f8", "n", gaps=True, infinite=True), [np.inf, np.nan], None, ""),
        (Array("<f8", "n", gaps=True), [np.nan, np.nan], [np.inf], "no finite number"),
        (Array("<f8", "n", rising=True), [1.0, 2.0, 3.0], [1.0, 3.0, 2.0], "does not rise"),
    ],
)
def test_values_at_the_bounds_are_let_through(
    field: Array, good: list[Any], bad: list[Any] | None, message: str
) -> None:
    field.check_values("x", np.array(good))
    if bad is not None:
        with pytest.raises(MismatchError, match=f"x .*{message}"):
            field.check_values("x", np.array(bad))


def test_axes_are_as_long_for_all_and_at_least_one() -> None:
    axes: dict[str, int] = {}
    Array("<f8", "n m").check_shape("x", {"x": ("<f8", (1, 3))}, axes)
    assert axes == {"n": 1, "m": 3}
    Listed((str,), "m").check("l", ["a", "b", "c"], axes)
    for shape in ((2, 3), (1, 3, 1), (1, 0), ()):
        with pytest.raises(MismatchError, match="does not fit"):
            Array("<f8", "n m").check_shape("x", {"x": ("<f8", shape)}, axes)


def test_what_is_optional_may_be_missing() -> None:
    optional = ["kind", "x"]
    check_fields(SCHEMA, optional, {"names": ["p"]}, {"k": ("<i8", (3,))})
    with pytest.raises(MismatchError, match="kind is none of"):
        check_fields(SCHEMA, optional, {"names": ["p"], "kind": "c"}, {"k": ("<i8", (3,))})
    with pytest.raises(MismatchError, match="there is something else: q, r"):
        check_fields(
            SCHEMA, optional, {"names": ["p"], "r": 1}, {"k": ("<i8", (3,)), "q": ("", ())}
        )
