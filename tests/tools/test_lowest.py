"""The lower bounds are all there, and each is one version."""

from __future__ import annotations

import tomllib
from pathlib import Path

from .lowest import lowest

ROOT = Path(__file__).parents[2]


def test_every_dependency_has_a_lower_bound() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert len(lowest()) == len(project["dependencies"])
    assert all(line.count("==") == 1 for line in lowest())


def test_the_source_distribution_carries_what_tests_read() -> None:
    manifest = (ROOT / "MANIFEST.in").read_text("utf-8")
    for folder in ("tests", "benchmarks", "docs", "notebooks"):
        assert f"graft {folder}\n" in manifest
