"""Wide programs: thousands of operations of a few kinds, carried out level by level.

Generated code has a line for each operation, which is swift while there are hundreds. In the
gradient of a loss of a thousand variables nearly all operations are the same ones, side by side:
here all of a kind whose operands are known are one NumPy operation on rows that are gathered. The
coefficients of power series are gathered in the same way, so that Taylor's mode costs as little.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bea.algebra.programs.operations import apply
from bea.algebra.programs.program import Program
from bea.errors import DimensionError, DomainError
from bea.series import SeriesArray

WIDE = 3000
"""From so many operations on a program is carried out level by level, if it is ..."""
WIDTH = 20
"""... as wide as that: so many operations of a kind are side by side."""

_BLOCK = 256  # lanes that are worked on at a time


class _Group(NamedTuple):
    """Operations of one kind: where their operands are, and the rows of their results."""

    operation: str
    value: Any
    operands: list[NDArray[np.int64]]
    factors: NDArray[np.float64] | None
    rows: slice


class WideProgram:
    """A program of many operations on floats, or on power series with coefficients of floats.

    Examples
    --------
    >>> program = Program(["x", "y"])
    >>> x, y = program.input(0), program.input(1)
    >>> program.output(program.multiply(program.multiply(x, x), y))
    >>> wide = WideProgram(program)
    >>> wide([np.array([2.0]), np.array([3.0])], np.empty((1, 1)))
    array([[12.]])
    >>> wide.taylor([np.array([[2.0], [3.0]]), np.array([[1.0], [0.0]])], 2)
    [array([[12.]]), array([[12.]]), array([[3.]])]
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self._groups: list[_Group] = []
        self._rows: dict[int, int] = {}
        self._numbers: list[tuple[int, float]] = []
        self._plan()
        self._outputs = np.array([self._rows[n] for n in program.outputs], dtype=np.int64)

    def __call__(
        self, inputs: Sequence[Any] | NDArray[np.float64], out: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Evaluate at every lane, as `NumpyFunction` does."""
        given = len(self.program.inputs), len(self.program.outputs)
        if (len(inputs), out.shape[0]) != given:
            raise DimensionError(
                f"{len(inputs)} inputs and {out.shape[0]} rows for the outputs: "
                f"this program has {given[0]} and {given[1]}"
            )
        lanes = out.shape[1]
        if not isinstance(inputs, np.ndarray):
            inputs = np.array([np.broadcast_to(x, (lanes,)) for x in inputs])
        for start in range(0, lanes, _BLOCK):
            part = slice(start, start + _BLOCK)
            out[:, part] = self._run([inputs[:, part]], 0)[0]
        return out

    def taylor(
        self, coefficients: Sequence[NDArray[np.float64]], order: int
    ) -> list[NDArray[np.float64]]:
        """Return the coefficients (outputs, lanes) along a curve of inputs (inputs, lanes)."""
        return self._run(list(coefficients[: order + 1]), order)

    @property
    def width(self) -> float:
        """How many operations of a kind are side by side on average."""
        return len(self._rows) / (1 + len(self._groups))

    def __reduce__(self) -> tuple[Any, ...]:
        return WideProgram, (self.program,)

    # --- private helpers ------------------------------------------------------------------------

    def _plan(self) -> None:
        """Give every operation a row, those of a kind and level side by side."""
        nodes = self.program.nodes
        level: dict[int, int] = {}
        kinds: dict[tuple[Any, ...], list[int]] = {}
        for n in self.program.live():
            operation, operands, value = nodes[n]
            level[n] = 1 + max((level[m] for m in operands), default=-1)
            scaled = operation == "multiply" and nodes[operands[0]].operation == "constant"
            kinds.setdefault((level[n], operation, scaled, value if operands else None), []).append(
                n
            )
        for (_, operation, scaled, value), members in sorted(kinds.items(), key=lambda k: k[0][0]):
            first = len(self._rows)
            self._rows |= {n: first + i for i, n in enumerate(members)}
            if operation == "input":
                self._inputs = first, [nodes[n].value for n in members]
            elif operation in ("constant", "pi"):
                values = [np.pi if v is None else _as_float(v)
                          for v in (nodes[n].value for n in members)]  # fmt: skip
                self._numbers += zip(range(first, len(self._rows)), values, strict=True)
            else:
                self._groups.append(self._group(operation, value, scaled, members, first))

    def _group(
        self, operation: str, value: Any, scaled: bool, members: list[int], first: int
    ) -> _Group:
        nodes, factors = self.program.nodes, None
        columns = [list(c) for c in zip(*(nodes[n].operands for n in members), strict=True)]
        if scaled:
            numbers = (nodes[m].value for m in columns.pop(0))
            factors = np.array([_as_float(v) for v in numbers])[:, None]
        places = [np.array([self._rows[m] for m in column]) for column in columns]
        return _Group(operation, value, places, factors, slice(first, first + len(members)))

    def _run(self, inputs: list[NDArray[np.float64]], order: int) -> list[NDArray[np.float64]]:
        lanes = inputs[0].shape[1]
        store = [np.zeros((len(self._rows), lanes)) for _ in range(order + 1)]
        first, positions = self._inputs
        for row, coefficient in zip(store, inputs, strict=False):
            row[first : first + len(positions)] = coefficient[positions]
        for place, number in self._numbers:
            store[0][place] = number
        with np.errstate(all="ignore"):
            for group in self._groups:
                parts: list[Any] = [self._gathered(store, places) for places in group.operands]
                if group.factors is not None:
                    found = parts[0] * group.factors
                else:
                    found = apply(group.operation, group.value, parts)
                for k, row in enumerate(store):
                    row[group.rows] = found.coefficient(k) if order else found
        return [row[self._outputs] for row in store]

    def _gathered(self, store: list[NDArray[np.float64]], places: Any) -> Any:
        if len(store) == 1:
            return store[0][places]
        return SeriesArray([row[places] for row in store])


def _as_float(value: Any) -> float:
    try:
        return int(value.p) / int(value.q)
    except OverflowError:
        digits = round(np.log10(2) * (int(value.p).bit_length() - int(value.q).bit_length()))
        raise DomainError(
            f"a number of about {digits} digits in the field is beyond "
            "the largest float, about 1.8e308: give constants that are less extreme, such as a "
            "larger eps"
        ) from None
