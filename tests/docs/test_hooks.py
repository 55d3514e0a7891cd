"""The hooks before a commit are local, and run what `make install` has put there."""

from __future__ import annotations

import shlex
import subprocess
import sys
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


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_the_program_is_installed_with_the_tests(hook: dict[str, str]) -> None:
    folder, program = hook["entry"].split()[0].rsplit("/", 1)
    assert folder == ".venv/bin"
    assert Path(sys.executable).with_name(program).exists()


def test_the_notebooks_are_read_and_not_run() -> None:
    (hook,) = (hook for hook in HOOKS if hook["id"] == "notebook-outputs")
    _, *arguments = shlex.split(hook["entry"])
    command = [sys.executable, *arguments, "--collect-only"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "::test_committed_outputs_come_from_one_run[" in run.stdout
    assert "::test_notebook_runs" not in run.stdout
