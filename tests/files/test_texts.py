"""Folders that can and cannot be written to, texts that are whole, and JSON that reads well."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bea.errors import OutputError
from bea.files import json_text, write_text

LEAVES = (
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False, width=32)
)
VALUES = st.recursive(
    LEAVES.filter(lambda v: v not in (float("inf"), float("-inf"))),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@given(st.dictionaries(st.text(), VALUES, max_size=4))
def test_json_is_read_back_as_it_was(value: dict[str, object]) -> None:
    text = json_text(value)
    assert json.loads(text) == value
    assert text.isascii()


def test_json_refuses_what_json_has_not() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        json_text({"a": float("nan")})


def test_a_text_ends_in_one_line_feed_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    path = write_text(tmp_path / "new" / "γ.txt", "γ²\n\n")
    assert path.read_bytes() == "γ²\n".encode()
    assert [p.name for p in path.parent.iterdir()] == ["γ.txt"]


def test_a_text_that_cannot_be_written_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_text(tmp_path / "table.txt", "old")

    def fail(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OutputError, match="No space left on device"):
        write_text(path, "new")
    assert path.read_text() == "old\n"
    assert [p.name for p in tmp_path.iterdir()] == ["table.txt"]
