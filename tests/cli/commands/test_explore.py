"""`bea explore`: pages of what is asked for, and what is refused in a line."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..conftest import Bea

OWN = {
    "a loss": ("x**2*y**2 + x**2 + y**2/2", "--method", "heavy-ball"),
    "a rule": ("booth", "--update", "v = b*v + grad; theta = theta - gamma*v", "-p", "b=9/10"),
    "a game": ("--game", "x*y; -x*y", "--players", "x; y", "--method", "alternating"),
    "a Hamiltonian": ("--hamiltonian", "p**2/2 + q**4/4", "--method", "stormer-verlet"),
    "an open parameter": ("--loss", "k*x**2 + y**2", "--variables", "x y", "-p", "k"),
    "a title": ("--title", "a < b & c"),
}
MISTAKES = {
    "one variable": (("x**2",), "the explorer shows two: declare a second"),
    "no page": (("--out", "page.png"), "is not the name of a page: end it in .html"),
    "a schedule": (("booth", "--method", "heun", "--schedule", "1/(1+t)"), "leave --schedule out"),
    "no folder": (("--out", "/dev/null/page.html"), "is not a folder"),
}


@pytest.mark.parametrize("given", OWN.values(), ids=OWN)
def test_a_page_is_written(given: tuple[str, ...], bea: Bea, tmp_path: Path) -> None:
    run = bea("explore", *given, "--out", str(tmp_path / "page.html"))
    assert run.status == 0, run.err
    assert run.err.splitlines()[-1] == f"wrote {tmp_path / 'page.html'}: open it in a browser"
    html = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert html.startswith("<!DOCTYPE html>") and "a < b & c" not in html


@pytest.mark.parametrize(("given", "said"), MISTAKES.values(), ids=MISTAKES)
def test_mistakes(given: tuple[str, ...], said: str, bea: Bea, tmp_path: Path) -> None:
    out = () if "--out" in given else ("--out", str(tmp_path / "page.html"))
    run = bea("explore", *given, *out)
    assert run.status == 2 and run.err.startswith("bea: ") and said in run.err
    assert not (tmp_path / "page.html").exists()
