"""The hooks before a commit are local, and run what `make install` has put there."""

from __future__ import annotations

from pathlib import Path

import pytest
from pre_commit.clientlib import load_config

ROOT = Path(__file__).parents[2]
REPOS = load_config(str(ROOT / ".pre-commit-config.yaml"))["repos"]
HOOKS = [hook for repo in REPOS for hook in repo["hooks"]]


def test_nothing_is_downloaded() -> None:
    assert [repo["repo"] for repo in REPOS] == ["local"]
    # pre-commit 4.4 reads "system" under a newer name
    assert {hook["language"] for hook in HOOKS} <= {"system", "unsupported"}


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_the_makefile_or_the_tests_run_the_same(hook: dict[str, str]) -> None:
    program, *arguments = hook["entry"].removeprefix(".venv/bin/").split()
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    command = "-m pytest" if program == "python" else " ".join([program, *arguments])
    assert f"$(BIN)/{command}" in makefile.replace("$(BIN)/python -m", "$(BIN)/-m")
