"""`bea analyze` and `bea plot stability`, run as a person would."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..conftest import Bea

BOGACKI_SHAMPINE = """
0   |
1/2 | 1/2
3/4 | 0   3/4
1   | 2/9 1/3 4/9
----+----------------
    | 2/9 1/3 4/9 0
    | 7/24 1/4 1/3 1/8
"""


def test_rk4(bea: Bea) -> None:
    run = bea("analyze", "rk4")
    assert run.status == 0 and run.err == ""
    for said in (
        "order 4: the 8 order conditions of at most 4 nodes hold; of 9 with 5 nodes, 9 do",
        " [[[[[]]]]]     f'f'f'f'f            1/120    −1/120              −1/120",
        "R(z) = 1 + z + z²/2 + z³/6 + z⁴/24",
        "from −2.78529 to 0 on the real axis, all up to",
        "symplectic               no; up to γ⁴",
    ):
        assert said in run.out
    assert max(map(len, run.out.splitlines())) <= 80


def test_a_tableau_of_a_file(bea: Bea, folder: Path) -> None:
    Path("mine.txt").write_text(BOGACKI_SHAMPINE, encoding="utf-8")
    ours = bea("analyze", "--tableau", "mine.txt", "-f", "json").json
    theirs = bea("analyze", "bogacki-shampine", "-f", "json").json
    assert ours.pop("method") == "mine" and theirs.pop("method") == "bogacki-shampine"
    assert ours["embedded"].pop("method") != theirs["embedded"].pop("method")
    assert ours == theirs


def test_other_forms_and_kinds(bea: Bea, folder: Path) -> None:
    assert bea("analyze", "gauss4", "-f", "latex").out.startswith(r"R(z) = \frac{1 + \frac{z}{2}")
    said = bea("analyze", "bdf3").out
    assert "parasitic roots  0.318182 + 0.283864i, 0.318182 − 0.283864i" in said
    assert "A(α)-stable      α = 86.03°" in said
    momentum = bea("analyze", "heavy-ball", "-p", "beta")
    assert "parasitic roots        β" in momentum.out
    wide = bea("analyze", "verner6").out
    assert "c2 = 1/6;  a2 = 1/6" in wide and max(map(len, wide.splitlines())) <= 80
    assert bea("analyze", "rk4", "--out", "rk4.txt").out == "" and Path("rk4.txt").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "missing argument 'METHOD': name a Runge-Kutta or multistep method, or give a file"),
        (("rk4", "--tableau", "x"), "a METHOD and --tableau are given: give one of them"),
        (("--tableau", "none.txt"), "'none.txt': No such file or directory"),
        (("adam",), "'adam' is neither a Runge-Kutta nor a linear multistep method"),
        (("rk44",), "unknown method 'rk44'. Did you mean 'rk4'?"),
        (("himmelblau",), "'himmelblau' is a problem and no method"),
        (("runge-kutta",), "method 'runge-kutta' needs A and b"),
        (("radau-iia(stages=7)",), "take 3 stages or fewer"),
    ],
)
def test_mistakes(bea: Bea, folder: Path, arguments: tuple[str, ...], message: str) -> None:
    run = bea("analyze", *arguments)
    assert run.status == 2 and run.out == "" and message in run.err
    assert "Traceback" not in run.err and run.err.count("\n") == 1


def test_embedded_weights_are_checked(bea: Bea, folder: Path) -> None:
    Path("wrong.txt").write_text("A = 0, 0; 1, 0\nb = 1/2, 1/2\nembedded = 1, 1", encoding="utf-8")
    run = bea("analyze", "--tableau", "wrong.txt")
    assert run.status == 2 and "the embedded method: the weights b add up to 2" in run.err


def test_the_figure(bea: Bea, folder: Path) -> None:
    run = bea("plot", "stability", "rk4", "--out", "rk4.svg", "--half-width", "4")
    assert run.status == 0 and run.err == "wrote rk4.svg\n"
    assert Path("rk4.svg").read_text(encoding="utf-8").startswith("<?xml")
    bad = bea("plot", "stability", "rk4", "--half-width", "-1")
    assert bad.status == 2 and "half width" in bad.err
