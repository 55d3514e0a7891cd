"""The numbers of a finite sum: the mean over each lane's own batch, in one vectorised evaluation.

All losses of the sum are one program in theta and in columns of data; a batch picks rows of them.
Where the program is affine in the data, they are averaged over the batch first and the program runs
once: so it is for a list of losses, whose columns are the coefficients in which they differ, and
for a model that is polynomial in the data, whose columns are then the products of data in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from threading import local
from typing import Any

import numpy as np
from flint import fmpq

from bea.algebra.programs.horner import polynomial
from bea.algebra.programs.numpy_code import BLOCK, compile_program
from bea.algebra.programs.program import Program
from bea.algebra.ring.conversions import atom_nodes, to_program
from bea.algebra.ring.element import Element
from bea.algebra.ring.ring import Ring
from bea.arrays import Floats, Ints

Coefficients = tuple[fmpq, ...]
_Linear = dict[tuple[tuple[int, ...], int], fmpq]  # (exponents, column or -1) -> coefficient

_MOST_PRODUCTS = 4  # of data, for each column of data: more take longer to gather than the model
_KEPT = 4  # work arrays kept per thread, for the numbers of lanes seen lately


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
    averaged
        The same outputs, affine in other columns, if there is such a form: it is used for means
        over more than one sample.
    """

    def __init__(
        self, program: Program, table: Floats, affine: bool, averaged: Sampled | None = None
    ) -> None:
        self._function = compile_program(program)
        self._count = len(program.outputs)
        self.table, self.affine, self.averaged = table, affine, averaged
        self._rows = np.ascontiguousarray(table.T)
        self._local = local()

    def over(self, theta: Floats, index: Ints) -> Floats:
        """Return the means (outputs, lanes) over batches (B, lanes) of indices."""
        if len(index) > 1 and self.averaged is not None:
            return self.averaged.over(theta, index)
        out = np.empty((self._count, theta.shape[1]))
        for first in range(0, theta.shape[1], BLOCK):  # what a batch adds up stays in the cache
            part = slice(first, first + BLOCK)
            self._over(theta[:, part], index[:, part], out[:, part])
        return out

    def _over(self, theta: Floats, index: Ints, out: Floats) -> None:
        data, sums, more, spare = self._buffers(theta.shape[1])
        if len(index) == 1:
            self._function([*theta, *self._gather(index[0], data)], out)
        elif self.affine:
            self._rows.take(index[0], axis=0, out=sums, mode="clip")
            for row in index[1:]:
                sums += self._rows.take(row, axis=0, out=more, mode="clip")
            np.divide(sums.T, len(index), out=data)
            self._function([*theta, *data], out)
        else:
            self._function([*theta, *self._gather(index[0], data)], out)
            for row in index[1:]:
                out += self._function([*theta, *self._gather(row, data)], spare)
            out /= len(index)

    def _gather(self, row: Ints, out: Floats) -> Floats:
        """Return the data (columns, lanes) of these samples, in `out`."""
        for column, values in zip(self.table, out, strict=True):
            column.take(row, out=values, mode="clip")  # the one mode that writes straight to `out`
        return out

    def _buffers(self, lanes: int) -> list[Floats]:
        """Return this thread's work arrays: for data in columns, in rows (two), and outputs."""
        kept: dict[Any, list[Floats]] = self._local.__dict__
        if lanes not in kept:
            if len(kept) > _KEPT:
                kept.clear()
            columns = len(self.table)
            shapes = [(columns, lanes), (lanes, columns), (lanes, columns), (self._count, lanes)]
            kept[lanes] = [np.empty(shape) for shape in shapes]
        return kept[lanes]

    def mean(self, theta: Floats) -> Floats:
        """Return the means (outputs, lanes) over all losses."""
        if self.averaged is not None:
            return self.averaged.mean(theta)
        if self.affine:
            return self._at(theta, self.table.mean(axis=1))
        total = np.zeros((self._count, theta.shape[1]))
        for values in self.each(theta):
            total += values
        return total / self.table.shape[1]

    def each(self, theta: Floats) -> Iterator[Floats]:
        """Yield the outputs (outputs, lanes) for each row of the data."""
        return (self._at(theta, list(row)) for row in self.table.T)

    def _at(self, theta: Floats, data: Floats | Sequence[Floats]) -> Floats:
        return self._function([*theta, *data], np.empty((self._count, theta.shape[1])))


