"""Files of samples: many short cells are as many as long ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from bea.cli.reading import columns
from bea.errors import BeaError


@pytest.mark.parametrize("content", ["x,y\n" + "1,2\n" * 50, "\n" * 101, "," * 101])
def test_cells_are_counted_while_they_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str
) -> None:
    monkeypatch.setattr(columns, "_MOST_CELLS", 100)
    (tmp_path / "samples.csv").write_text(content)
    with pytest.raises(BeaError, match="has more than 100 cells: give fewer samples"):
        columns.read_columns(tmp_path / "samples.csv")
