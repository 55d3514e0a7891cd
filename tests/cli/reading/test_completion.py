"""What the shell completes: commands, options, and the names of the library."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from bea.cli.reading.completion import all_names, method_names, problem_names, schedule_names
from bea.methods import available
from bea.problems import available as problems


def test_everything_is_offered_where_nothing_is_typed() -> None:
    assert method_names("") == sorted(available()) and problem_names("") == sorted(problems())
    assert set(all_names("")) == {*method_names(""), *problem_names(""), *schedule_names("")}
    assert all_names("zz") == []


@pytest.mark.parametrize(
    ("typed", "offered"),
    [("bea der", "derive"), ("bea derive heavy-ball-d", "heavy-ball-decay"),
     ("bea drift --problem him", "himmelblau"), ("bea show warm-u", "warm-up")],
)  # fmt: skip
def test_the_shell_is_answered(typed: str, offered: str) -> None:
    place = {"COMP_WORDS": typed, "COMP_CWORD": str(len(typed.split()) - 1)}
    found = subprocess.run(
        [sys.executable, "-m", "bea"], capture_output=True, text=True, check=False,
        env={**os.environ, **place, "_BEA_COMPLETE": "complete_bash"},
    )  # fmt: skip
    assert found.stdout.split() == [offered] and "Traceback" not in found.stderr
