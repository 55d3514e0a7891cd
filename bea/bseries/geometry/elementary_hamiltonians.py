"""Elementary Hamiltonians: which B-series fields are J grad of something, and of what.

For f = J grad H let H([t1 ... tm]) = H^(m)(F(t1), ..., F(tm)). Along an edge the two nodes are
contracted by J, which is skew: H changes its sign when the root moves to a neighbour, and is 0 for
trees that are their own mirror image across an edge (superfluous ones). So there is one H for each
free tree, up to the sign, and

    J grad H(t) = sum over the nodes v of (-1)^(distance of v) F(t rooted at v).

With two blocks of variables, the positions and the momenta, F([...]_c) = P_c J grad H^(m)(...) and
P_q J = J P_p: the edge changes its colour where the root moves across it, and that of the root is
free. Where H = T(p) + V(q) every node of T has nodes of V for neighbours, and keeps its colour. So
do the nodes where f is a sum of Hamiltonian fields, H = H1 + H2, which move any of the variables.
Source: Hairer, Lubich and Wanner, Geometric Numerical Integration, sections IX.9.2, IX.10.2 and
VI.7.1 (conditions for symplecticity).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from flint import fmpq

from bea.trees import Colors, Tree, tree, trees

Combination = Mapping[Tree, Any]


class Oriented(NamedTuple):
    """A free tree by its chosen rooting, with the sign of H there; 0 for a superfluous tree."""

    chosen: Tree
    sign: int


class ElementaryHamiltonians:
    """The elementary Hamiltonians of trees of these colours.

    Parameters
    ----------
    colors
        One colour, those of the positions and of the momenta, or those of the terms of a sum.
    separable
        Whether H = T(p) + V(q), so that a node has only neighbours of the other colour.

    Examples
    --------
    >>> from bea.trees import PLAIN
    >>> one = ElementaryHamiltonians(PLAIN)
    >>> one.oriented(tree([[]])).sign  # an edge is its own mirror image
    0
    >>> one.field(tree([[], []]))  # J grad H''(f, f)
    {[[],[]]: 1, [[[]]]: -2}
    """

    def __init__(self, colors: Colors, separable: bool = False) -> None:
        self.colors = colors
        self.separable = separable
        # Whether the colours are those of edges, the root having none of its own.
        self._free = len(colors) > 1 and colors[0].block and not separable
        self._partner = dict(zip(colors, reversed(colors), strict=True))
        self.oriented = cache(self._oriented)
        self.field = cache(self._field)

    def occurs(self, t: Tree) -> bool:
        """Tell whether F(t) is not 0 by the colours alone."""
        if not self.separable:
            return True
        return all(self._fits(t, child) and self.occurs(child) for child in t.children)

    def rooted(self, nodes: int) -> list[Tree]:
        """Return the rooted trees with so many nodes whose F is not 0."""
        if not self.separable:
            return list(trees(nodes, self.colors))
        return [self._alternating(t, color) for t in trees(nodes) for color in self.colors]

    def free(self, nodes: int) -> list[Tree]:
        """Return the chosen rootings of the free trees whose H is not 0."""
        found = dict.fromkeys(self.oriented(t) for t in self.rooted(nodes))
        return list(dict.fromkeys(t for t, sign in found if sign))

    def split(self, field: Combination) -> tuple[dict[Tree, Any], dict[Tree, Any]]:
        """Return a field of trees with equally many nodes as J grad of H's, and what is left over.

        A field is a mapping from trees to the factors of F. The part of H takes, for each free
        tree, the mean of the factors over its nodes, with their signs.
        """
        rest = dict(field)
        found: dict[Tree, Any] = {}
        for t in field:
            chosen, sign = self.oriented(t)
            if not sign or chosen in found:
                continue
            own = self.field(chosen)
            total = sum(
                (rest.get(r, fmpq(0)) * (1 if n > 0 else -1) for r, n in own.items()),
                start=fmpq(0),
            )
            found[chosen] = total * fmpq(1, sum(map(abs, own.values())))
            for r, n in own.items():
                rest[r] = rest.get(r, fmpq(0)) - found[chosen] * n
        return found, rest

    def energy_rate(self, field: Combination) -> dict[Tree, Any]:
        """Return the derivative of H along a field, grad H . F(t) = H([t]), on free trees."""
        return self._collected((above, w) for t, w in field.items() for above in self._above(t))

    def along(self, field: Combination, hamiltonian: Combination) -> dict[Tree, Any]:
        """Return the derivative of a sum of elementary Hamiltonians along a field."""
        return self._collected(
            (grown, w * c)
            for t, c in hamiltonian.items()
            for branch, w in field.items()
            for grown in self._grown(t, branch)
        )

    def bracket(self, a: Combination, b: Combination) -> dict[Tree, Any]:
        """Return Poisson's bracket {a, b}: the derivative of a along J grad b.

        >>> from bea.trees import PLAYERS
        >>> parts = ElementaryHamiltonians(PLAYERS, separable=True)
        >>> T, V = ({tree([], color): fmpq(1)} for color in PLAYERS)
        >>> parts.bracket(T, parts.bracket(T, V))  # V''(grad T, grad T)
        {[[]:f1,[]:f1]:f2: 1}
        """
        field: defaultdict[Tree, Any] = defaultdict(lambda: fmpq(0))
        for t, c in b.items():
            for rooted, n in self.field(t).items():
                field[rooted] += c * n
        return self.along(field, a)

    def rootings(self, t: Tree) -> dict[Tree, int]:
        """Return the sign of H of each rooting relative to `t`; all are 0 if one has both signs."""
        found: dict[Tree, int] = {}
        for rooted, sign in self._walk(self._normal(t)):
            found[rooted] = sign if found.get(rooted, sign) == sign else 0
        return found if all(found.values()) else dict.fromkeys(found, 0)

    # --- private helpers --------------------------------------------------------------------------

    def _oriented(self, t: Tree) -> Oriented:
        signs = self.rootings(t)
        chosen = max(signs)
        return Oriented(chosen, signs[chosen])

    def _field(self, chosen: Tree) -> dict[Tree, int]:
        """Return J grad H(chosen): rooted trees with their signed numbers."""
        found: defaultdict[Tree, int] = defaultdict(int)
        for rooted, sign in self._walk(self._normal(chosen)):
            for color in self.colors if self._free else (rooted.color,):
                found[tree(rooted.children, color)] += sign
        return dict(found)

    def _walk(self, t: Tree) -> Iterator[tuple[Tree, int]]:
        """Yield the tree rooted at each of its nodes, with the sign by the distance."""
        waiting = [(t, list(t.children), 1)]
        while waiting:
            at, ahead, sign = waiting.pop()
            yield at, sign
            for child in ahead:
                color = self._partner[child.color] if self._free else at.color
                rest = tree(at.without(child).children, color)
                moved = self._normal(tree([*child.children, rest], child.color))
                waiting.append((moved, list(child.children), -sign))

    def _normal(self, t: Tree) -> Tree:
        """Return the tree with the first colour at the root, where that is free."""
        return tree(t.children, self.colors[0]) if self._free else t

    def _fits(self, below: Tree, child: Tree) -> bool:
        return not self.separable or child.color is self._partner[below.color]

    def _above(self, t: Tree) -> list[Tree]:
        """Return the trees of H'(F(t)), by the parts of H that it may be of."""
        if self._free or len(self.colors) == 1:
            return [tree([t], self.colors[0])]
        colors = [self._partner[t.color]] if self.separable else self.colors
        return [tree([t], color) for color in colors]

    def _grown(self, t: Tree, branch: Tree) -> Iterator[Tree]:
        """Yield the tree with the branch at each of its nodes, where it fits."""
        if self._fits(t, branch):
            yield t.graft(branch)
        for child in t.children:
            rest = t.without(child)
            yield from (rest.graft(grown) for grown in self._grown(child, branch))

    def _alternating(self, t: Tree, color: Any) -> Tree:
        other = self._partner[color]
        return tree([self._alternating(child, other) for child in t.children], color)

    def _collected(self, parts: Iterable[tuple[Tree, Any]]) -> dict[Tree, Any]:
        found: dict[Tree, Any] = {}
        for t, value in parts:
            chosen, sign = self.oriented(t)
            if sign:
                found[chosen] = found.get(chosen, fmpq(0)) + value * sign
        return {t: c for t, c in found.items() if c != 0}
