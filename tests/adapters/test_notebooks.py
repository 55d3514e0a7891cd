"""The notebooks that need extras run from top to bottom and show what is committed."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..notebooks.committed import NOTEBOOKS, check_run, extras

WITH_EXTRAS = [path for path in NOTEBOOKS if extras(path)]


@pytest.mark.parametrize("path", WITH_EXTRAS, ids=lambda path: path.stem)
def test_notebook_runs_and_shows_what_is_committed(path: Path, tmp_path: Path) -> None:
    check_run(path, tmp_path)
