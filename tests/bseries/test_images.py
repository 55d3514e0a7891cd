"""Coefficients in finite fields: what comes back from images is what exact numbers give."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from flint import fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

import bea
from bea.algebra import Element, Ring
from bea.bseries import TreeArithmetic, exact_map, field_of_map
from bea.bseries.calculus import exponential, logarithm
from bea.bseries.fed_field import FedField
from bea.bseries.lifting import fractions, through_images
from bea.bseries.numbers import EXACT, Array, Exact
from bea.bseries.residues import Lane, Residues, primes
from bea.methods import Method
from bea.modified import modifying_integrator
from bea.modified.routes import manifold, trees
from bea.modified.symbolic_step import tree_iterates
from bea.trees import TreeTable, tree_table

quick = settings(max_examples=25, deadline=None)
rationals = st.builds(fmpq, st.integers(-(10**40), 10**40), st.integers(1, 10**30))
TABLE = tree_table(4)


def given_numbers(values: list[Any]) -> Any:
    return through_images(lambda numbers, table: numbers.array(values[: len(table)]), TABLE)


@quick
@given(st.lists(rationals, min_size=len(TABLE), max_size=len(TABLE)))
def test_rational_numbers_of_any_size_come_back(values: list[fmpq]) -> None:
    assert given_numbers(values) == values


@quick
@given(st.lists(st.tuples(rationals, rationals, rationals), min_size=8, max_size=8))
def test_numbers_with_a_cube_root_come_back(values: list[tuple[fmpq, fmpq, fmpq]]) -> None:
    """Modulo primes modulo which it has three values."""
    root = Ring([]).constant(2) ** fmpq(1, 3)
    numbers = [a + b * root + c * root * root for a, b, c in values]
    assert all(x == y for x, y in zip(given_numbers(numbers), numbers, strict=True))


small = st.lists(st.integers(-9, 9), min_size=9, max_size=9)


@quick
@given(st.lists(small, min_size=8, max_size=8), st.integers(0, 4))
def test_polynomials_in_a_symbol_and_a_reciprocal_come_back(
    rows: list[list[int]], poles: int
) -> None:
    ring = Ring([], ["s"])
    s = ring.symbol("s")
    v = (2 - 3 * s) ** -1
    numbers = [sum((c * (v ** (k - 4) if k > poles else s**k) for k, c in enumerate(row)), s * v)
               for row in rows]  # fmt: skip
    assert all(x == y for x, y in zip(given_numbers(numbers), numbers, strict=True))


def test_what_has_no_images_is_left_exact() -> None:
    ring = Ring([], ["s", "t"])
    for value in (
        ring.symbol("s") * ring.symbol("t"),
        ring.pi(),
        (ring.symbol("s") ** 2 + 1) ** -1,
    ):
        found = given_numbers([fmpq(1, 3), *[value] * 7])
        assert found[0] == fmpq(1, 3) and all(x is value for x in found[1:])


def test_a_prime_in_a_denominator_is_passed_over() -> None:
    first, second, third, *_ = (p for p, _ in zip(primes(), range(4), strict=False))
    values = [fmpq(1, first), fmpq(5, second * third), fmpq(first), *[fmpq(0)] * 5]
    assert given_numbers(values) == values


def test_fractions_need_primes_enough() -> None:
    p, q, r, s = (p for p, _ in zip(primes(), range(4), strict=False))
    value = fmpq(-(2**70) + 1, 3**20)
    residues = Residues([Lane(x, {}) for x in (p, q, r, s)]).array([value])
    assert fractions(residues[:, :2], [p, q]) is None
    found = fractions(residues, [p, q, r, s])
    assert found is not None and fmpq(found.numerators[0], found.denominators[0]) == value


def test_a_wrong_guess_does_not_agree_with_one_prime_more() -> None:
    """A number that is small modulo the first two primes, and another one."""
    first, *others = (p for p, _ in zip(primes(), range(3), strict=False))
    value = fmpq(others[0] * others[1] + 7)  # 7 modulo both that are used; the first one verifies
    values = [value, *[fmpq(0)] * 7]
    assert fractions(Residues([Lane(p, {}) for p in others]).array(values), others) is not None
    assert given_numbers(values) == values and first not in others


METHODS = [
    ("rk4", {}, 8),
    ("gauss4", {}, 6),
    ("implicit-midpoint", {}, 7),
    ("stormer-verlet", {}, 5),
    ("theta-method", {"theta": "theta"}, 5),
    ("suzuki4", {}, 3),
]


def known(cases: list[tuple[str, dict[str, str], int]]) -> list[Any]:
    names = bea.methods.available()
    return [pytest.param(*case, id=case[0]) for case in cases if case[0] in names]


def assert_same(found: list[Any], wanted: list[Any]) -> None:
    for x, y in zip(found, wanted, strict=True):
        gap = x - y
        assert gap.is_zero() if isinstance(gap, Element) else gap == 0


@pytest.mark.parametrize(("name", "parameters", "nodes"), known(METHODS))
def test_modified_equations_are_those_in_exact_numbers(
    name: str, parameters: dict[str, str], nodes: int
) -> None:
    method = bea.methods.get(name, **parameters)
    step = tree_iterates(method, nodes)[1]
    exact = logarithm(tree_table(nodes, method.colors), EXACT, step.values).tolist()
    assert_same(trees.on_trees(method, nodes - 1), exact)


@pytest.mark.parametrize("parameters", [{"beta": "9/10"}, {"beta": "beta"}])
@pytest.mark.parametrize("name", ["heavy-ball", "nesterov"])
def test_slow_manifolds_are_those_in_exact_numbers(name: str, parameters: dict[str, str]) -> None:
    method = bea.methods.get(name, **parameters)
    equations = manifold.OnTrees(method)
    exact = [column.tolist() for column in equations.solved_in(EXACT, tree_table(6))]
    field, memory = manifold.memory_on_trees(method, 5)
    assert_same(field, exact[0])
    for part, column in zip(memory, exact[1:], strict=True):
        assert_same(part.coefficients, column)


@pytest.mark.parametrize("name", ["rk4", "gauss4", "implicit-midpoint", "gradient-descent-l2"])
def test_a_modifying_integrator_makes_the_exact_flow(name: str) -> None:
    method = bea.methods.get(name)
    field = list(modifying_integrator(method, order=5).coefficients.values())
    step = tree_iterates(method, 6, field=field)[1]
    assert_same(step.coefficients, exact_map(6, method.colors))


def test_what_is_fed_is_found_from_scratch_too() -> None:
    """FedField keeps what it knows of a map; exp(D) b is the same without."""
    table = tree_table(6)
    b = np.array([fmpq(1, n + 1) for n in range(len(table))], dtype=object)
    fed = FedField(table, EXACT, b)
    points = [np.array([fmpq((n * k) % 5, k + 1) for n in range(len(table))], dtype=object)
              for k in (1, 2)]  # fmt: skip
    for nodes in (2, 3, 5):
        for point in points:
            part = point[: table.count(nodes)]
            along = logarithm(table, EXACT, part)
            wanted = exponential(table, EXACT, along, b, 0)[: table.count(nodes + 1)]
            assert fed.at(part, 6).tolist() == wanted.tolist()


def test_an_equation_is_solved_with_one_sweep_for_each_size() -> None:
    """Each sweep is run as far as the solution is known, and it is the implicit midpoint's."""
    calls = []

    def sweep(f: TreeArithmetic, k: Any) -> Any:
        calls.append(len(k.values))
        return f(f.identity + f.gamma / 2 * k)

    f = TreeArithmetic(6)
    k = f.solve(lambda k: sweep(f, k), f(f.identity))
    assert calls == [f.table.count(n) for n in range(6)]
    method: Method = bea.methods.get("implicit-midpoint")
    wanted = tree_iterates(method, 6)[1].coefficients
    assert (f.identity + f.gamma * k).coefficients == wanted
    assert field_of_map(wanted)[2:4] == [fmpq(1, 12), fmpq(-1, 12)]


def test_lanes_beyond_the_memory_are_taken_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def compute(numbers: Exact, table: TreeTable) -> Array:
        if isinstance(numbers, Residues):
            seen.append(len(numbers.moduli))
        return numbers.array([fmpq(n, 7) for n in range(len(table))])

    monkeypatch.setattr("bea.bseries.lifting._AT_ONCE", 2 * len(TABLE) * (TABLE.order + 1))
    assert through_images(compute, TABLE) == [fmpq(n, 7) for n in range(len(TABLE))]
    assert max(seen) == 2 and sum(seen) == 3
