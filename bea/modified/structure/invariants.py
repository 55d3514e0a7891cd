"""Modified first integrals: I + gamma I_1 + gamma^2 I_2 + ... that the modified field conserves.

The terms are looked for among the elementary differentials of I, I^(m)(F(t1), ..., F(tm)) with k
nodes in all for I_k, which is where they are if there are such for every f and I at once, and then
among the monomials of low degree in what I is made of. All powers are solved for together,
exactly. Source: Hairer, Lubich and Wanner, Geometric Numerical
Integration, sections IV.2 and IX.5; Chartier, Faou and Murua, Numer. Math. 103 (2006) 575-590.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations_with_replacement
from math import comb, prod
from typing import Any

from flint import fmpq

from bea.algebra import Element
from bea.algebra.language.grammar import parse_components
from bea.algebra.ring.conversions import read
from bea.algebra.ring.exact import exact
from bea.errors import DimensionError, NoInvariantError, OrderError
from bea.fields import VectorField
from bea.modified.elementary import differentials_in_ring
from bea.modified.structure.ansatz import combination
from bea.modified.structure.potential import Potential
from bea.modified.terms import Terms
from bea.modified.writing.script import text_of
from bea.trees import Color, Colors, Tree, tree, trees

_INVARIANT = Color("I", "I", "I", b"I")
_MOST = 300  # candidates

Pool = Callable[[Terms, Element, int], list[Element]]


class ModifiedInvariant(Potential):
    """A first integral of a modified equation, on a concrete problem."""

    def gradient(self, power: int) -> Sequence[Element]:
        """Return the gradient of the term of gamma^power."""
        term = self.terms[power]
        assert term is not None
        return term.gradient()

    def as_json(self) -> list[str]:
        """Return the terms by powers of gamma, as texts in bea's own grammar."""
        return [text_of(term) for term in self.terms if term is not None]

    @property
    def is_kept(self) -> bool:
        """Whether the first integral is conserved as it is, without corrections."""
        return all(term is not None and term.is_zero() for term in self.terms[1:])


def modified_invariant(equation: Terms, invariant: Any) -> ModifiedInvariant:
    """Return the modified first integral; see `ModifiedEquation.modified_invariant`."""
    problem = equation.problem
    assert problem is not None
    value = element_of(problem, invariant)
    text = text_of(value)
    first = problem.ring.lie_derivative(equation.components[0], value)
    if not first.is_zero():
        raise NoInvariantError(
            f"'{text}' is no first integral of {problem.name}: the field changes it at the rate "
            f"{text_of(first)}"
        )
    found = _solved(equation, value)
    if isinstance(found, int):
        rate = problem.ring.lie_derivative(equation.components[found], value)
        raise NoInvariantError(
            f"no modified first integral of '{text}' was found at order {found}: the term of "
            f"γ^{found} changes it at the rate {text_of(rate)}, which neither elementary "
            "differentials of it nor monomials of low degree make up for; truncate the equation "
            "before it"
        )
    return ModifiedInvariant(equation.order, problem, found)


def element_of(problem: VectorField, invariant: Any) -> Element:
    """Return a function, given as a text or exactly, as an element of the problem's ring."""
    if isinstance(invariant, Element):
        return invariant
    if isinstance(invariant, str):
        parts = parse_components(
            invariant, variables=problem.variables, parameters=problem.parameters
        )
        if len(parts) != 1:
            raise DimensionError(f"a first integral is one expression, and {len(parts)} were given")
        return read(problem.ring, parts[0])
    return read(problem.ring, exact(invariant, "the first integral"))


def elementary(
    problem: VectorField, value: Element, parts: Any, colors: Colors, nodes: int
) -> list[Element]:
    """Return the elementary differentials of a function with so many nodes.

    Raises
    ------
    OrderError
        If they are too many.
    """
    forests = [tree(children, _INVARIANT) for children in _forests(nodes, colors)]
    if len(forests) > _MOST:
        raise OrderError(
            f"{len(forests)} elementary differentials of order {nodes} are too many to look among: "
            "take a lower order"
        )
    zero = problem.ring.constant(0)
    first = [value, *([zero] * (problem.dimension - 1))]
    differential = differentials_in_ring(problem, {**parts, _INVARIANT: first})
    return [differential(t)[0] for t in forests]


# --- private helpers ----------------------------------------------------------------------------


def _solved(equation: Terms, value: Element) -> list[Element] | int:
    """Return the terms of the first integral, or the power at which there are none."""
    terms, problem = equation.components, equation.problem
    assert problem is not None
    along = problem.ring.lie_derivative
    last = equation.order
    target = [-along(terms[k], value) for k in range(1, last + 1)]
    broken = next((k for k, rate in enumerate(target, start=1) if not rate.is_zero()), None)
    if broken is None:
        return [value, *([value * 0] * last)]
    found: list[Element] | int = broken
    for pool in (_elementary, _monomials):
        try:
            found = _among(equation, value, target, broken, pool)
        except OrderError:
            continue
        if not isinstance(found, int):
            break
    return found


def _among(
    equation: Terms, value: Element, target: list[Element], broken: int, pool: Pool
) -> list[Element] | int:
    """Look for the terms among candidates; `broken` is the first power that needs some."""
    terms, last, ring = equation.components, equation.order, value.ring
    odd = any(not rate.is_zero() for rate in target[::2])
    powers = [k for k in range(1, last + 1) if odd or k % 2 == 0]
    candidates = [(k, e) for k in powers for e in pool(equation, value, k)]
    columns = [
        [ring.lie_derivative(terms[m - k], e) if m >= k else e * 0 for m in range(1, last + 1)]
        for k, e in candidates
    ]
    found: list[fmpq] | None = []
    for end in range(broken, last + 1):
        found = combination(target[:end], [column[:end] for column in columns])
        if found is None:
            return end
    result = [value, *([value * 0] * last)]
    for (k, e), c in zip(candidates, found or [], strict=True):
        result[k] = result[k] + e * c
    return result


def _elementary(equation: Terms, value: Element, nodes: int) -> list[Element]:
    problem, method = equation.problem, equation.method
    assert problem is not None
    return elementary(problem, value, method.parts(problem), method.colors, nodes)


def _monomials(equation: Terms, value: Element, power: int) -> list[Element]:
    """Return the monomials of degree power + 1 in the variables and the functions in I."""
    degrees = value.poly.degrees()
    count = len(value.ring.variables)
    generators = [g for i, g in enumerate(value.ring.generators())
                  if i < count or (i < len(degrees) and degrees[i])]  # fmt: skip
    if comb(len(generators) + power + 1, power + 1) > _MOST:
        raise OrderError(f"there are too many monomials of degree {power + 1}")
    one = value.ring.constant(1)
    return [
        prod(chosen, start=one)
        for degree in range(1, power + 2)
        for chosen in combinations_with_replacement(generators, degree)
    ]


def _forests(nodes: int, colors: Colors) -> Iterator[tuple[Tree, ...]]:
    """Yield the multisets of trees with so many nodes in all."""
    for grown in trees(nodes + 1, colors):
        if grown.color is colors[0]:
            yield grown.children
