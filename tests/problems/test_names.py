"""The names that people type for problems."""

from __future__ import annotations

import pytest

import bea
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


def test_what_is_missing_leads_to_its_formula() -> None:
    with pytest.raises(AttributeError, match=r"no problem 'henon_heiles'.* give its hamiltonian"):
        _ = bea.problems.henon_heiles
