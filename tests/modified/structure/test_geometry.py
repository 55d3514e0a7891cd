"""What terms keep on concrete problems, first integrals, and the records for machines."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import bea
from bea.errors import BeaError, NoInvariantError

PENDULUM, KEPLER = bea.problems.pendulum(), bea.problems.kepler()


def equation_of(method: str, problem: Any, order: int) -> bea.ModifiedEquation:
    return bea.modified_equation(bea.methods.registry.read(method), problem, order)


def test_answers_by_powers() -> None:
    geometry = equation_of("symplectic-euler", PENDULUM, 2).geometry
    assert geometry.is_hamiltonian == (True, True, True)
    assert geometry.is_volume_preserving == (True, True, True)
    assert geometry.is_symmetric == (True, False, True)
    assert geometry.conserves_energy == (True, False, False)
    # In two dimensions fields without divergence are the Hamiltonian ones.
    for method in ("explicit-euler", "trapezoidal", "rk4"):
        found = equation_of(method, PENDULUM, 5).geometry
        assert found.is_volume_preserving == found.is_hamiltonian


def test_volume_on_a_field_that_has_no_hamiltonian() -> None:
    field = bea.problems.field("y*z + y**2, z**2*x, x*y - x**3", "x y z")
    found = equation_of("implicit-midpoint", field, 2).geometry
    assert found.is_volume_preserving == (True, True, False)
    assert not found.is_asked and not found.divergence(2).is_zero()
    with pytest.raises(BeaError, match="no Hamiltonian"):
        _ = found.is_hamiltonian


def test_rk4_is_symplectic_to_one_order_more_for_quadratic_kinetic_energy() -> None:
    # On H = |p|^2/2 + V(q) the term of gamma^4 is Hamiltonian, for general H it is not; so that the
    # energy drifts with gamma^5.
    assert equation_of("rk4", KEPLER, 4).geometry.is_hamiltonian[4]
    assert not equation_of(
        "rk4", bea.problems.hamiltonian("q**3*p + p**3"), 4
    ).geometry.is_hamiltonian[4]
    assert not equation_of("rk4", PENDULUM, 5).geometry.is_hamiltonian[5]


# --- first integrals ----------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["stormer-verlet", "implicit-midpoint", "symplectic-euler"])
def test_angular_momentum_is_kept(method: str) -> None:
    # Hairer, Lubich and Wanner, section IV.2: quadratic invariants of that form.
    found = equation_of(method, KEPLER, 3).modified_invariant("q1*p2 - q2*p1")
    assert found.is_kept


def test_the_trapezoidal_rule_keeps_it_with_corrections() -> None:
    # It is the midpoint rule between half steps of explicit and implicit Euler, which change
    # L = q x p to L(y + gamma/2 f) = L + gamma^2/4 f_q x f_p = L (1 + gamma^2/4 r^-3).
    found = equation_of("trapezoidal", KEPLER, 3).modified_invariant("q1*p2 - q2*p1")
    assert not found.is_kept
    run = bea.iterate(bea.methods.get("trapezoidal"), KEPLER, [0.8, 0.1, 0.2, 1.1], 0.05, steps=200)
    y = run.values[0, 0]
    L, r = y[:, 0] * y[:, 3] - y[:, 1] * y[:, 2], np.hypot(y[:, 0], y[:, 1])
    np.testing.assert_allclose(found(y, 0.05), L * (1 + 0.05**2 / 4 / r**3), rtol=1e-12)
    assert np.ptp(found(y, 0.05)) < 1e-11 < np.ptp(L)


def test_lotka_and_volterra() -> None:
    # In log q and log p each half of a step, with its own variable implicit, is a shear.
    method = "symplectic-euler(own=implicit)"
    equation = equation_of(method, bea.problems.lotka_volterra(), 2)
    found = equation.modified_invariant("p - log(p) + q - 2*log(q)")
    run = bea.iterate(equation.method, equation.problem, [2.0, 1.5], [0.04, 0.02], steps=400)
    values = found(run.values, np.array([0.04, 0.02])[:, None, None])
    wide, narrow = np.ptp(values, axis=(1, 2))
    assert 7 < wide / narrow < 9  # gamma^3


def test_those_that_are_none() -> None:
    with pytest.raises(NoInvariantError, match="is no first integral of kepler: the field changes"):
        equation_of("rk4", KEPLER, 2).modified_invariant("q1*p2")
    runge_lenz = "(q1*p2 - q2*p1)*p2 - q1/sqrt(q1**2 + q2**2)"
    with pytest.raises(
        NoInvariantError, match="was found at order 2: the term of γ\\^2 changes it"
    ):
        equation_of("stormer-verlet", KEPLER, 2).modified_invariant(runge_lenz)
    with pytest.raises(NoInvariantError, match="was found at order 1"):
        equation_of("explicit-euler", PENDULUM, 1).modified_invariant("p**2/2 - cos(q)")
    with pytest.raises(BeaError, match="one expression, and 2 were given"):
        equation_of("rk4", KEPLER, 1).modified_invariant("q1, p1")


# --- for machines -------------------------------------------------------------------------------


def test_the_record() -> None:
    record = equation_of("trapezoidal", PENDULUM, 2).as_json()["geometry"]
    assert record["hamiltonian"] == [True, True, False] == record["energy_preserving"]
    assert record["conserved"][0] == "p**2/2 - cos(q)" and "modified_hamiltonian" not in record
    for text in record["conserved"]:
        bea.parse(text)
    assert "geometry" not in equation_of("rk4", bea.problems.lorenz(), 1).as_json()
    assert equation_of("explicit-euler", PENDULUM, 1).as_json()["geometry"]["conserved"] is None
    brackets = equation_of("strang", None, 2).as_json()["geometry"]["modified_hamiltonian"]
    assert [r["bracket"] for r in brackets] == ["T", "V", "{T,{T,V}}", "{V,{V,T}}"]
    assert "geometry" not in equation_of("alternating", None, 1).as_json()
