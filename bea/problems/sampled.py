"""The numbers of a finite sum: the mean over each lane's own batch, in one vectorised evaluation.

All losses of the sum are one program in theta and in columns of data; a batch picks rows of them.
Where the program is affine in the data, the columns are averaged over the batch first and the
program runs once. For a list of losses the columns are the coefficients in which they differ.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from flint import fmpq
from numpy.typing import NDArray

from bea.fields.conversions import atom_nodes, to_program
from bea.fields.element import Element
from bea.fields.horner import polynomial
from bea.fields.numpy_code import compile_program
from bea.fields.program import Program

__all__ = ["Sampled", "by_coefficients", "by_model"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Coefficients = tuple[fmpq, ...]


class Sampled:
    """A program in theta and in data, evaluated at the mean over batches.

    Parameters
    ----------
    program
        Its inputs are the components of theta and then the columns of data.
    table : (columns, N)
        The data.
    affine
        Whether the outputs are affine in the data.
    """

    def __init__(self, program: Program, table: Floats, affine: bool) -> None:
        self._function = compile_program(program)
        self._count = len(program.outputs)
        self.table, self.affine = table, affine
        self._means = table.mean(axis=1) if affine else np.empty(0)

    def over(self, theta: Floats, index: Ints) -> Floats:
        """Return the means (outputs, lanes) over batches (B, lanes) of indices."""
        if self.affine:
            return self._at(theta, [_mean_of(column, index) for column in self.table])
        total = self._at(theta, [column.take(index[0]) for column in self.table])
        for row in index[1:]:
            total += self._at(theta, [column.take(row) for column in self.table])
        if len(index) > 1:
            total /= len(index)
        return total

    def mean(self, theta: Floats) -> Floats:
        """Return the means (outputs, lanes) over all losses."""
        if self.affine:
            return self._at(theta, list(self._means))
        total = np.zeros((self._count, theta.shape[1]))
        for values in self.each(theta):
            total += values
        return total / self.table.shape[1]

    def each(self, theta: Floats) -> Iterator[Floats]:
        """Yield the outputs (outputs, lanes) for each row of the data."""
        return (self._at(theta, list(row)) for row in self.table.T)

    def _at(self, theta: Floats, data: Sequence[Floats]) -> Floats:
        return self._function([*theta, *data], np.empty((self._count, theta.shape[1])))


def by_model(outputs: Sequence[Element], names: int, table: Floats) -> Sampled:
    """Return the outputs of a model whose last `names` parameters are the columns of data."""
    affine = all(_is_affine(output, names) for output in outputs)
    return Sampled(to_program(outputs), table, affine)


def by_coefficients(samples: Sequence[Sequence[Element]]) -> Sampled:
    """Return the outputs of a list of samples, (N, outputs), all of one ring.

    >>> from bea.fields.ring import Ring
    >>> x = Ring(["x"]).variable(0)
    >>> sampled = by_coefficients([[x - 1], [x * 3 + 1]])
    >>> sampled.over(np.array([[2.0, 2.0]]), np.array([[0, 1]]))
    array([[1., 7.]])
    """
    ring = samples[0][0].ring
    terms = [[element.terms() for element in sample] for sample in samples]
    columns: dict[Coefficients, int] = {}
    linear = [_with_columns([t[j] for t in terms], columns) for j in range(len(samples[0]))]
    program = Program([*ring.symbols, *(f"c{k}" for k in range(len(columns)))])
    nodes = atom_nodes(program, ring)
    nodes += [program.input(len(ring.symbols) + k) for k in range(len(columns))]
    for parts in linear:
        padded = {
            (*exponents, *(int(k == column) for k in range(len(columns)))): coefficient
            for (exponents, column), coefficient in parts.items()
        }
        program.output(polynomial(program, padded, nodes))
    numbers = [[float(c.p) / float(c.q) for c in column] for column in columns]
    table = np.array(numbers, dtype=np.float64).reshape(len(columns), len(samples))
    return Sampled(program, table, affine=True)


# --- private helpers ----------------------------------------------------------------------------


def _mean_of(column: Floats, index: Ints) -> Floats:
    total: Floats = column.take(index[0])
    for row in index[1:]:
        total += column.take(row)
    if len(index) > 1:
        total /= len(index)
    return total


def _with_columns(
    terms: Sequence[dict[tuple[int, ...], fmpq]], columns: dict[Coefficients, int]
) -> dict[tuple[tuple[int, ...], int], fmpq]:
    """Return {(exponents, column or -1): coefficient}; columns that are new are added."""
    found: dict[tuple[tuple[int, ...], int], fmpq] = {}
    for exponents in dict.fromkeys(e for sample in terms for e in sample):
        values = tuple(fmpq(sample.get(exponents, 0)) for sample in terms)
        if all(value == values[0] for value in values):
            found[exponents, -1] = values[0]
            continue
        # Columns that are multiples of each other are gathered once.
        scale = next(value for value in values if value != 0)
        column = columns.setdefault(tuple(v / scale for v in values), len(columns))
        found[exponents, column] = scale
    return found


def _is_affine(output: Element, names: int) -> bool:
    """Tell whether an element is affine in the last `names` parameters of its ring."""
    ring = output.ring
    end = len(ring.symbols)
    moving = set(range(end - names, end))
    for atom in ring.atoms:
        if any(_degree(e, moving) for e in atom.argument.terms()):
            moving.add(atom.generator)
    inside = [e for e in output.terms() if any(k and g >= end for g, k in _in(e, moving))]
    return not inside and all(_degree(e, moving) <= 1 for e in output.terms())


def _in(exponents: tuple[int, ...], generators: set[int]) -> list[tuple[int, int]]:
    return [(g, exponents[g]) for g in sorted(generators) if g < len(exponents)]


def _degree(exponents: tuple[int, ...], generators: set[int]) -> int:
    return sum(k for _, k in _in(exponents, generators))
