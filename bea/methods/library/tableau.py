"""Butcher tableaus: exact entries, and the checks that a tableau has to pass.

Source: Butcher, Numerical Methods for Ordinary Differential Equations, section 232.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bea.algebra.language.building import add, negate
from bea.algebra.language.expressions import Expression, Number, free_symbols, to_text
from bea.algebra.ring.exact import exact, in_ring
from bea.algebra.ring.ring import Ring
from bea.errors import BeaError, TableauError
from bea.files.drawings import Mathematics
from bea.files.texts import in_columns

Matrix = tuple[tuple[Expression, ...], ...]
Vector = tuple[Expression, ...]


@dataclass(frozen=True)
class Tableau(Mathematics):
    """An s-stage tableau with exact entries.

        c | A
          | b

    Build it with `Tableau.of`, which checks it.

    Examples
    --------
    >>> Tableau.of("0 0; 1/2 0", "0 1").explicit
    True
    >>> Tableau.of("0 0; 1 0", "1/2 1/2")
    0  |
    1  |  1
    ---+----------
       |  1/2  1/2
    >>> Tableau.of([[0, 0], ["1/2", 0]], [0, 2])
    Traceback (most recent call last):
    ...
    bea.errors.TableauError: the weights b add up to 2: a consistent method needs sum b = 1
    """

    A: Matrix
    b: Vector

    @classmethod
    def of(cls, A: Any, b: Any, c: Any = None) -> Tableau:
        """Return the tableau with these entries.

        Parameters
        ----------
        A, b, c
            The matrix, the weights, and (only to be checked against the row sums of A) the nodes:
            nested sequences, arrays or SymPy matrices of exact numbers, or texts such as
            "0, 0; 1/2, 0" and "0, 1".

        Raises
        ------
        TableauError
            If an entry is a float or cannot be read, the shapes do not fit, sum b is not 1, or c
            is not the vector of row sums.
        """
        matrix = tuple(_vector(row, f"row {i + 1} of A") for i, row in enumerate(_rows(A)))
        weights = _vector(b, "b")
        _check_shape(matrix, weights)
        _check_sum(
            weights, exact(1), "the weights b add up to {}: a consistent method needs sum b = 1"
        )
        if c is not None:
            _check_nodes(matrix, _vector(c, "c"))
        return cls(matrix, weights)

    @property
    def stages(self) -> int:
        """Number of stages, s."""
        return len(self.b)

    @property
    def explicit(self) -> bool:
        """Whether each stage uses earlier stages only."""
        return all(_is_zero(a) for i, row in enumerate(self.A) for a in row[i:])

    def rows(self) -> list[list[tuple[int, Expression]]]:
        """Return the entries of A that are not zero, as (column, entry), row by row."""
        return [[(j, a) for j, a in enumerate(row) if not _is_zero(a)] for row in self.A]

    def weights(self) -> list[tuple[int, Expression]]:
        """Return the entries of b that are not zero, as (column, entry)."""
        return [(j, w) for j, w in enumerate(self.b) if not _is_zero(w)]

    @property
    def nodes(self) -> Vector:
        """The nodes c, the sums of the rows of A."""
        return tuple(add(*row) for row in self.A)

    def shown(self, write: Callable[[Expression], str]) -> list[tuple[str, ...]]:
        """Return the lines of the tableau, (c, a1, ..., as) for each stage and at last ("", b).

        Of an explicit method the entries on the diagonal and above are left empty.
        """
        rows = [row[:i] if self.explicit else row for i, row in enumerate(self.A)]
        lines = [(write(c), *map(write, row)) for c, row in zip(self.nodes, rows, strict=True)]
        lines.append(("", *map(write, self.b)))
        return [(*line, *[""] * (self.stages + 1 - len(line))) for line in lines]

    def __repr__(self) -> str:
        *above, below = in_columns((c, "|", *row) for c, *row in self.shown(to_text)).splitlines()
        bar = above[0].index("|")
        rule = "-" * bar + "+" + "-" * (max(map(len, (*above, below))) - bar - 1)
        return "\n".join([*above, rule, below])

    def __str__(self) -> str:
        matrix = "; ".join(", ".join(map(to_text, row)) for row in self.A)
        return f"A=({matrix}), b=({', '.join(map(to_text, self.b))})"


# --- private helpers ----------------------------------------------------------------------------


def _rows(A: Any) -> Sequence[Any]:
    if hasattr(A, "tolist"):  # a NumPy array or SymPy matrix
        A = A.tolist()
    if isinstance(A, str):
        return [row for row in A.split(";") if row.strip()]
    if not isinstance(A, Sequence) or not A:
        raise TableauError("A must be a matrix: give rows, such as [[0, 0], ['1/2', 0]]")
    return A


def _vector(entries: Any, what: str) -> Vector:
    if hasattr(entries, "tolist"):
        entries = list(entries)
    if isinstance(entries, str):
        entries = entries.split(",") if "," in entries else entries.split()
    if not isinstance(entries, Sequence):
        raise TableauError(f"{what} must be a sequence of exact numbers")
    try:
        return tuple(exact(entry, f"entry {j + 1}") for j, entry in enumerate(entries))
    except BeaError as error:
        raise TableauError(f"{what}: {error}") from None


def _check_shape(matrix: Matrix, weights: Vector) -> None:
    s = len(weights)
    if len(matrix) != s or any(len(row) != s for row in matrix):
        shape = " ".join(str(len(row)) for row in matrix)
        raise TableauError(
            f"b has {s} weights but A has {len(matrix)} rows of lengths {shape}: "
            "A must be square, with a row and a column for each weight"
        )


def _check_nodes(matrix: Matrix, nodes: Vector) -> None:
    if len(nodes) != len(matrix):
        raise TableauError(f"c has {len(nodes)} nodes for {len(matrix)} stages: give one each")
    for i, (row, node) in enumerate(zip(matrix, nodes, strict=True)):
        wanted = f"c[{i + 1}] is {to_text(node)}: they must agree"
        _check_sum(row, node, f"row {i + 1} of A adds up to {{}} but {wanted}")


def _check_sum(entries: Vector, wanted: Expression, message: str) -> None:
    difference = add(*entries, negate(wanted))
    ring = Ring([], sorted(free_symbols(difference)))
    if not in_ring(difference, ring).is_zero():
        raise TableauError(message.format(to_text(add(*entries))))


def _is_zero(entry: Expression) -> bool:
    return isinstance(entry, Number) and entry.value == 0
