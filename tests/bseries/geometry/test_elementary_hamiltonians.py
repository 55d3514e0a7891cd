"""Elementary Hamiltonians against the ring, where J grad and Poisson's bracket are derivatives."""

from __future__ import annotations

from typing import Any

import pytest
from flint import fmpq
from hypothesis import given
from hypothesis import strategies as st

import bea
from bea.algebra.ring.conversions import read, to_expression
from bea.bseries.geometry.aromas import divergence
from bea.bseries.geometry.brackets import SEPARABLE, in_brackets, nested
from bea.bseries.geometry.elementary_hamiltonians import ElementaryHamiltonians
from bea.fields.hamiltonian import rotated
from bea.modified.elementary import differentials_in_ring
from bea.modified.structure.hamiltonian import on_problem
from bea.trees import PLAIN, PLAYERS, tree, trees
from bea.trees.colors import parts_of

MIXED = bea.problems.hamiltonian("q1**3*p2 + q1*p1**2*p2/2 - q2**2*p1 + p1*p2**3 + q2**4/3")
APART = bea.problems.hamiltonian("p1**3/3 + p1*p2**2 + p2**4 + q1**2*q2 - q2**4/2 + q1**3")
KINDS = [
    (ElementaryHamiltonians(PLAIN), MIXED),
    (ElementaryHamiltonians(PLAYERS), MIXED),
    (SEPARABLE, APART),
]


def halves(problem: Any) -> dict[Any, Any]:
    zero, (a, b, c, d) = problem.ring.constant(0), problem.components
    return {PLAYERS[0]: [a, b, zero, zero], PLAYERS[1]: [zero, zero, c, d]}


