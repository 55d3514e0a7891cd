"""What a page has of one method on one problem: a field that no weights on trees give, energies.

A method such as Adam, or one that treats the parts of a field each in its own way, is derived on
each problem by itself: its script has the terms f_0 ... f_K of that very equation.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bea.algebra import Element
from bea.algebra.programs.program import Program
from bea.algebra.programs.values import Value
from bea.algebra.ring.conversions import atom_nodes, polynomial_node
from bea.errors import BeaError, MethodError
from bea.explorer.method import Opened, open_for
from bea.explorer.problem import ORDER, kind_of, require_plane
from bea.explorer.recorded_step import recorded
from bea.explorer.scripts import Script, Scripts
from bea.fields import VectorField
from bea.methods import Method
from bea.modified.derive import derive
from bea.modified.equation import ModifiedEquation
from bea.modified.memory.character import Character

_LONGEST = 2500  # monomials of all terms together, some 100 kB of script


def pair_record(
    method: Method, problem: VectorField, scripts: Scripts, *, on_trees: bool
) -> dict[str, Any] | None:
    """Return what there is of a method on a problem beside what is of either; None if nothing.

    Parameters
    ----------
    method, problem
        As they were given to the records of either.
    scripts
        Where its functions are put.
    on_trees
        Whether the method has weights on trees, so that its field is known.
    """
    if on_trees and kind_of(problem) != "hamiltonian":
        return None
    found: dict[str, Any] = {}
    way, equation = _equation(method, problem)
    names = [*problem.ring.symbols, *way.names]
    if not on_trees:
        fields = [
            scripts.add_program(_sum_program(equation.components[: k + 1], names))
            for k in range(equation.order + 1)
        ]
        script = recorded(way.method, way.names, problem.variables)
        found |= {
            "vectors": fields,
            "parameters": [s.as_json() for s in way.sliders],
            "init": scripts.add(script.init),
            "step": scripts.add(script.step),
            "slaved": _memory(equation, names, scripts),
        }
    energies = _potential(equation)
    if energies:
        scalars = [
            scripts.add_program(_sum_program([(e,) for e in energies[: k + 1]], names))
            for k in range(len(energies))
        ]
        found["potential"] = scalars
    return found or None


# --- private helpers ------------------------------------------------------------------------------


def _equation(method: Method, problem: VectorField) -> tuple[Opened, ModifiedEquation]:
    """Return the method as open as the derivation permits, and what is derived of it."""
    ways = open_for(method, problem.ring.symbols)
    for way in ways:
        try:
            return way, _to_highest_order(way.method, problem)
        except BeaError:
            if way is ways[-1]:
                raise
    raise AssertionError("there is always a way that is closed")


def _to_highest_order(method: Method, problem: VectorField) -> ModifiedEquation:
    """Derive to the order of the page, or as far as the terms are not too long for it."""
    character = Character(method, problem)
    found = derive(character, 0)
    if found.problem is None or not found.problem.symbolic:
        raise MethodError(f"of '{method}' there are only numbers at points: it has no script")
    require_plane(found.problem)
    for order in range(1, ORDER + 1):
        if _length(found) > _LONGEST / 4:  # the next would be too long, and long in coming
            break
        try:
            longer = derive(character, order)
        except BeaError:  # beyond what is derived in reasonable time
            break
        if _length(longer) > _LONGEST:
            break
        found = longer
    return found


def _length(equation: ModifiedEquation) -> int:
    """Return how many monomials the terms have."""
    return sum(len(c.terms()) for term in equation.components for c in term)


def _sum_program(terms: Sequence[Sequence[Element]], names: Sequence[str]) -> Program:
    """Return the program of the sum over k of a weight times terms[k], the weights behind names."""
    program = Program([*names, *(f"w{k}" for k in range(len(terms)))])
    weights = [Value(program, program.input(len(names) + k)) for k in range(len(terms))]
    ring = next(c.ring for term in terms for c in term)
    nodes = atom_nodes(program, ring, [program.input(names.index(n)) for n in ring.symbols])
    for component in zip(*terms, strict=True):
        values = [Value(program, polynomial_node(program, nodes, c)) for c in component]
        total = sum((v * w for v, w in zip(values[1:], weights[1:], strict=True)),
                    start=values[0] * weights[0])  # fmt: skip
        program.output(total.node)
    return program


def _memory(
    equation: ModifiedEquation, names: Sequence[str], scripts: Scripts
) -> dict[str, Script | int] | None:
    """Return the memory on the slow manifold, on which a run begins, if there is memory."""
    if not equation.character.has_memory:
        return None
    terms = equation.memory
    return {"script": scripts.add_program(_sum_program(terms, names)), "powers": len(terms)}


def _potential(equation: ModifiedEquation) -> list[Element]:
    """Return the terms of the modified loss or Hamiltonian, up to the first that there is not."""
    found: list[Element] = []
    for order in range(equation.order + 1):
        cut = equation.truncate(order)
        try:
            loss = cut.modified_loss() if cut.notation == "grad" else cut.modified_hamiltonian()
        except BeaError:
            break
        term = loss.terms[order]
        if term is None:  # a line integral
            break
        found.append(term)
    return found
