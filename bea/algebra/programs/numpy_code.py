"""Programs compiled to NumPy: generated Python source of in-place ufuncs on few work arrays.

What decides the speed is memory, not arithmetic: each statement passes over one row per operand,
and rows that are reused soon stay in the cache. So the operations come in the order that
`bea.algebra.programs.instructions` finds, and work rows are handed out again as soon as their value
has been used for the last time.

The source holds ufuncs and names made here (`i0`, `w3`, `o1`, `c2`), never a name or a text that
a user wrote. What a program is belongs to `bea.algebra.programs.program`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from threading import local
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bea.algebra.language.functions import FUNCTIONS
from bea.algebra.programs.instructions import Instruction, Operand, computed, depth_first, select
from bea.algebra.programs.program import Program
from bea.algebra.programs.wide import WIDE, WIDTH, WideProgram
from bea.errors import DimensionError
from bea.series.elementary import numpy_function

BLOCK = 4096
"""Lanes that are worked on at a time: a few rows of 32 kB each, so that they stay in the cache."""

_KEPT = 8  # work arrays kept per thread, one for each number of lanes seen lately

_UFUNCS = {
    "add": np.add,
    "subtract": np.subtract,
    "multiply": np.multiply,
    "divide": np.divide,
    "negative": np.negative,
    "square": np.square,
    "sqrt": np.sqrt,
    "power": np.power,
}


class NumpyFunction:
    """A compiled program: `function(inputs, out)` fills and returns `out`.

    Safe to call from several threads at once; the work rows are made once for each thread and
    number of lanes. Values that overflow or are undefined come out as inf or nan, without warnings:
    the caller looks for them.

    Attributes
    ----------
    source : str
        The generated Python.
    registers : int
        Work rows alive at the same time.
    operations : int
        Ufunc calls in one evaluation.
    """

    def __init__(self, program: Program, source: str, registers: int, operations: int) -> None:
        self.source = source
        self.registers = registers
        self.operations = operations
        self._program = program
        self._shape = len(program.inputs), len(program.outputs)
        self._local = local()
        namespace: dict[str, Any] = {
            "__builtins__": {}, "array": np.array, "copyto": np.copyto, "inf": math.inf,
            "nan": math.nan, **_UFUNCS,
            **{name: numpy_function(name) for name in FUNCTIONS if f" {name}(" in source},
        }  # fmt: skip
        exec(compile(source, "<bea program>", "exec"), namespace)  # noqa: S102 - our own text
        self._kernel: Callable[..., None] = namespace["kernel"]

    def __call__(
        self,
        inputs: Sequence[NDArray[np.float64] | float] | NDArray[np.float64],
        out: NDArray[np.float64],
    ) -> NDArray[np.float64]:
        """Evaluate at every lane.

        Parameters
        ----------
        inputs
            One float64 array of shape (lanes,), or one float for all lanes, for each input.
        out
            Shape (outputs, lanes), float64, sharing no memory with the inputs.

        Raises
        ------
        DimensionError
            If the number of inputs or of rows of `out` is wrong.
        """
        if (len(inputs), out.shape[0]) != self._shape:
            raise DimensionError(
                f"{len(inputs)} inputs and {out.shape[0]} rows for the outputs: "
                f"this program has {self._shape[0]} and {self._shape[1]}"
            )
        lanes = out.shape[1]
        with np.errstate(all="ignore"):
            if lanes == 1:  # NumPy copies rows of one element that are operand and result at once
                wide = np.empty((self._shape[1], 2))
                self._kernel(inputs, wide, self._rows(2))
                out[:] = wide[:, :1]
            elif lanes <= BLOCK:
                self._kernel(inputs, out, self._rows(lanes))
            else:
                for start in range(0, lanes, BLOCK):
                    part = slice(start, min(start + BLOCK, lanes))
                    pieces = [x[part] if np.ndim(x) else x for x in inputs]  # type: ignore[index]
                    self._kernel(pieces, out[:, part], self._rows(part.stop - start))
        return out

    def __reduce__(self) -> tuple[Any, ...]:
        return compile_program, (self._program,)

    def _rows(self, lanes: int) -> list[NDArray[np.float64]]:
        """Return this thread's work rows; the latest few numbers of lanes are kept."""
        cache: dict[int, list[NDArray[np.float64]]]
        cache = self._local.__dict__.setdefault("rows", {})
        rows = cache.pop(lanes, None)
        if rows is None:
            padded = -(-lanes // 8) * 8  # rows begin at whole cache lines
            rows = list(np.empty((self.registers, padded))[:, :lanes])
            while len(cache) >= _KEPT:
                del cache[next(iter(cache))]
        cache[lanes] = rows
        return rows


def compile_program(program: Program) -> NumpyFunction | WideProgram:
    """Compile a program to a function on float64 arrays; one of thousands of lines, as a whole.

    Numbers are rounded once, from exact rationals or 1024-bit balls; the result is within a few
    roundings per operation of the exact value.

    Examples
    --------
    >>> program = Program(["x", "y"])
    >>> x, y = program.input(0), program.input(1)
    >>> program.output(program.subtract(program.multiply(x, x), y))
    >>> function = compile_program(program)
    >>> function([np.array([2.0, 3.0]), np.array([1.0, 1.0])], np.empty((1, 2)))
    array([[3., 8.]])
    >>> print(function.source)
    def kernel(inputs, out, work):
        [i0, i1] = inputs
        [o0] = out
        [w0] = work
        square(i0, w0)
        subtract(w0, i1, o0)
    <BLANKLINE>
    """
    if len(program.nodes) >= WIDE:
        wide = WideProgram(program)
        if wide.width >= WIDTH:  # a long chain has a line for each operation anyway
            return wide
    instructions, numbers = select(program)
    outputs = [numbers.get(node, node) for node in program.outputs]
    order = list(depth_first(instructions, outputs))
    writer = _Writer(program)
    writer.write_instructions(instructions, order, outputs)
    return NumpyFunction(program, writer.source(), writer.registers, len(order))


class _Writer:
    """Assigns places (inputs i, outputs o, work rows w, numbers c) and writes the source."""

    def __init__(self, program: Program) -> None:
        self.registers = 0
        self._counts = len(program.inputs), len(program.outputs)
        self._names = {
            n: f"i{node.value}" for n, node in enumerate(program.nodes) if node.operation == "input"
        }
        self._numbers: dict[str, str] = {}
        self._free: list[str] = []
        self._lines: list[str] = []

    def write_instructions(
        self,
        instructions: dict[int, Instruction],
        order: Sequence[int],
        outputs: Sequence[Operand],
    ) -> None:
        """Write the statements in that order, then the outputs that are not computed in place."""
        places: dict[Operand, str] = {}
        for k, result in enumerate(outputs):
            places.setdefault(result, f"o{k}")
        last_use = {m: n for n in order for m in computed(instructions[n], instructions)}
        for n in order:
            ufunc, operands = instructions[n]
            arguments = [self._place(m) for m in operands]
            # The latest freed row is taken first: its old value is still in the cache.
            for m in dict.fromkeys(computed(instructions[n], instructions)):
                if last_use[m] == n and m not in places:
                    self._free.append(self._names[m])
            self._names[n] = places.get(n) or self._take()
            self._lines.append(f"    {ufunc}({', '.join(arguments)}, {self._names[n]})")
        for k, result in enumerate(outputs):
            if self._place(result) != f"o{k}":
                self._lines.append(f"    copyto(o{k}, {self._place(result)})")

    def source(self) -> str:
        """Return the module: the numbers and one function `kernel`."""
        rows = zip(("inputs", "out", "work"), "iow", (*self._counts, self.registers), strict=True)
        head = [f"{name} = array({number})" for number, name in self._numbers.items()]
        head.append("def kernel(inputs, out, work):")
        for whole, letter, count in rows:
            names = ", ".join(f"{letter}{k}" for k in range(count))
            head.append(f"    [{names}] = {whole}")
        return "\n".join([*head, *self._lines, ""])

    def _place(self, operand: Operand) -> str:
        if isinstance(operand, int):
            return self._names[operand]
        # Arrays without axes: NumPy takes them 200 ns sooner than Python floats.
        return self._numbers.setdefault(repr(operand.value), f"c{len(self._numbers)}")

    def _take(self) -> str:
        if self._free:
            return self._free.pop()
        self.registers += 1
        return f"w{self.registers - 1}"
