"""What the step of a B-series keeps, and to which power of gamma, for every field at once.

All is read off the coefficients b(tau) of the modified field, power by power: the step keeps up to
terms of gamma^(n+1) what the terms of at most n nodes keep. Sources: Hairer, Lubich and Wanner,
Geometric Numerical Integration, sections VI.7 and IX.9 (symplectic), II.3 and IX.2 (symmetric);
Celledoni, McLachlan, Owren and Quispel, Found. Comput. Math. 10 (2010) 673-693 (energy); Hairer and
Zbinden, IMA J. Numer. Anal. 33 (2013) 57-79, and Chartier, Faou and Murua, Numer. Math. 103 (2006)
575-590 (conjugate to a symplectic method: exactly where it keeps a modified Hamiltonian); Iserles,
Quispel and Tse, BIT 47 (2007) 351-378 (volume).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from flint import fmpq, fmpq_mat

from bea.bseries.geometry.aromas import divergence
from bea.bseries.geometry.elementary_hamiltonians import ElementaryHamiltonians
from bea.errors import MethodError
from bea.trees import Colors, Tree

Parts = list[dict[Tree, Any]]


class Structure:
    """The structure of a modified field, to the number of nodes to which it is known.

    Parameters
    ----------
    coefficients
        b(tau) on all trees of at most `nodes` nodes.
    nodes
        How far they go.
    colors
        Of the trees: one colour; two, of the positions and of the momenta; or those of the terms of
        a sum, where H = H1 + H2 + ... and no term has a divergence.
    separable
        For two colours, whether only fields f1(p), f2(q) are meant, and H = T(p) + V(q).

    Raises
    ------
    MethodError
        If the trees have other colours.

    Examples
    --------
    >>> from bea.trees import PLAIN, tree
    >>> midpoint = {tree([]): fmpq(1), tree([[]]): fmpq(0),
    ...             tree([[], []]): fmpq(-1, 12), tree([[[]]]): fmpq(1, 12)}
    >>> Structure(midpoint, 3, PLAIN).orders
    {'symmetric': 3, 'symplectic': 3, 'conjugate_symplectic': 3, 'energy': 2, 'volume': 2}
    """

    def __init__(
        self, coefficients: Mapping[Tree, Any], nodes: int, colors: Colors, separable: bool = False
    ) -> None:
        blocks = any(color.block for color in colors)
        if (blocks and len(colors) > 2) or any(color.unit for color in colors):
            raise MethodError(
                "structure on trees is that of one field, of a sum, or of positions and momenta: "
                "derive it on a problem"
            )
        self.nodes = nodes
        self.separable = separable
        self.hamiltonians = ElementaryHamiltonians(colors, separable)
        self._fields: Parts = [{} for _ in range(nodes)]
        for t, b in coefficients.items():
            if t.order <= nodes and b != 0 and self.hamiltonians.occurs(t):
                self._fields[t.order - 1][t] = b * fmpq(1, t.symmetry)

    def field(self, nodes: int) -> dict[Tree, Any]:
        """Return the factors of F(tau) with so many nodes, without those that are 0."""
        return self._fields[nodes - 1]

    def hamiltonian(self, nodes: int) -> dict[Tree, Any]:
        """Return the part of the terms that is J grad of elementary Hamiltonians, as these."""
        found, _ = self.hamiltonians.split(self.field(nodes))
        return {t: c for t, c in found.items() if c != 0}

    def remainder(self, nodes: int) -> dict[Tree, Any]:
        """Return the rest, which no Hamiltonian accounts for: factors of F(tau)."""
        _, rest = self.hamiltonians.split(self.field(nodes))
        return {t: w for t, w in rest.items() if w != 0}

    def energy_rate(self, nodes: int) -> dict[Tree, Any]:
        """Return how the terms change H itself, in elementary Hamiltonians."""
        return self.hamiltonians.energy_rate(self.field(nodes))

    def divergence(self, nodes: int) -> dict[Any, Any]:
        """Return the divergence of the terms, by cycles, for fields without divergence."""
        return divergence(self.field(nodes), self.separable)

    @cached_property
    def orders(self) -> dict[str, int | None]:
        """The power of gamma to which the step keeps each structure; at most `nodes`.

        None where it is not decided: "volume" of parts that have a divergence of their own, and
        "conjugate_symplectic" of numbers that are not rational.
        """
        one_divergence = self.separable or not self.hamiltonians.colors[0].block
        return {
            "symmetric": self._to(lambda n: n % 2 == 0 and bool(self.field(n))),
            "symplectic": self._to(lambda n: bool(self.remainder(n))),
            "conjugate_symplectic": self._conjugate_order,
            "energy": self._to(lambda n: bool(self.energy_rate(n))),
            "volume": self._to(lambda n: bool(self.divergence(n))) if one_divergence else None,
        }

    def conserved(self, nodes: int) -> Parts | None:
        """Return a modified Hamiltonian that the terms to so many nodes conserve, or None.

        It begins with H; its parts are sums of elementary Hamiltonians of 1, ..., `nodes` nodes.
        """
        unknown = [t for n in range(2, nodes + 1) for t in self.hamiltonians.free(n)]
        energy = {t: fmpq(1) for t in self.hamiltonians.free(1)}
        given = self._derivative(energy, nodes)
        columns = [self._derivative({t: fmpq(1)}, nodes) for t in unknown]
        places = list(dict.fromkeys(t for c in [given, *columns] for t in c))
        width = len(columns) + 1
        rows = _reduced([[c.get(t, fmpq(0)) for c in [*columns, given]] for t in places], width)
        solution: dict[Tree, Any] = dict.fromkeys(unknown, fmpq(0))
        for row in rows:
            pivot = next(j for j in range(width) if row[j] != 0)
            if pivot == width - 1:
                return None
            solution[unknown[pivot]] = -row[width - 1]
        parts: Parts = [energy, *({} for _ in range(nodes - 1))]
        for t, c in solution.items():
            if c != 0:
                parts[t.order - 1][t] = c
        return parts

    # --- private helpers --------------------------------------------------------------------------

    def _derivative(self, hamiltonian: Mapping[Tree, Any], nodes: int) -> dict[Tree, Any]:
        """Return its derivative along the terms, as far as `nodes` nodes of them reach from H."""
        (size,) = {t.order for t in hamiltonian}
        found: dict[Tree, Any] = {}
        for n in range(1, nodes + 2 - size):
            found |= self.hamiltonians.along(self.field(n), hamiltonian)
        return found

    def _to(self, broken: Any) -> int:
        """Return how many nodes the terms may have before the first that breaks something."""
        return next((n - 1 for n in range(1, self.nodes + 1) if broken(n)), self.nodes)

    @property
    def _conjugate_order(self) -> int | None:
        if not all(isinstance(w, fmpq) for part in self._fields for w in part.values()):
            symplectic = self._to(lambda n: bool(self.remainder(n)))
            return self.nodes if symplectic == self.nodes else None
        return next(
            (n - 1 for n in range(2, self.nodes + 1) if self.conserved(n) is None), self.nodes
        )


# --- private helpers ------------------------------------------------------------------------------


def _reduced(rows: list[list[Any]], width: int) -> list[list[Any]]:
    """Return the rows of the reduced echelon form that are not zero; numbers may be irrational."""
    if all(isinstance(x, fmpq) for row in rows for x in row):
        entries = [x for row in rows for x in row]
        reduced, rank = fmpq_mat(len(rows), width, entries).rref()
        return [[reduced[i, j] for j in range(width)] for i in range(rank)]
    rows, rank = [list(row) for row in rows], 0
    for column in range(width):
        found = next((i for i in range(rank, len(rows)) if rows[i][column] != 0), None)
        if found is None:
            continue
        rows[rank], rows[found] = rows[found], rows[rank]
        pivot = rows[rank][column]
        rows[rank] = [x / pivot for x in rows[rank]]
        for i, row in enumerate(rows):
            if i != rank and row[column] != 0:
                rows[i] = [x - row[column] * y for x, y in zip(row, rows[rank], strict=True)]
        rank += 1
    return rows[:rank]
