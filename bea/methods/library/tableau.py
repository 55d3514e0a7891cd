"""Butcher tableaus: exact entries, and the checks that a tableau has to pass.

Source: Butcher, Numerical Methods for Ordinary Differential Equations, section 232.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flint import fmpq

from bea.algebra.language.building import add, negate
from bea.algebra.language.expressions import Expression, Number, free_symbols, to_text
from bea.algebra.ring.conversions import to_expression
from bea.algebra.ring.exact import exact, in_ring
from bea.algebra.ring.ring import Ring
from bea.errors import BeaError, TableauError
from bea.files.drawings import Mathematics
from bea.files.texts import in_columns
from bea.methods.library.decimals import (
    MOST_PLACES,
    Told,
    decimal_places,
    entry_of,
    is_rounding,
    shown_sum,
    summed_to_one,
)
from bea.methods.library.matrices import completed, entries_of, rows_of

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
    bea.errors.TableauError: the weights b add up to 2: a consistent method needs sum b = 1, so ...
    """

    A: Matrix
    b: Vector

    @classmethod
    def of(cls, A: Any, b: Any, c: Any = None) -> Tableau:
        """Return the tableau with these entries.

        Decimals of more than ten places, floats among them, are taken for what was rounded to them:
        a simple fraction where there is one, as 1/3 for 0.3333333333333333, and for weights that
        add up to 1 but for rounding. A warning says so.

        Parameters
        ----------
        A, b, c
            The matrix, the weights, and (only to be checked against the row sums of A) the nodes:
            nested sequences, arrays or SymPy matrices, or texts such as "0, 0; 1/2, 0" and "0, 1";
            see `bea.methods.library.matrices`. Of A the lower triangle is enough.

        Raises
        ------
        TableauError
            If an entry cannot be read, the shapes do not fit, sum b is not 1, or c is not the
            vector of row sums.
        """
        told = Told()
        weights = _vector(entries_of(b, "b"), "b", told)
        rows = completed(rows_of(A, "A"), len(weights))
        matrix = tuple(_vector(row, f"row {i + 1} of A", told) for i, row in enumerate(rows))
        _check_shape(matrix, weights)
        weights = summed_to_one(weights, told)
        _check_sum(
            weights,
            exact(1),
            "the weights b add up to {}: a consistent method needs sum b = 1, so write them as "
            "fractions or with all their digits",
        )
        if c is not None:
            _check_nodes(matrix, _vector(entries_of(c, "c"), "c", told))
        found = cls(matrix, weights)
        if found.rounding is not None:
            told.add("coefficients", f"that follow are given to {float(1000 * found.rounding):.0e}")
        told.warn()
        return found

    @property
    def rounding(self) -> fmpq | None:
        """The unit of the last place of its decimals, if it has decimals of more than ten places.

        >>> Tableau(((exact("0.123456789012"),),), (exact(1),)).rounding
        1/1000000000000
        """
        entries = [*self.b, *(a for row in self.A for a in row)]
        places = [decimal_places(e.value) for e in entries if isinstance(e, Number)]
        long = [count for count in places if count > MOST_PLACES]
        return fmpq(1, 10 ** min(long)) if long else None

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
        return tuple(_collected(add(*row)) for row in self.A)

    def shown(self, write: Callable[[Expression], str]) -> list[tuple[str, ...]]:
        """Return the lines of the tableau, (c, a1, ..., as) for each stage and at last ("", b).

        Of an explicit method the entries on the diagonal and above are left empty.
        """
        rows = [row[:i] if self.explicit else row for i, row in enumerate(self.A)]
        lines = [(write(c), *map(write, row)) for c, row in zip(self.nodes, rows, strict=True)]
        lines.append(("", *map(write, self.b)))
        return [(*line, *[""] * (self.stages + 1 - len(line))) for line in lines]

    def drawn(self, write: Callable[[Expression], str]) -> str:
        """Return the tableau in lines, c | A above b."""
        *above, below = in_columns((c, "|", *row) for c, *row in self.shown(write)).splitlines()
        bar = above[0].index("|")
        rule = "-" * bar + "+" + "-" * (max(map(len, (*above, below))) - bar - 1)
        return "\n".join([*above, rule, below])

    def __repr__(self) -> str:
        return self.drawn(to_text)

    def __str__(self) -> str:
        matrix = "; ".join(", ".join(map(to_text, row)) for row in self.A)
        return f"A=({matrix}), b=({', '.join(map(to_text, self.b))})"


# --- private helpers ----------------------------------------------------------------------------


def _vector(entries: Sequence[Any], what: str, told: Told) -> Vector:
    try:
        return tuple(entry_of(x, f"entry {j + 1}", told) for j, x in enumerate(entries))
    except BeaError as error:
        raise TableauError(f"{what}: {error}") from None


def _check_shape(matrix: Matrix, weights: Vector) -> None:
    s = len(weights)
    if len(matrix) != s or any(len(row) != s for row in matrix):
        shape = " ".join(str(len(row)) for row in matrix)
        raise TableauError(
            f"b has {s} weights but A has {len(matrix)} rows of lengths {shape}: "
            "A must be square, with a row and a column for each weight, or its lower triangle"
        )


def _check_nodes(matrix: Matrix, nodes: Vector) -> None:
    if len(nodes) != len(matrix):
        raise TableauError(f"c has {len(nodes)} nodes for {len(matrix)} stages: give one each")
    for i, (row, node) in enumerate(zip(matrix, nodes, strict=True)):
        wanted = f"c[{i + 1}] is {shown_sum(node)}: they must agree"
        _check_sum(row, node, f"row {i + 1} of A adds up to {{}} but {wanted}")


def _check_sum(entries: Vector, wanted: Expression, message: str) -> None:
    difference = add(*entries, negate(wanted))
    ring = Ring([], sorted(free_symbols(difference)))
    if in_ring(difference, ring).is_zero() or is_rounding(difference, entries):
        return
    raise TableauError(message.format(shown_sum(add(*entries))))


def _collected(number: Expression) -> Expression:
    """Return a sum with like roots taken together."""
    if isinstance(number, Number):
        return number
    return to_expression(in_ring(number, Ring([], sorted(free_symbols(number)))))


def _is_zero(entry: Expression) -> bool:
    return isinstance(entry, Number) and entry.value == 0
