"""Methods that are neither tableaus nor linear in shifts, and what multistep methods keep."""

from __future__ import annotations

import pytest
from flint import fmpq

import bea
from bea.bseries.geometry.structure import Structure
from bea.errors import MethodError
from bea.methods.analysis import SeriesAnalysis
from bea.methods.analysis.underlying import underlying_field


@pytest.mark.parametrize(
    ("name", "order"),
    [("symplectic-euler", 1), ("strang", 2), ("stormer-verlet", 2), ("yoshida", 4), ("suzuki", 4)],
)
def test_orders_are_those_that_the_methods_say(name: str, order: int) -> None:
    found = bea.analyze(name)
    assert isinstance(found, SeriesAnalysis) and found.order == order
    assert found.residuals(order + 1) and not found.residuals(order)
    # An odd number of nodes would be an even order: a symmetric method has an even one.
    symmetric = found.structure["H = T(p) + V(q)"]["symmetric"] == found.looked_to
    assert symmetric == (order % 2 == 0)


def test_on_one_colour_it_is_what_the_tableau_says() -> None:
    series, tableau = SeriesAnalysis(bea.methods.rk4()), bea.analyze("rk4")
    assert series.order == tableau.order
    assert series.residuals(5) == tableau.residuals(5)
    assert series.structure["every field"]["symplectic"] == tableau.symplectic_order


def test_a_composition_with_a_symbol() -> None:
    found = bea.analyze("composition(weights='a, 1-a', base=strang)")
    assert found.order == 2 and found.structure["H = T(p) + V(q)"]["symplectic"] == 5
    assert found.structure["H = T(p) + V(q)"]["symmetric"] == 3


@pytest.mark.parametrize("name", ["bdf2", "bdf3", "adams-bashforth", "heavy-ball(beta=1/2)"])
def test_the_underlying_method_is_what_is_derived_on_the_slow_manifold(name: str) -> None:
    analysis = bea.analyze(name)
    field = underlying_field(analysis.rho.coefficients, analysis.sigma.coefficients, 5)
    derived = bea.modified_equation(bea.methods.registry.read(name), order=4)
    assert field == list(derived.coefficients.values())


def test_the_two_step_midpoint_rule_is_symmetric() -> None:
    # Hairer, Lubich and Wanner, section XV.4: rho = E^2 - 1, sigma = 2E, and so is its underlying
    # one-step method; no symmetric multistep method is symplectic, but conjugate to one (XV.4.2).
    found = underlying_field([fmpq(-1), fmpq(0), fmpq(1)], [fmpq(0), fmpq(2)], 6)
    structure = Structure(
        dict(zip(bea.trees.trees_up_to(6), found, strict=True)), 6, bea.trees.PLAIN
    )
    assert structure.orders["symmetric"] == 6 and structure.orders["symplectic"] == 2
    assert structure.orders["conjugate_symplectic"] == 6


def test_the_average_vector_field_keeps_energy_and_no_volume() -> None:
    # McLachlan, Quispel and Robidoux, Phil. Trans. R. Soc. A 357 (1999) 1021-1045: H is kept for
    # every H; so that it is conjugate to a symplectic method (Chartier, Faou and Murua, 2006).
    found = bea.analyze("average-vector-field").structure["every field"]
    assert (found["energy"], found["conjugate_symplectic"], found["symmetric"]) == (8, 8, 8)
    assert (found["symplectic"], found["volume"]) == (2, 2)


def test_a_sum_of_fields_that_move_the_same_variables() -> None:
    (kind,) = bea.analyze("imex-midpoint").structures
    assert kind == "H = H₁ + H₂"


def test_what_is_none_of_these_is_refused() -> None:
    with pytest.raises(MethodError, match="nor one of one step on trees"):
        bea.analyze("adam")


@pytest.mark.parametrize(("name", "order"), [("rkn4", 4), ("rkn5", 5)])
def test_trees_that_vanish_for_second_order_equations_are_no_conditions(
    name: str, order: int
) -> None:
    found = bea.analyze(name)
    assert found.order == order and found.structure == {}
