"""JAX's primitives that move entries, and those that sum them, on tapes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from math import prod
from typing import Any

import numpy as np

from bea.adapters.jaxprs.componentwise import COMPONENTWISE, chosen, greater, smaller
from bea.adapters.jaxprs.reader import Reader, Rule, evaluated
from bea.adapters.jaxprs.values import On, Shape, Value, single
from bea.errors import MethodError

# --- entries in other places ----------------------------------------------------------------------


def rearranged(reader: Reader, equation: Any, *operands: Value) -> list[Value]:
    """Return results whose entries are entries of the operands, wherever JAX puts them.

    JAX itself moves the numbers of the entries; operands of whole numbers say where to.
    """
    if all(isinstance(v, np.ndarray) for v in operands):
        return evaluated(equation, operands)
    moved = [
        k
        for k, v in enumerate(equation.invars)
        if np.issubdtype(v.aval.dtype, np.inexact) or not isinstance(operands[k], np.ndarray)
    ]
    numbers, start = list(operands), 0
    for k in moved:
        size = prod(operands[k].shape)
        numbers[k] = np.arange(start, start + size).reshape(operands[k].shape)
        start += size
    found = evaluated(equation, numbers)
    return [_taken(reader, [operands[k] for k in moved], index) for index in found]


def _taken(reader: Reader, sources: list[Value], index: Any) -> Value:
    """Return entries of values, counted through all of them."""
    ends = np.cumsum([prod(v.shape) for v in sources])
    used = {int(np.searchsorted(ends, k, side="right")) for k in set(index.ravel().tolist())}
    if len(used) == 1:
        source = sources[used.pop()]
        first = index.ravel()[0] if index.size else 0
        start = int(ends[np.searchsorted(ends, first, side="right")]) - prod(source.shape)
        index = index - start
        if isinstance(source, np.ndarray):
            return np.asarray(source.ravel()[index])
        if prod(reader.tape.shape(reader.place(source))) == 1:
            return On(reader.place(source), index.shape)
        if np.array_equal(index.ravel(), np.arange(prod(source.shape))):
            return reader.reshaped(source, index.shape)
        place = reader.full(source)
    else:
        parts = [reader.full(v) for v in sources]
        place = reader.tape.record("concatenate", *parts, shape=(int(ends[-1]),))
    return On(reader.tape.record("take", place, shape=index.shape, index=index.tolist()),
              index.shape)  # fmt: skip


def _select_n(reader: Reader, equation: Any, which: Value, *cases: Value) -> Value:
    alone = single(which)
    if alone is not None:
        return cases[int(alone)]
    if isinstance(which, np.ndarray):
        return rearranged(reader, equation, which, *cases)[0]
    if len(cases) > 2:
        raise MethodError("the step chooses among several values by a number (select_n)")
    return chosen(reader, which, cases[1], cases[0])


def taken_rows(reader: Reader, a: Value, row: int) -> Value:
    """Return one row of a, the others left out."""
    return _taken(reader, [a], np.arange(prod(a.shape)).reshape(a.shape)[row])


def stacked(reader: Reader, rows: list[Value]) -> Value:
    """Return rows of the same shape in one array."""
    size = prod(rows[0].shape)
    return _taken(reader, rows, np.arange(size * len(rows)).reshape(len(rows), *rows[0].shape))


def _reshape(reader: Reader, equation: Any, a: Value) -> Value:
    return reader.reshaped(a, tuple(equation.outvars[0].aval.shape))


def _broadcast_in_dim(reader: Reader, equation: Any, a: Value) -> Value:
    shape = tuple(equation.outvars[0].aval.shape)
    axes = equation.params["broadcast_dimensions"]
    thin = [1] * len(shape)
    for axis, size in zip(axes, a.shape, strict=True):
        thin[axis] = size
    if isinstance(a, np.ndarray):
        return np.broadcast_to(a.reshape(thin), shape)
    found = reader.reshaped(a, tuple(thin))
    return On(reader.place(found), shape)


# --- sums and products over axes ------------------------------------------------------------------


def _reduce_sum(reader: Reader, equation: Any, a: Value) -> Value:
    axes = tuple(int(k) for k in equation.params["axes"])
    shape = tuple(equation.outvars[0].aval.shape)
    return _summed(reader, a, axes, shape) if axes else a


def _summed(reader: Reader, a: Value, axes: Shape, shape: Shape) -> Value:
    return On(reader.tape.record("sum", reader.full(a), shape=shape, axes=axes), shape)


def _reduction(combine: Rule) -> Rule:
    """Return the rule of a reduction that combines two entries at a time."""

    def rule(reader: Reader, equation: Any, a: Value) -> Value:
        axes = tuple(int(k) for k in equation.params["axes"])
        shape = tuple(equation.outvars[0].aval.shape)
        numbers = np.arange(prod(a.shape)).reshape(a.shape)
        last = np.moveaxis(numbers, axes, range(len(axes))).reshape(-1, *shape)
        parts = [_taken(reader, [a], index) for index in last]
        while len(parts) > 1:
            parts = [combine(reader, equation, *parts[:2]), *parts[2:]]
        return parts[0]

    return rule


def _cumulative(combine: Rule) -> Rule:
    """Return the rule of partial sums or products along an axis."""

    def rule(reader: Reader, equation: Any, a: Value) -> Value:
        axis, turned = equation.params["axis"], equation.params["reverse"]
        order = (axis, *(k for k in range(len(a.shape)) if k != axis))
        lying = transposed(reader, a, order)
        rows = [taken_rows(reader, lying, k) for k in range(a.shape[axis])][:: -1 if turned else 1]
        found = list(accumulate(rows, lambda x, y: combine(reader, equation, x, y)))
        back = [order.index(k) for k in range(len(order))]
        return transposed(reader, stacked(reader, found[:: -1 if turned else 1]), back)

    return rule


def _dot_general(reader: Reader, equation: Any, a: Value, b: Value) -> Value:
    """Return the sums of products over the contracted axes, for each of the batch."""
    (inner_a, inner_b), (batch_a, batch_b) = equation.params["dimension_numbers"]
    shape = tuple(equation.outvars[0].aval.shape)
    free_a, free_b = _others(a, batch_a, inner_a), _others(b, batch_b, inner_b)
    batch, inner = [a.shape[k] for k in batch_a], [a.shape[k] for k in inner_a]
    rows, columns = [a.shape[k] for k in free_a], [b.shape[k] for k in free_b]
    left = transposed(reader, a, (*batch_a, *free_a, *inner_a))
    if prod(batch) == 1 and rows and columns and inner:
        right = transposed(reader, b, (*batch_b, *inner_b, *free_b))
        size = prod(inner)
        factors = (reader.reshaped(left, (prod(rows), size)),
                   reader.reshaped(right, (size, prod(columns))))  # fmt: skip
        both = (prod(rows), prod(columns))
        found = On(reader.tape.record("matmul", *map(reader.full, factors), shape=both), both)
        return reader.reshaped(found, shape)
    right = transposed(reader, b, (*batch_b, *free_b, *inner_b))
    left = reader.reshaped(left, (*batch, *rows, *[1] * len(columns), *inner))
    right = reader.reshaped(right, (*batch, *[1] * len(rows), *columns, *inner))
    products = reader.record("multiply", left, right)
    axes = tuple(range(len(shape), len(products.shape)))
    return _summed(reader, products, axes, shape) if axes else products


def transposed(reader: Reader, a: Value, order: Sequence[int]) -> Value:
    """Return a with its axes in another order."""
    numbers = np.arange(prod(a.shape)).reshape(a.shape)
    return _taken(reader, [a], numbers.transpose([int(k) for k in order]))


def _others(a: Value, *taken: Sequence[int]) -> list[int]:
    return [k for k in range(len(a.shape)) if all(k not in axes for axes in taken)]


REARRANGING: dict[str, Rule] = {
    **dict.fromkeys(
        ("transpose", "slice", "rev", "concatenate", "gather", "dynamic_slice", "split",
         "dynamic_update_slice", "scatter", "pad", "stack"),
        rearranged,
    ),
    **dict.fromkeys(("reshape", "squeeze", "expand_dims"), _reshape),
    "broadcast_in_dim": _broadcast_in_dim,
    "select_n": _select_n,
    "reduce_sum": _reduce_sum,
    "reduce_max": _reduction(greater),
    "reduce_min": _reduction(smaller),
    "reduce_and": _reduction(COMPONENTWISE["and"]),
    "reduce_or": _reduction(COMPONENTWISE["or"]),
    "reduce_prod": _reduction(COMPONENTWISE["mul"]),
    "cumsum": _cumulative(COMPONENTWISE["add"]),
    "cumprod": _cumulative(COMPONENTWISE["mul"]),
    "dot_general": _dot_general,
}  # fmt: skip
