"""The names that people type for problems."""

from __future__ import annotations

import numpy as np
import pytest

import bea
from bea.algebra.language.grammar import parse
from bea.algebra.ring.conversions import read
from bea.problems import available
from bea.problems.names import ALIASES, FORMULAS


def test_other_names_lead_to_problems_and_hide_none() -> None:
    assert set(ALIASES.values()) <= set(available())
    assert not set(FORMULAS) & {*ALIASES, *available()}
    assert not set(ALIASES) & set(available())
    assert bea.problems.vdp().about.name == "van-der-pol"


@pytest.mark.parametrize("name", FORMULAS)
def test_a_formula_that_is_told_is_read(name: str) -> None:
    kind, formula, variables = FORMULAS[name]
    made = getattr(bea.problems, kind)(formula, variables)
    assert len(made.variables) == made.dimension
    assert bea.modified_equation(bea.methods.heun(), made, order=1).components


def test_the_formulas_have_the_values_and_laws_that_are_published() -> None:
    # Molga and Smutnicki, Test functions for optimization needs (2005), section 2.15.
    camel = bea.problems.loss(*FORMULAS["camel-back"][1:])
    assert float(camel.at(np.array([0.0898, -0.7126]))) == pytest.approx(-1.0316, abs=1e-4)
    # Hénon, Phys. Rev. B 9 (1974): the integral of degree 3 of the periodic lattice.
    toda = bea.problems.hamiltonian(*FORMULAS["toda"][1:])
    third = parse("p1*p2*p3 - p1*exp(q2 - q3) - p2*exp(q3 - q1) - p3*exp(q1 - q2)")
    assert toda.lie_derivative(read(toda.ring, third)).is_zero()
    # The nullclines of FitzHugh-Nagumo, and its slow time of 12.5.
    nerve = bea.problems.field(*FORMULAS["fitzhugh"][1:])
    np.testing.assert_allclose(nerve([1.0, 0.0]), [1 - 1 / 3 + 0.5, 1.7 / 12.5])


def test_what_is_missing_leads_to_its_formula() -> None:
    with pytest.raises(AttributeError, match=r"'henon_heiles'. It is made by bea.problems.ham"):
        _ = bea.problems.henon_heiles
    with pytest.raises(AttributeError, match=r"no problem 'foo'. Your own: bea.problems.loss"):
        _ = bea.problems.foo
