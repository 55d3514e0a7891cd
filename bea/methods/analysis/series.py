"""The analysis of any method of one step that trees express: splittings, compositions and so on.

Its map is found by running `step` on trees; order and structure are read off that. Source: Hairer,
Lubich and Wanner, Geometric Numerical Integration, sections III.1, III.2 and IX.9.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from flint import fmpq

from bea.algebra import Element
from bea.algebra.language.expressions import Expression, free_symbols
from bea.bseries import TreeArithmetic, exact_map, field_of_map
from bea.bseries.geometry.structure import Structure
from bea.errors import BeaError, MethodError
from bea.methods.analysis.numbers import exactly
from bea.methods.method import Method
from bea.trees import Tree, number_up_to, trees_up_to

_MOST_TREES = 300


class SeriesAnalysis:
    """The analysis of a method on trees; `bea.analyze` makes it.

    Examples
    --------
    >>> import bea
    >>> found = bea.analyze("stormer-verlet")
    >>> found.order, found.structure["H = T(p) + V(q)"]["symplectic"], found.looked_to
    (2, 5, 5)
    """

    kind = "B-series"

    def __init__(self, method: Method) -> None:
        self.method = method
        self.name = str(method)

    @classmethod
    def of(cls, method: Method) -> SeriesAnalysis | None:
        """Return the analysis of a method, or None if trees do not express it."""
        found = cls(method)
        try:
            return found if found.maps(2) else None
        except BeaError:
            return None

    @property
    def looked_to(self) -> int:
        """The number of nodes to which the trees are run over, not many more than 200."""
        nodes = 2
        while number_up_to(nodes + 1, self.method.colors) <= _MOST_TREES:
            nodes += 1
        return nodes

    def maps(self, nodes: int) -> dict[Tree, Any]:
        """Return the coefficients a(tau) of the step on the trees of at most so many nodes."""
        symbols: set[str] = set()
        self.method.bind(lambda e: _collect(e, symbols))
        f = TreeArithmetic(nodes, None, self.method.colors, tuple(sorted(symbols)))
        bound = self.method.bind(f.constant)
        state = bound.init(f, f.identity)
        if len(state):
            raise MethodError(f"method '{self.method.name}' has memory")
        after, _ = bound.step(f, f.identity, state, f.gamma)
        if after.identity != 1 or after.shift != 0:
            raise MethodError(f"the step of '{self.method.name}' does not tend to the identity")
        listed = trees_up_to(nodes, self.method.colors)
        return dict(zip(listed, map(_simplest, after.coefficients), strict=True))

    @cached_property
    def map(self) -> dict[Tree, Any]:
        """The coefficients a(tau) as far as it is looked."""
        return self.maps(self.looked_to)

    def residuals(self, nodes: int) -> dict[Tree, Any]:
        """Return by how much the order conditions of so many nodes are missed, where they are."""
        exact = dict(zip(self.map, exact_map(self.looked_to, self.method.colors), strict=True))
        missed = {t: a - exact[t] for t, a in self.map.items() if t.order == nodes}
        return {t: r for t, r in missed.items() if r != 0 and not self.method.vanishes(t)}

    @cached_property
    def order(self) -> int:
        """The order of accuracy; where it is `looked_to` it may be higher."""
        broken = (n for n in range(1, self.looked_to + 1) if self.residuals(n))
        return next(broken, self.looked_to + 1) - 1

    @cached_property
    def structures(self) -> Mapping[str, Structure]:
        """The structures by the fields that they are for; none of parts that are not two.

        None either of a method for special fields, on which other trees vanish than on these.
        """
        if type(self.method).vanishes is not Method.vanishes:
            return {}
        colors = self.method.colors
        field = dict(zip(self.map, field_of_map(list(self.map.values()), colors), strict=True))
        kinds = {"every field": False}
        if not colors[0].block and len(colors) > 1:
            kinds = {f"H = {' + '.join(f'H{c.text[1:]}' for c in colors)}": False}
        elif len(colors) == 2:
            kinds = {"H = T(p) + V(q)": True, "every H(q, p)": False}
        try:
            return {
                name: Structure(field, self.looked_to, colors, separable)
                for name, separable in kinds.items()
            }
        except MethodError:
            return {}

    @property
    def structure(self) -> dict[str, dict[str, int | None]]:
        """To which power of gamma each structure is kept; `looked_to` may go on."""
        return {name: found.orders for name, found in self.structures.items()}

    def as_json(self) -> Mapping[str, Any]:
        """Return all of it for machines."""
        return {
            "method": self.method.name,
            "parameters": dict(self.method.parameters),
            "kind": self.kind,
            "order": self.order,
            "residuals": [
                {
                    "tree": t.nested,
                    "colors": [color.name for color in t.colors],
                    "residual": exactly(r),
                    "density": t.density,
                    "symmetry": t.symmetry,
                }
                for t, r in self.residuals(self.order + 1).items()
            ],
            "structure": self.structure,
            "looked_to": self.looked_to,
        }

    def __repr__(self) -> str:
        kept = "; ".join(
            f"{name}: {', '.join(f'{what} to γ^{k}' for what, k in orders.items() if k)}"
            for name, orders in self.structure.items()
        )
        return f"{self.name}: order {self.order}; {kept}"


# --- private helpers ----------------------------------------------------------------------------


def _collect(value: Expression, symbols: set[str]) -> fmpq:
    symbols.update(free_symbols(value))
    return fmpq(1)


def _simplest(value: Any) -> Any:
    if not isinstance(value, Element):
        return value
    rational = value.as_rational()
    if rational is not None:
        return rational
    return fmpq(0) if value.is_zero() else value
