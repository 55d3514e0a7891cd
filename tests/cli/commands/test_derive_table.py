"""`bea derive --table`: in which formats there is one, and for what there is none."""

from __future__ import annotations

import pytest

from ..conftest import Bea


def test_a_table_in_each_format(bea: Bea) -> None:
    options = ("derive", "heavy-ball", "-p", "beta", "--order", "1")
    assert "−(1+β)/(2(1−β)³)" in bea(*options, "--table").out
    latex = bea(*options, "--format", "latex", "--table").out
    assert r"\begin{tabular}" in latex and r"\tikz[" in latex and r"\usepackage{tikz}" in latex
    json = bea(*options, "--format", "json")
    assert bea(*options, "--format", "json", "--table").json == json.json


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (["gradient-descent", "booth"], "leave the problem or --table out"),
        (["explicit-euler", "--field", "y**2"], "leave the problem or --table out"),
        (["adam", "--order", "1"], "no expansion over trees"),
        (["sam", "--order", "1"], "leave --table out"),
        (["adagrad"], "take rmsprop"),
    ],
)
def test_what_has_no_table_says_what_to_do(bea: Bea, given: list[str], words: str) -> None:
    run = bea("derive", *given, "--table")
    assert (run.status, run.out) == (2, "")
    assert words in run.err


def test_a_table_goes_to_a_file(bea: Bea, tmp_path: object) -> None:
    target = f"{tmp_path}/table.tex"
    bea("derive", "rk4", "--order", "4", "--table", "--format", "latex", "--out", target)
    with open(target) as stream:
        assert stream.read().count(r"\tikz[") == 17