def by_model(outputs: Sequence[Element], names: int, table: Floats) -> Sampled:
    """Return the outputs of a model whose last `names` parameters are the columns of data."""
    degrees = [_data_degrees(output, names) for output in outputs]
    program = to_program(outputs)
    if None in degrees:
        return Sampled(program, table, affine=False)
    affine = all(degree <= 1 for found in degrees for degree in found or ())
    return Sampled(program, table, affine, None if affine else _by_products(outputs, names, table))


def by_coefficients(samples: Sequence[Sequence[Element]]) -> Sampled:
    """Return the outputs of a list of samples, (N, outputs), all of one ring.

    >>> from bea.algebra.ring.ring import Ring
    >>> x = Ring(["x"]).variable(0)
    >>> sampled = by_coefficients([[x - 1], [x * 3 + 1]])
    >>> sampled.over(np.array([[2.0, 2.0]]), np.array([[0, 1]]))
    array([[1., 7.]])
    """
    ring = samples[0][0].ring
    terms = [[element.terms() for element in sample] for sample in samples]
    columns: dict[Coefficients, int] = {}
    linear = [_with_columns([t[j] for t in terms], columns) for j in range(len(samples[0]))]
    numbers = [[int(c.p) / int(c.q) for c in column] for column in columns]
    table = np.array(numbers, dtype=np.float64).reshape(len(columns), len(samples))
    return Sampled(_affine_program(ring, linear, len(columns)), table, affine=True)


# --- private helpers ----------------------------------------------------------------------------


def _with_columns(
    terms: Sequence[dict[tuple[int, ...], fmpq]], columns: dict[Coefficients, int]
) -> _Linear:
    """Return {(exponents, column or -1): coefficient}; columns that are new are added."""
    found: _Linear = {}
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


def _affine_program(
    ring: Ring, outputs: Sequence[_Linear], columns: int, unused: int = 0
) -> Program:
    """Return the program of outputs that are linear in columns, which are its last inputs.

    The last `unused` symbols of the ring occur in no output, and are no inputs.
    """
    symbols = ring.symbols[: len(ring.symbols) - unused]
    program = Program([*symbols, *(f"c{k}" for k in range(columns))])
    inputs = [program.input(i) for i in range(len(symbols) + columns)]
    nodes = atom_nodes(program, ring, inputs[: len(symbols)] + inputs[:1] * unused)
    for parts in outputs:
        padded = {
            (*exponents, *(int(k == column) for k in range(columns))): coefficient
            for (exponents, column), coefficient in parts.items()
        }
        program.output(polynomial(program, padded, nodes + inputs[len(symbols) :]))
    return program


def _by_products(outputs: Sequence[Element], names: int, table: Floats) -> Sampled | None:
    """Return outputs that are polynomial in the data, as affine in products of the data."""
    ring = outputs[0].ring
    first, end = len(ring.symbols) - names, len(ring.symbols)
    products: dict[tuple[int, ...], int] = {}
    linear = []
    for output in outputs:
        parts: _Linear = {}
        for exponents, c in output.terms().items():
            powers = tuple(map(int, exponents[first:end]))
            column = products.setdefault(powers, len(products)) if any(powers) else -1
            parts[(*exponents[:first], *[0] * names, *exponents[end:]), column] = fmpq(c)
        linear.append(parts)
    if len(products) > _MOST_PRODUCTS * names:
        return None
    columns = [np.prod(table ** np.array(powers)[:, None], axis=0) for powers in products]
    program = _affine_program(ring, linear, len(products), unused=names)
    return Sampled(program, np.array(columns), affine=True)


def _data_degrees(output: Element, names: int) -> list[int] | None:
    """Return the degrees of an element's terms in the last `names` parameters of its ring.

    None if one is in the argument of an atom that occurs.
    """
    ring = output.ring
    end = len(ring.symbols)
    moving = set(range(end - names, end))
    for atom in ring.atoms:
        if any(_degree(e, moving) for e in atom.argument.terms()):
            moving.add(atom.generator)
    inside = {g for g in moving if g >= end}
    if any(_degree(e, inside) for e in output.terms()):
        return None
    return [_degree(e, moving) for e in output.terms()]


def _degree(exponents: tuple[int, ...], generators: set[int]) -> int:
    return sum(exponents[g] for g in generators if g < len(exponents))
