"""Additive Runge-Kutta methods: a tableau for each part of a field f = f1 + f2 + ...

    Y_i    = theta + gamma sum_c sum_j a^c_ij f_c(Y_j)
    theta+ = theta + gamma sum_c sum_i b^c_i f_c(Y_i)

Where the parts move blocks of variables these are partitioned Runge-Kutta methods. Sources: Hairer,
Lubich and Wanner, Geometric Numerical Integration, sections II.2, III.2 and VI.4; Araujo, Murua and
Sanz-Serna, SIAM J. Numer. Anal. 34 (1997) 1926-1947.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any

from bea.algebra.language.expressions import Expression, to_text
from bea.errors import MethodError, TableauError
from bea.methods.library.tableau import Tableau
from bea.methods.partitioned.split_method import SplitMethod
from bea.methods.registry import register

Row = list[tuple[int, Any]]
Rows = tuple[Row, ...]


class AdditiveMethod(SplitMethod):
    """An additive Runge-Kutta method; subclasses say the tableaus, one for each part."""

    formula = "Yᵢ = θ + γ Σᶜ Σⱼ aᶜᵢⱼ f_c(Yⱼ),  θ₊ = θ + γ Σᶜ Σᵢ bᶜᵢ f_c(Yᵢ)"
    most_parts = 0
    tableaus: tuple[Tableau, ...]
    _rows: list[Rows]
    _weights: Rows

    def __post_init__(self) -> None:
        """Read the split, which must have a part for each tableau."""
        super().__post_init__()
        tableaus = getattr(self, "tableaus", ())
        if len(tableaus) not in (0, self.split.count):
            raise MethodError(
                f"'{self.name}' has {len(tableaus)} tableaus and the split '{self.split}' "
                f"{self.split.count} parts: give one tableau for each part"
            )

    def bind(self, constant: Callable[[Expression], Any]) -> AdditiveMethod:
        """Return the method with the entries of its tableaus turned into numbers."""

        def numbers(row: Row) -> Row:
            return [(j, constant(a)) for j, a in row]

        bound = copy(self)
        columns = [[numbers(row) for row in tableau.rows()] for tableau in self.tableaus]
        weights = tuple(numbers(tableau.weights()) for tableau in self.tableaus)
        object.__setattr__(bound, "_rows", list(zip(*columns, strict=True)))
        object.__setattr__(bound, "_weights", weights)
        return bound

    def step(self, f: Any, theta: Any, state: Any, gamma: Any) -> tuple[Any, Any]:
        """Return theta after one step: stages one by one, or solved for together if need be."""
        slopes: list[list[Any]] = []
        for i, rows in enumerate(self._rows):
            if any(j > i for row in rows for j, _ in row):
                slopes = self._all_stages(f, theta, gamma)
                break
            slopes.append(f.parts(self._stage(f, theta, gamma, slopes, rows), self.split))
        return _moved(theta, gamma, self._weights, slopes), state

    def _stage(self, f: Any, theta: Any, gamma: Any, slopes: list[Any], rows: Rows) -> Any:
        """Return a stage that asks for those before it and perhaps for itself."""
        before = tuple([(j, a) for j, a in row if j < len(slopes)] for row in rows)
        point = _moved(theta, gamma, before, slopes)
        own = [(c, a) for c, row in enumerate(rows) for j, a in row if j == len(slopes)]
        if not own:
            return point

        def slope(at: Any) -> Any:
            return _total([a * f.part(at, self.split, c) for c, a in own])

        return point + gamma * f.solve(lambda k: slope(point + gamma * k), slope(point))

    def _all_stages(self, f: Any, theta: Any, gamma: Any) -> list[Any]:
        """Return the slopes at all stages, whose increments are solved for together."""

        def increments(points: Sequence[Any]) -> list[Any]:
            slopes = [f.parts(point, self.split) for point in points]
            nothing = 0 * slopes[0][0]
            return [_combined(rows, slopes, nothing) for rows in self._rows]

        def points(found: list[Any]) -> list[Any]:
            return [theta + gamma * k for k in found]

        guess = increments([theta] * len(self._rows))
        found = f.solve(lambda k: increments(points(k)), guess)
        return [f.parts(point, self.split) for point in points(found)]


class TableauPair(AdditiveMethod):
    """A method of two tableaus."""

    most_parts = 2


@register
@dataclass(frozen=True)
class AdditiveRungeKutta(AdditiveMethod):
    """The method of any tableaus with as many stages, one for each part of the field.

    Between the tableaus stands a |; weights that all have in common may be given once. Without a
    split any f = f1 + f2 + ... is meant.

    >>> imex = AdditiveRungeKutta(A="0, 0; 0, 1/2 | 0, 0; 1/2, 0", b="0, 1")
    >>> imex.parameters
    {'A': '0, 0; 0, 1/2 | 0, 0; 1/2, 0', 'b': '0, 1 | 0, 1', 'split': 'f1 + f2'}
    """

    name = "additive-runge-kutta"
    title = "additive Runge-Kutta method, any tableaus"
    source = "Kennedy and Carpenter, Appl. Numer. Math. 44 (2003) 139-181, section 2"
    also = ("additive-rk", "ark", "imex", "imex-rk")
    readers = {**SplitMethod.readers, "A": str, "b": str}  # noqa: RUF012

    A: Any
    b: Any
    split: Any = ""

    def __post_init__(self) -> None:
        """Check the tableaus, which must have the same number of stages."""
        matrices, weights = _several(self.A), _several(self.b)
        weights = weights * len(matrices) if len(weights) == 1 else weights
        if len(matrices) < 2 or len(matrices) != len(weights):
            raise TableauError(
                f"A has {len(matrices)} and b {len(weights)} tableaus: give one of each for every "
                "part of the field, with | between, such as A='0, 0; 0, 1 | 0, 0; 1, 0'"
            )
        tableaus = _checked([Tableau.of(a, w) for a, w in zip(matrices, weights, strict=True)])
        object.__setattr__(self, "tableaus", tableaus)
        object.__setattr__(self, "A", " | ".join(_written(t)[0] for t in tableaus))
        object.__setattr__(self, "b", " | ".join(_written(t)[1] for t in tableaus))
        if not self.split:
            any_parts = " + ".join(f"f{k + 1}" for k in range(len(tableaus)))
            object.__setattr__(self, "split", any_parts)
        super().__post_init__()


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
        pair = _checked([Tableau.of(self.A1, self.b1), Tableau.of(self.A2, self.b2)])
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


def _several(value: Any) -> list[Any]:
    """Return the texts between the bars, or the items of a sequence of rows or matrices."""
    if isinstance(value, str):
        return [part.strip() for part in value.split("|")]
    several = isinstance(value, Sequence) and all(isinstance(x, str | Sequence) for x in value)
    return list(value) if several else [value]


def _checked(tableaus: list[Tableau]) -> tuple[Tableau, ...]:
    counts = [tableau.stages for tableau in tableaus]
    if len(set(counts)) > 1:
        raise TableauError(
            f"the tableaus have {' and '.join(map(str, counts))} stages: give all as many, with "
            "rows and weights of 0 where one needs fewer"
        )
    return tuple(tableaus)


def _written(tableau: Tableau) -> tuple[str, str]:
    """Return A and b as texts."""
    return (
        "; ".join(", ".join(map(to_text, row)) for row in tableau.A),
        ", ".join(map(to_text, tableau.b)),
    )


def _moved(theta: Any, gamma: Any, rows: Rows, slopes: list[Any]) -> Any:
    return theta + gamma * _combined(rows, slopes) if any(rows) else theta


def _combined(rows: Rows, slopes: list[Any], nothing: Any = None) -> Any:
    """Return the sum over all parts of the slopes times the entries of a row."""
    terms = [a * slopes[j][c] for c, row in enumerate(rows) for j, a in row]
    return _total(terms) if terms else nothing


def _total(terms: list[Any]) -> Any:
    return sum(terms[1:], start=terms[0])
