"""Partitioned Runge-Kutta methods: a tableau for each of two parts of the variables.

    k_i = f(theta + gamma sum_j (a_ij P1 + A_ij P2) k_j),  theta+ = theta + gamma sum_i (b_i P1 +
    B_i P2) k_i

with P1 and P2 the projections on the parts. Source: Hairer, Lubich and Wanner, Geometric Numerical
Integration, sections II.2, III.2 and VI.4.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from typing import Any

from bea.algebra.language.expressions import Expression, to_text
from bea.errors import TableauError
from bea.methods.library.tableau import Tableau
from bea.methods.partitioned.split_method import SplitMethod
from bea.methods.registry import register

Row = list[tuple[int, Any]]


class TableauPair(SplitMethod):
    """A partitioned Runge-Kutta method; subclasses say the two tableaus."""

    formula = "kᵢ = f(θ + γ Σ (aᵢⱼ P₁ + âᵢⱼ P₂) kⱼ),  θ₊ = θ + γ Σ (bᵢ P₁ + b̂ᵢ P₂) kᵢ"
    tableaus: tuple[Tableau, Tableau]
    _rows: list[tuple[Row, Row]]
    _weights: tuple[Row, Row]

    def bind(self, constant: Callable[[Expression], Any]) -> TableauPair:
        """Return the method with the entries of its tableaus turned into numbers."""
        one, two = self.tableaus

        def numbers(row: Row) -> Row:
            return [(j, constant(a)) for j, a in row]

        bound = copy(self)
        rows = [(numbers(a), numbers(b)) for a, b in zip(one.rows(), two.rows(), strict=True)]
        object.__setattr__(bound, "_rows", rows)
        object.__setattr__(bound, "_weights", (numbers(one.weights()), numbers(two.weights())))
        return bound

    def step(self, f: Any, theta: Any, state: Any, gamma: Any) -> tuple[Any, Any]:
        """Return theta after one step: stages one by one, or solved for together if implicit."""

        def at(rows: tuple[Row, Row], stages: list[Any]) -> Any:
            point = theta
            for part, row in enumerate(rows):
                if row:
                    point = point + gamma * f.share(_combined(row, stages), self.split, part)
            return point

        if all(tableau.explicit for tableau in self.tableaus):
            stages: list[Any] = []
            for rows in self._rows:
                stages.append(f(at(rows, stages)))
        else:
            stages = f.solve(
                lambda k: [f(at(rows, k)) for rows in self._rows], [f(theta)] * len(self._rows)
            )
        return at(self._weights, stages), state


@register
@dataclass(frozen=True)
class PartitionedRungeKutta(TableauPair):
    """The method of any two tableaus with as many stages, A1 and b1 for the first part.

    >>> euler = PartitionedRungeKutta(A1="1", b1="1", A2="0", b2="1")
    >>> euler.parameters
    {'A1': '1', 'b1': '1', 'A2': '0', 'b2': '1', 'split': 'halves'}
    """

    name = "partitioned-runge-kutta"
    title = "partitioned Runge-Kutta method of two tableaus"
    source = "Hairer, Lubich and Wanner, Geometric Numerical Integration, section II.2.1"

    A1: Any
    b1: Any
    A2: Any
    b2: Any
    split: Any = "halves"

    def __post_init__(self) -> None:
        """Check the tableaus, which must have the same number of stages."""
        pair = Tableau.of(self.A1, self.b1), Tableau.of(self.A2, self.b2)
        if pair[0].stages != pair[1].stages:
            raise TableauError(
                f"the tableaus have {pair[0].stages} and {pair[1].stages} stages: give both as "
                "many, with rows and weights of 0 where one needs fewer"
            )
        for k, tableau in enumerate(pair, start=1):
            object.__setattr__(self, f"A{k}", tableau.A)
            object.__setattr__(self, f"b{k}", tableau.b)
        object.__setattr__(self, "tableaus", pair)
        super().__post_init__()


@register
@dataclass(frozen=True)
class LobattoPair(TableauPair):
    """Lobatto IIIA for the first part, IIIB for the second: symplectic, order 2s - 2.

    >>> LobattoPair().tableaus[1]
    1/2  |  1/2  0
    1/2  |  1/2  0
    -----+----------
         |  1/2  1/2
    """

    name = "lobatto-iiia-iiib"
    title = "Lobatto IIIA-IIIB pair (2, 3 or 4 stages)"
    source = (
        "Sun, J. Comput. Math. 11 (1993) 365-372; Hairer, Lubich and Wanner, Geometric Numerical "
        "Integration, section II.2.2, and VI.4.2"
    )
    options = {"stages": (2, 3, 4)}  # noqa: RUF012

    stages: Any = 2
    split: Any = "halves"

    def __post_init__(self) -> None:
        """Make the tableaus."""
        super().__post_init__()
        one = Tableau.of(*_LOBATTO_IIIA[self.stages])
        object.__setattr__(self, "tableaus", (one, _symplectic_partner(one)))


# --- private helpers ----------------------------------------------------------------------------

_LOBATTO_IIIA = {
    2: ("0, 0; 1/2, 1/2", "1/2, 1/2"),
    3: ("0, 0, 0; 5/24, 1/3, -1/24; 1/6, 2/3, 1/6", "1/6, 2/3, 1/6"),
    4: (
        "0, 0, 0, 0;"
        "(11 + sqrt(5))/120, (25 - sqrt(5))/120, (25 - 13*sqrt(5))/120, (-1 + sqrt(5))/120;"
        "(11 - sqrt(5))/120, (25 + 13*sqrt(5))/120, (25 + sqrt(5))/120, (-1 - sqrt(5))/120;"
        "1/12, 5/12, 5/12, 1/12",
        "1/12, 5/12, 5/12, 1/12",
    ),
}


def _symplectic_partner(tableau: Tableau) -> Tableau:
    """Return the tableau with b_i A_ij + b_j a_ji = b_i b_j: that of IIIB for IIIA's."""
    b = [to_text(w) for w in tableau.b]
    rows = [
        [f"({b[j]}) - ({b[j]})*({to_text(tableau.A[j][i])})/({b[i]})" for j in range(len(b))]
        for i in range(len(b))
    ]
    return Tableau.of(rows, b)


def _combined(row: Row, stages: list[Any]) -> Any:
    (first, a), *rest = row
    return sum((w * stages[j] for j, w in rest), start=a * stages[first])