def test_their_numbers() -> None:
    # Free trees (OEIS A000055) without those that are their own mirror images across an edge, of
    # which there are as many as rooted trees of half the size (A000081).
    free, rooted = [1, 1, 1, 2, 3, 6, 11, 23], [1, 1, 2, 4]
    expected = [f - (rooted[n // 2 - 1] if n % 2 == 0 else 0) for n, f in enumerate(free, 1)]
    found = ElementaryHamiltonians(PLAIN)
    assert [len(found.free(n)) for n in range(1, 9)] == expected


@pytest.mark.parametrize(("hamiltonians", "problem"), KINDS)
@pytest.mark.parametrize("nodes", [1, 2, 3, 4])
def test_their_fields(hamiltonians: Any, problem: Any, nodes: int) -> None:
    parts = halves(problem)
    differential = differentials_in_ring(problem, parts)
    element = on_problem(problem, parts, hamiltonians)
    for t in hamiltonians.free(nodes):
        value = element({t: fmpq(1)})
        if value is None:  # T or V alone
            assert nodes == 1 and hamiltonians is SEPARABLE
            continue
        field = [differential(r) * n for r, n in hamiltonians.field(t).items()]
        total = sum(field[1:], start=field[0])
        assert list(rotated(value.gradient())) == list(total), t


@pytest.mark.parametrize(("hamiltonians", "problem"), KINDS)
def test_the_energy_rate_is_the_derivative_of_h(hamiltonians: Any, problem: Any) -> None:
    parts = halves(problem)
    differential = differentials_in_ring(problem, parts)
    element = on_problem(problem, parts, hamiltonians)
    for t in hamiltonians.rooted(3):
        found = element(hamiltonians.energy_rate({t: fmpq(1)}))
        assert found == problem.ring.lie_derivative(list(differential(t)), problem.value)


def test_of_a_sum_of_hamiltonians() -> None:
    first = bea.problems.hamiltonian("q1**3*p2 + q1*p1**2*p2/2 - q2**2*p1")
    ring = first.ring
    second = read(ring, bea.parse("p1*p2**3 + q2**4/3 + q1*q2*p1"))
    colors = parts_of(2, blocks=False)
    values = dict(zip(colors, (first.value, second), strict=True))
    parts = {c: list(rotated(value.gradient())) for c, value in values.items()}
    differential = differentials_in_ring(first, parts)
    found = ElementaryHamiltonians(colors)
    for nodes in (2, 3):
        for t in found.free(nodes):
            field = [differential(r) * n for r, n in found.field(t).items()]
            total = sum(field[1:], start=field[0])
            rooted = next(r for r in found.rootings(t) if len(r.children) == 1)
            branch = list(differential(rooted.children[0]))
            value = ring.lie_derivative(branch, values[rooted.color])
            sign = found.rootings(t)[rooted]
            assert list(rotated((value * sign).gradient())) == list(total), t
    for t in found.rooted(2):
        whole = sum(list(values.values())[1:], start=first.value)
        rate = ring.lie_derivative(list(differential(t)), whole)
        trees_of_it = found.energy_rate({t: fmpq(1)})
        told = ring.constant(0)
        for chosen, c in trees_of_it.items():
            rooted = next(r for r in found.rootings(chosen) if len(r.children) == 1)
            along = ring.lie_derivative(
                list(differential(rooted.children[0])), values[rooted.color]
            )
            told = told + along * (c * found.rootings(chosen)[rooted])
        assert (rate - told).is_zero()


@given(st.lists(st.integers(-3, 3), min_size=9, max_size=9))
def test_brackets_are_a_lie_algebra(numbers: list[int]) -> None:
    def some(values: list[int]) -> dict[Any, Any]:
        basis = [t for n in (1, 2, 3) for t in SEPARABLE.free(n)]
        return {t: fmpq(c) for t, c in zip(basis, values, strict=False) if c}

    def added(*parts: dict[Any, Any]) -> dict[Any, Any]:
        total: dict[Any, Any] = {}
        for part in parts:
            for t, c in part.items():
                total[t] = total.get(t, fmpq(0)) + c
        return {t: c for t, c in total.items() if c != 0}

    a, b, c = some(numbers[:3]), some(numbers[3:6]), some(numbers[6:])
    bracket = SEPARABLE.bracket
    assert added(bracket(a, b), bracket(b, a)) == {}
    cyclic = [bracket(x, bracket(y, z)) for x, y, z in ((a, b, c), (b, c, a), (c, a, b))]
    assert added(*cyclic) == {}


def test_a_bracket_is_poissons_in_the_ring() -> None:
    ring = APART.ring
    T = {tree([], PLAYERS[0]): fmpq(1)}
    V = {tree([], PLAYERS[1]): fmpq(1)}
    element = on_problem(APART, halves(APART), SEPARABLE)

    def poisson(a: Any, b: Any) -> Any:
        return ring.lie_derivative(rotated(b.gradient()), a)

    kinetic = bea.problems.hamiltonian("p1**3/3 + p1*p2**2 + p2**4", "q1 q2 p1 p2")
    potential = bea.problems.hamiltonian("q1**2*q2 - q2**4/2 + q1**3", "q1 q2 p1 p2")
    t, v = (read(ring, to_expression(h.value)) for h in (kinetic, potential))
    assert element(SEPARABLE.bracket(T, V)) == poisson(t, v)
    word = SEPARABLE.bracket(T, SEPARABLE.bracket(V, SEPARABLE.bracket(V, T)))
    assert element(word) == poisson(t, poisson(v, poisson(v, t)))


def test_sums_of_brackets_are_told_and_others_are_not() -> None:
    T = {tree([], PLAYERS[0]): fmpq(1)}
    V = {tree([], PLAYERS[1]): fmpq(1)}
    word = SEPARABLE.bracket(V, SEPARABLE.bracket(T, SEPARABLE.bracket(V, SEPARABLE.bracket(V, T))))
    # {V,{V,{T,{T,V}}}} = -{V,{T,{V,{V,T}}}} by Jacobi's identity.
    assert in_brackets(word, 5) == {"VVTTV": -1}
    assert nested("VVTTV") == "{V,{V,{T,{T,V}}}}"
    # There are 22 free trees of seven nodes and 18 brackets.
    spoken = [in_brackets({t: fmpq(1)}, 7) for t in SEPARABLE.free(7)]
    assert len(spoken) == 22 and None in spoken


def test_the_divergence_on_trees_is_that_in_the_ring() -> None:
    # div f'f = tr f'f', div f'f'f = tr f'f'f' + 2 tr f'(f''f), div f''(f,f) = 2 tr f'(f''f).
    field = bea.problems.field("y*z + y**2, z**2*x, x*y - x**3", "x y z")  # without divergence
    differential = differentials_in_ring(field)
    slopes = [c.gradient() for c in field.components]
    along = [[field.lie_derivative(s) for s in row] for row in slopes]

    def trace(*matrices: Any) -> Any:
        first, *rest = matrices
        for m in rest:
            first = [[sum((row[k] * m[k][j] for k in range(3)), start=row[0] * 0) for j in range(3)]
                     for row in first]  # fmt: skip
        return sum((first[i][i] for i in range(1, 3)), start=first[0][0])

    def div(t: Any) -> Any:
        parts = [c.derivative(i) for i, c in enumerate(differential(t))]
        return sum(parts[1:], start=parts[0])

    assert div(tree([])).is_zero()
    assert div(tree([[]])) == trace(slopes, slopes)
    assert div(tree([[[]]])) == trace(slopes, slopes, slopes) + trace(slopes, along) * 2 - trace(
        slopes, along
    )
    assert div(tree([[], []])) == trace(slopes, along) * 2
    values = {t: divergence({t: fmpq(1)}) for t in trees(3)}
    assert [sorted(map(int, v.values())) for v in values.values()] == [[1, 1], [2]]
