"""`bea show`: everything that the lists name, with its ranges and where it is from."""

from __future__ import annotations

import pytest

from bea.methods import available
from bea.problems import available as problems

from ..conftest import Bea


@pytest.mark.parametrize("name", [*available(), *problems(), "cosine", "one-cycle"])
def test_everything_is_shown(bea: Bea, name: str) -> None:
    run = bea("show", name)
    assert run.status == 0 and name in run.out.splitlines()[0]
    assert bea("show", name, "--format", "json").json["name"] == name


def test_a_method_with_its_range(bea: Bea) -> None:
    out = bea("show", "heavy-ball").out
    assert "v₊ = β v − ∇L(θ),  θ₊ = θ + γ v₊" in out
    assert ["beta", "[0,", "1)", "9/10"] in [line.split() for line in out.splitlines()]
    assert "source: Polyak" in out


def test_what_has_no_equation_says_so(bea: Bea) -> None:
    words = " ".join(bea("show", "adagrad").out.split())
    assert "no modified equation: its sum of squares" in words


def test_a_tableau_is_laid_out(bea: Bea) -> None:
    lines = bea("show", "rk4").out.splitlines()
    assert any(line.split() == ["1/2", "|", "0", "1/2"] for line in lines)
    assert any(line.split() == ["|", "1/6", "1/3", "1/3", "1/6"] for line in lines)
    assert "1/4 - sqrt(3)/6" in bea("show", "gauss4").out


def test_what_is_to_be_given_and_chosen(bea: Bea) -> None:
    assert "to be given" in bea("show", "preconditioned-descent").out
    assert "outside, inside" in bea("show", "adam").out


def test_an_unknown_name_is_answered_in_one_line(bea: Bea) -> None:
    run = bea("show", "hevy-ball")
    assert (run.status, run.out) == (2, "")
    assert "nothing is named 'hevy-ball'. Did you mean 'heavy-ball'?" in run.err
    assert run.err.count("\n") == 1


def test_the_formula_in_latex_is_that_of_the_notebook(bea: Bea) -> None:
    import bea as library

    shown = bea("show", "gauss4", "--format", "latex").out.strip()
    assert shown.startswith(r"\begin{array}{c|cc}")
    assert shown in str(library.methods.gauss4()._repr_latex_())
    assert bea("show", "rosenbrock", "--format", "latex").out.startswith("L(x, y) = ")


def test_what_has_no_formula_yet_is_refused_in_latex(bea: Bea) -> None:
    run = bea("show", "piecewise", "--format", "latex")
    assert (run.status, run.out) == (2, "")
    assert "no formula before pieces and breaks are given: leave --format out" in run.err


def test_help_and_show_say_the_same(bea: Bea) -> None:
    import bea as library

    text = library.methods.rk4.__doc__ or ""
    shown = bea("show", "rk4").out
    tableau = [line.strip() for line in repr(library.methods.rk4().tableau).splitlines()]
    assert all(line in text and line in shown for line in tableau)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("radau", "'radau' is radau-iia with stages=3"),
        ("bdf3", "'bdf3' is bdf with steps=3"),
        ("gd", "'gd' is gradient-descent"),
        ("rk4", ""),
        ("booth", ""),
    ],
)
def test_what_a_name_says_beside_the_method_is_told(bea: Bea, name: str, said: str) -> None:
    assert bea("show", name).err.strip() == said
