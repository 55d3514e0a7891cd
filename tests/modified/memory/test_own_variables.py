"""Equations in more variables than theta: a time, memory that stands still or has no formula."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy.optimize import brentq

import bea
from bea.adapters import compare_terms, measured_field_at, measured_terms
from bea.errors import DomainError
from bea.methods import from_text
from bea.modified.memory.implicit import with_implicit_memory

BOWL = bea.problems.loss("x**2/2")
IMPLICIT = from_text("v = tanh(v)/2 + grad; theta = theta - gamma*v")


def test_one_over_n_by_hand() -> None:
    """x₊ = x (1 - γ²/(t+γ)): a with ∫ a from t to t+γ = log(1 - γ²/(t+γ)), x' = a x."""
    found = bea.modified_equation(from_text("theta = theta - gamma*grad/n"), BOWL, 2)
    assert found.variables == ("x", "t")
    assert found.as_json()["terms"] == [["0", "1"], ["-x/t", "0"], ["x/(2*t**2)", "0"]]
    assert found.as_json()["legend"] == {"t": "the time nγ after the step n"}


def test_averages_with_weights_one_over_n_are_variables() -> None:
    rule = from_text("init z = theta; z = z - gamma*grad; theta = theta + (z - theta)/n")
    found = bea.modified_equation(rule, BOWL, 0)
    assert found.as_json()["terms"] == [["-x/t + z/t", "-x", "1"]]
    assert bea.verify(rule, bea.problems.loss("x**2/2 + x**4/4"), 1).verdict == "confirmed"


@pytest.mark.parametrize("point", [0.3, 0.8])
def test_memory_in_no_formula_by_measurement(point: float) -> None:
    """The field read off the iterates; f_0 = -v with v the root of v = tanh(v)/2 + x."""
    equation = bea.modified_equation(IMPLICIT, BOWL, 2)
    (start,) = equation.method.placed([[point]])
    root = brentq(lambda v: v - np.tanh(v) / 2 - point, 0, 5, xtol=1e-15)
    assert start.tolist() == pytest.approx([point, root], rel=1e-13)
    leading = equation.truncate(0)([start], 1.0)[0, 0]
    assert leading == pytest.approx(-root, rel=1e-13)
    first = (equation.truncate(1)([start], 1.0) - equation.truncate(0)([start], 1.0))[0, 0]
    gammas = 1e-3 * np.linspace(1 / 8, 1, 8)
    measured = measured_terms(measured_field_at(IMPLICIT, BOWL, [point], gammas, burn_in=120), 2)
    assert abs(measured.values[0, 0] - leading) <= 2 * measured.uncertainty[0, 0]
    assert abs(measured.values[1, 0] - first) <= 2 * measured.uncertainty[1, 0] < 1e-3


def test_it_is_verified_from_starts_in_theta_alone() -> None:
    certificate = bea.verify(IMPLICIT, BOWL, 1, starts=[[0.8], [0.5]])
    assert certificate.verdict == "confirmed"
    assert certificate.study.starts.shape == (2, 2)


def test_what_the_variable_is_is_said() -> None:
    record = json.loads(json.dumps(bea.modified_equation(IMPLICIT, BOWL, 1).as_json()))
    assert record["variables"] == ["x", "v"]
    assert record["legend"]["v"].startswith("v = x + tanh(v)/2")


def test_only_what_has_no_formula_is_a_variable() -> None:
    rule = from_text("s = s/2 + grad**2/2; v = tanh(v)/2 + grad/(1 + s); theta = theta - gamma*v")
    method, problem = with_implicit_memory(rule, BOWL)
    assert problem.variables == ("x", "v")
    assert str(method.settled.memory[0]) == "x**2"


def test_where_it_does_not_settle_is_refused() -> None:
    rule = from_text("v = v/2 + v**2/4 + grad; theta = theta - gamma*v")
    equation = bea.modified_equation(rule, BOWL, 0)
    assert equation.method.placed([[0.2]])[0, 1] == pytest.approx(1 - np.sqrt(0.2))
    with pytest.raises(DomainError, match="does not settle at every start"):
        equation.method.placed([[0.3]])  # v²/4 - v/2 + 0.3 has no root


def test_measured_terms_know_the_derived_ones_of_adadelta() -> None:
    """Coupled memory with a closed form stays in theta alone."""
    rule = from_text("u = u/4 + v/3 + grad; v = v/3 + u/4; theta = theta - gamma*v/(1 + v**2)")
    equation = bea.modified_equation(rule, BOWL, 2)
    assert equation.variables == ("x",)
    gammas = 1e-3 * np.linspace(1 / 8, 1, 8)
    field = measured_field_at(rule, BOWL, [0.8], gammas, burn_in=120)
    assert all(term.agree for term in compare_terms(measured_terms(field, 3), equation))
